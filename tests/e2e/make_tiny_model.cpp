// tests/e2e/make_tiny_model.cpp: writes the tests' tiny model with its tokeniser as a Hugging Face
// folder. usage: make_tiny_model FOLDER
#include <cstdio>

#include "tests/support/tiny_model.h"
#include "tests/support/tiny_tokenizer.h"

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::fprintf(stderr, "usage: make_tiny_model FOLDER\n");
        return 2;
    }
    const koala::fs::path folder = argv[1];
    koala::Status status = koala::createDirectories(folder);
    if (status.ok()) {
        koala::test::writeTinyModel(folder);
        status = koala::test::trainTinyTokenizer(folder / "tokenizer.model");
    }
    if (!status.ok())
        std::fprintf(stderr, "make_tiny_model: %s\n", status.error().message.c_str());
    return status.ok() ? 0 : 1;
}
