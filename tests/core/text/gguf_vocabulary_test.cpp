// A tokeniser written into a GGUF's metadata and read back gives the same ids.
#include "core/text/gguf_vocabulary.h"

#include "core/text/tokenizer.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

const std::vector<std::string> kTexts{"Once upon a time, there was a little girl.",
    "  two  blanks\nand a line", "naïve façade — 12345 €", "", "\xf0\x9f\x90\xa8 koala"};

void expectSameIds(const fs::path& model, const fs::path& file)
{
    const auto metadata = ggufVocabularyOf(model);
    ASSERT_TRUE(metadata.ok()) << metadata.error().message;
    ASSERT_TRUE(writeFileAtomically(file, ggufHeaderBytes(*metadata, {})).ok());
    const auto before = loadTokenizer(model);
    ASSERT_TRUE(before.ok()) << before.error().message;
    const auto after = loadTokenizer(file);
    ASSERT_TRUE(after.ok()) << after.error().message;
    EXPECT_EQ((*after)->vocabularySize(), (*before)->vocabularySize());
    EXPECT_EQ((*after)->bosId(), (*before)->bosId());
    EXPECT_EQ((*after)->eosId(), (*before)->eosId());
    for (const std::string& text : kTexts)
        EXPECT_EQ((*after)->encode(text), (*before)->encode(text)) << model << ": " << text;
}

TEST(GgufVocabulary, SentencePieceModelsAreTheSameInAGguf)
{
    KOALA_SHARED_OR_SKIP(shared);
    const auto folder = test::temporaryDirectory();
    for (const char* name : {"llama-tokenizer/tokenizer.model", "stories260k/tok512.model",
             "sentencepiece-zoo/mistral_v1.model"})
        expectSameIds(shared / "models" / name, folder.path() / "vocabulary.gguf");
}

TEST(GgufVocabulary, AGgufsOwnKeysAreTakenOver)
{
    KOALA_SHARED_OR_SKIP(shared);
    const auto folder = test::temporaryDirectory();
    expectSameIds(shared / "models/llama-tokenizer/ggml-vocab-llama-spm.gguf",
        folder.path() / "vocabulary.gguf");
}

TEST(GgufVocabulary, AModelWithoutOneSaysSo)
{
    const auto folder = test::temporaryDirectory();
    const auto none = ggufVocabularyOf(folder.path());
    ASSERT_FALSE(none.ok());
    EXPECT_NE(none.error().message.find("holds no tokeniser"), std::string::npos);
}

} // namespace
} // namespace koala
