// tests/bench/tokenizer_bench.cpp: tokens of chat text on one thread: LLaMA's sentencepiece model
// beside the sentencepiece library in the same program, and SmolLM2's byte-level BPE. Text: every
// turn of the real ShareGPT sample, instructions and answers of Alpaca. A round begins with a
// freshly loaded tokeniser, which has met no word yet; the best of some rounds counts, in processor
// time.
//
//   tokenizer_bench [--json] [--texts FILE] SHARED [SMOLLM2.gguf]
//
// SHARED holds data/ and models/. --texts writes the texts, one JSON string a line, for
// peers/tokenize_texts.py; --json gives lines for data_table.py.
#include <cstdio>
#include <ctime>
#include <functional>
#include <limits>

#include <fmt/format.h>
#include <sentencepiece_processor.h>

#include "core/base/sha256.h"
#include "core/data/formats/record_reader.h"
#include "core/text/tokenizer.h"

namespace koala {
namespace {

constexpr int kRounds = 3;

struct Texts {
    std::vector<std::string> items;
    std::size_t bytes = 0;
    void add(std::string text)
    {
        bytes += text.size();
        items.push_back(std::move(text));
    }
};

Status readTexts(const fs::path& file, Texts& texts)
{
    KOALA_TRY(RecordReader reader, RecordReader::open(file));
    for (RawRecord record; reader.next(record);) {
        KOALA_TRY(const Json row, parseJson(record.text, file.string()));
        if (const Json& turns = memberOr(row, "conversations"); turns.is_array())
            for (const Json& turn : turns)
                texts.add(stringOr(turn, "value", ""));
        for (const char* field : {"instruction", "input", "output"})
            if (const std::string text = stringOr(row, field, ""); !text.empty())
                texts.add(text);
    }
    return reader.status();
}

// Processor time of the program, which has one thread: other work on the machine does not count.
double seconds(const std::function<void()>& work)
{
    const std::clock_t start = std::clock();
    work();
    return double(std::clock() - start) / CLOCKS_PER_SEC;
}

// Of the ids as 32-bit numbers, each text's followed by -1.
class IdsHash {
public:
    template <typename Ids>
    void add(const Ids& ids)
    {
        constexpr std::int32_t kEnd = -1;
        m_hash.update({reinterpret_cast<const char*>(ids.data()), ids.size() * sizeof ids[0]});
        m_hash.update({reinterpret_cast<const char*>(&kEnd), sizeof kEnd});
    }
    std::string finish() { return m_hash.finishHex(); }

private:
    Sha256 m_hash;
};

struct Figure {
    double megabytes = 0; // a second
    std::string ids;      // their hash
};

template <typename Encode>
Figure measure(const Texts& texts, double best, const Encode& encode)
{
    IdsHash hash;
    for (const std::string& text : texts.items)
        hash.add(encode(text));
    return {double(texts.bytes) / 1e6 / best, hash.finish()};
}

Result<Figure> measureOurs(const Texts& texts, const fs::path& model)
{
    double best = std::numeric_limits<double>::infinity();
    std::shared_ptr<const Tokenizer> tokenizer;
    for (int round = 0; round < kRounds; ++round) {
        KOALA_TRY(tokenizer, loadTokenizer(model));
        best = std::min(best, seconds([&] {
            for (const std::string& text : texts.items)
                (void)tokenizer->encode(text);
        }));
    }
    return measure(texts, best, [&](const std::string& text) { return tokenizer->encode(text); });
}

Result<Figure> measureLibrary(const Texts& texts, const fs::path& model)
{
    sentencepiece::SentencePieceProcessor processor;
    if (const auto status = processor.Load(model.string()); !status.ok())
        return invalidInput(model.string() + ": " + status.ToString());
    double best = std::numeric_limits<double>::infinity();
    std::vector<int> ids;
    for (int round = 0; round < kRounds; ++round)
        best = std::min(best, seconds([&] {
            for (const std::string& text : texts.items)
                (void)processor.Encode(text, &ids);
        }));
    return measure(texts, best, [&](const std::string& text) -> const std::vector<int>& {
        (void)processor.Encode(text, &ids);
        return ids;
    });
}

void print(bool json, const Json& line)
{
    if (json)
        std::printf("%s\n", line.dump().c_str());
    else
        std::printf("%-38s %8.1f MB/s   ids %.12s   peer: %s\n",
            line.at("work").get<std::string>().c_str(), line.at("ours").get<double>(),
            line.at("ids").get<std::string>().c_str(),
            line.contains("peer")
                ? fmt::format("{:.1f} MB/s, ids {}", line.at("peer").get<double>(),
                      line.at("same_ids").get<bool>() ? "identical" : "DIFFERENT")
                      .c_str()
                : "not measured here");
}

Status run(bool json, const fs::path& textsFile, const fs::path& shared, const fs::path& smollm2)
{
    Texts texts;
    KOALA_RETURN_IF_ERROR(readTexts(shared / "data/sharegpt/sharegpt_v3_sample.json.gz", texts));
    KOALA_RETURN_IF_ERROR(readTexts(shared / "data/alpaca/alpaca_data.json.gz", texts));
    if (!textsFile.empty()) {
        std::string lines;
        for (const std::string& text : texts.items)
            lines += Json(text).dump() + "\n";
        KOALA_RETURN_IF_ERROR(writeFileAtomically(textsFile, lines));
    }
    std::fprintf(stderr, "%zu texts, %.1f MB\n", texts.items.size(), double(texts.bytes) / 1e6);
    const fs::path llama = shared / "models/llama-tokenizer/tokenizer.model";
    KOALA_TRY(const Figure ours, measureOurs(texts, llama));
    KOALA_TRY(const Figure library, measureLibrary(texts, llama));
    print(json,
        {{"work", "tokenise, LLaMA sentencepiece"}, {"ours", ours.megabytes}, {"unit", "MB/s"},
            {"peer", library.megabytes}, {"peer_name", "sentencepiece library"},
            {"ratio", ours.megabytes / library.megabytes}, {"limit", 5}, {"must", ">="},
            {"ids", ours.ids}, {"same_ids", ours.ids == library.ids}});
    if (smollm2.empty())
        return {};
    KOALA_TRY(const Figure smol, measureOurs(texts, smollm2));
    print(json, {{"work", "tokenise, SmolLM2 BPE"}, {"ours", smol.megabytes}, {"unit", "MB/s"},
                    {"peer_name", "tokenizers"}, {"limit", 8}, {"must", ">="}, {"ids", smol.ids}});
    return {};
}

} // namespace
} // namespace koala

int main(int argc, char** argv)
{
    bool json = false;
    koala::fs::path textsFile;
    std::vector<koala::fs::path> places;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--json")
            json = true;
        else if (word == "--texts" && i + 1 < argc)
            textsFile = argv[++i];
        else
            places.emplace_back(word);
    }
    if (places.empty() || places.size() > 2) {
        std::fprintf(
            stderr, "usage: tokenizer_bench [--json] [--texts FILE] SHARED [SMOLLM2.gguf]\n");
        return 2;
    }
    const koala::Status status =
        koala::run(json, textsFile, places[0], places.size() > 1 ? places[1] : koala::fs::path());
    if (!status.ok())
        std::fprintf(stderr, "%s\n", status.error().message.c_str());
    return status.ok() ? 0 : 1;
}
