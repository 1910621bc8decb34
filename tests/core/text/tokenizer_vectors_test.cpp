// The vector files of ../shared/models against the loaders: sentencepiece models through the
// library, the same vocabulary out of a GGUF, SmolLM2's byte-level BPE.
#include <map>
#include <sstream>

#include "core/base/json.h"
#include "core/base/line_reader.h"
#include "core/base/sha256.h"
#include "core/text/tokenizer.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

std::vector<Json> readLines(const fs::path& path)
{
    std::vector<Json> rows;
    auto reader = LineReader::open(path);
    EXPECT_TRUE(reader.ok()) << path;
    for (Line line; reader.ok() && reader->next(line);)
        if (!line.text.empty())
            rows.push_back(Json::parse(line.text));
    return rows;
}

class Tokenizers {
public:
    explicit Tokenizers(fs::path models) : m_models(std::move(models)) {}
    const Tokenizer* get(const std::string& name)
    {
        auto& slot = m_loaded[name];
        if (!slot && fs::exists(m_models / name)) {
            auto loaded = loadTokenizer(m_models / name);
            EXPECT_TRUE(loaded.ok()) << name << ": " << loaded.error().message;
            if (loaded.ok())
                slot = *loaded;
        }
        return slot.get();
    }

private:
    fs::path m_models;
    std::map<std::string, std::shared_ptr<const Tokenizer>> m_loaded;
};

std::vector<TokenId> encodeRow(const Tokenizer& tokenizer, const Json& row, const std::string& text)
{
    std::vector<TokenId> ids = tokenizer.encode(text);
    if (boolOr(row, "add_bos", false))
        ids.insert(ids.begin(), *tokenizer.bosId());
    if (boolOr(row, "add_eos", false))
        ids.push_back(*tokenizer.eosId());
    return ids;
}

std::string fromHex(const std::string& hex)
{
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
        bytes += char(std::stoi(hex.substr(i, 2), nullptr, 16));
    return bytes;
}

TEST(TokenizerVectors, PublishedPairsAreEqual)
{
    KOALA_SHARED_OR_SKIP(shared);
    Tokenizers tokenizers(shared / "models");
    int checked = 0;
    for (const Json& row : readLines(shared / "models/vectors/tokenizer-published.jsonl")) {
        const std::string kind = row.at("kind");
        const Tokenizer* tokenizer = tokenizers.get(row.at("tokenizer"));
        if (tokenizer == nullptr || (kind != "plain" && kind != "decode"))
            continue;
        const auto ids = row.at("ids").get<std::vector<TokenId>>();
        if (kind == "decode")
            EXPECT_EQ(tokenizer->decode(ids), row.at("text").get<std::string>()) << row.at("id");
        else
            EXPECT_EQ(encodeRow(*tokenizer, row, row.at("text")), ids) << row.at("id");
        ++checked;
    }
    EXPECT_GE(checked, 90);
}

TEST(TokenizerVectors, ComputedPairsAreEqualAndDecodeBack)
{
    KOALA_SHARED_OR_SKIP(shared);
    Tokenizers tokenizers(shared / "models");
    int checked = 0;
    for (const Json& row : readLines(shared / "models/vectors/tokenizer-computed.jsonl")) {
        const Tokenizer* tokenizer = tokenizers.get(row.at("tokenizer"));
        ASSERT_NE(tokenizer, nullptr) << row.at("tokenizer");
        const bool bytes = row.at("kind") == "bytes";
        const std::string text =
            bytes ? fromHex(row.at("text_hex")) : row.at("text").get<std::string>();
        const auto ids = row.at("ids").get<std::vector<TokenId>>();
        EXPECT_EQ(encodeRow(*tokenizer, row, text), ids)
            << row.at("id") << " " << row.at("tokenizer");
        EXPECT_EQ(tokenizer->decode(ids), stringOr(row, "decoded", text))
            << row.at("id") << " " << row.at("tokenizer");
        ++checked;
    }
    EXPECT_EQ(checked, 765);
}

TEST(TokenizerVectors, StreamingGivesEveryPrefix)
{
    KOALA_SHARED_OR_SKIP(shared);
    Tokenizers tokenizers(shared / "models");
    for (const Json& row : readLines(shared / "models/vectors/streaming-decode.jsonl")) {
        const Tokenizer* tokenizer = tokenizers.get(row.at("tokenizer"));
        ASSERT_NE(tokenizer, nullptr);
        const auto ids = row.at("ids").get<std::vector<TokenId>>();
        StreamDecoder decoder(*tokenizer);
        std::string streamed;
        for (std::size_t i = 0; i < ids.size(); ++i) {
            streamed += decoder.add(ids[i]);
            const std::vector<TokenId> prefix(ids.begin(), ids.begin() + std::ptrdiff_t(i) + 1);
            const std::string want = row.at("prefix_decodes")[i];
            EXPECT_EQ(tokenizer->decode(prefix), want);
            EXPECT_EQ(streamed, want.substr(0, want.find("\xEF\xBF\xBD")));
        }
        EXPECT_EQ(streamed + decoder.finish(), row.at("text").get<std::string>());
    }
}

TEST(TokenizerVectors, VocabularyFactsAreRead)
{
    KOALA_SHARED_OR_SKIP(shared);
    Tokenizers tokenizers(shared / "models");
    for (const Json& row : readLines(shared / "models/vectors/vocab-facts.jsonl")) {
        const Tokenizer* tokenizer = tokenizers.get(row.at("tokenizer"));
        ASSERT_NE(tokenizer, nullptr) << row.at("tokenizer");
        EXPECT_EQ(tokenizer->vocabularySize(), row.at("size").get<int>());
        EXPECT_EQ(tokenizer->bosId().value_or(-1), row.at("bos").get<int>()) << row.at("tokenizer");
        EXPECT_EQ(tokenizer->eosId().value_or(-1), row.at("eos").get<int>()) << row.at("tokenizer");
        EXPECT_EQ(tokenizer->dropsLeadingBlank(), row.at("add_dummy_prefix").get<bool>());
        Sha256 hash;
        for (TokenId id = 0; id < tokenizer->vocabularySize(); ++id) {
            if (id > 0)
                hash.update("\n");
            hash.update(tokenizer->piece(id));
        }
        EXPECT_EQ(hash.finishHex(), row.at("sha256_of_pieces").get<std::string>());
        for (const Json& sample : row.at("sample"))
            EXPECT_EQ(tokenizer->piece(sample[0].get<TokenId>()), sample[1].get<std::string>());
    }
}

std::pair<std::size_t, std::string> encodeCorpus(const Tokenizer& tokenizer, const fs::path& file)
{
    const std::string text = *readFile(file);
    std::string decimal;
    std::size_t count = 0;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);)
        for (const TokenId id : tokenizer.encode(line)) {
            decimal += (count++ == 0 ? "" : " ") + std::to_string(id);
        }
    return {count, sha256Hex(decimal)};
}

TEST(TokenizerVectors, AWholeBookGivesTheSameIds)
{
    KOALA_SHARED_OR_SKIP(shared);
    Tokenizers tokenizers(shared / "models");
    for (const Json& row : readLines(shared / "models/vectors/corpus-checksums.jsonl")) {
        const Tokenizer* tokenizer = tokenizers.get(row.at("tokenizer"));
        ASSERT_NE(tokenizer, nullptr);
        const auto [count, hash] = encodeCorpus(*tokenizer, shared / "models" / row.at("file"));
        EXPECT_EQ(count, row.at("ids").get<std::size_t>()) << row.at("tokenizer");
        EXPECT_EQ(hash, row.at("sha256").get<std::string>()) << row.at("tokenizer");
    }
}

TEST(TokenizerVectors, TheGgufVocabularyEqualsSentencepiece)
{
    KOALA_SHARED_OR_SKIP(shared);
    const fs::path folder = shared / "models/llama-tokenizer";
    const auto library = loadTokenizer(folder / "tokenizer.model");
    const auto ours = loadTokenizer(folder / "ggml-vocab-llama-spm.gguf");
    ASSERT_TRUE(library.ok() && ours.ok()) << ours.error().message;
    EXPECT_EQ((*ours)->fingerprint(), (*library)->fingerprint());
    const std::string inputs = *readFile(folder / "ggml-vocab-llama-spm.gguf.inp");
    std::istringstream outputs(*readFile(folder / "ggml-vocab-llama-spm.gguf.out"));
    constexpr std::string_view kSeparator = "\n__ggml_vocab_test__\n";
    std::size_t begin = 0;
    for (std::string line; std::getline(outputs, line);) {
        const std::size_t end = inputs.find(kSeparator, begin);
        const std::string text = inputs.substr(begin, end - begin);
        begin = end == std::string::npos ? inputs.size() : end + kSeparator.size();
        std::vector<TokenId> want;
        std::istringstream numbers(line);
        for (TokenId id = 0; numbers >> id;)
            want.push_back(id);
        EXPECT_EQ((*ours)->encode(text), want) << text;
        EXPECT_EQ((*library)->encode(text), want) << text;
    }
    for (const Json& row : readLines(shared / "models/vectors/tokenizer-computed.jsonl"))
        if (row.at("tokenizer") == "llama-tokenizer/tokenizer.model" && row.at("kind") == "plain") {
            EXPECT_EQ((*ours)->encode(row.at("text").get<std::string>()),
                row.at("ids").get<std::vector<TokenId>>())
                << row.at("id");
        }
    const fs::path book = shared / "models/sentencepiece-zoo/botchan.txt";
    EXPECT_EQ(encodeCorpus(**ours, book), encodeCorpus(**library, book));
}

TEST(TokenizerVectors, DamagedNormalisationTablesNeverEndTheProgram)
{
    KOALA_SHARED_OR_SKIP(shared);
    const std::string bytes = *readFile(shared / "models/sentencepiece-zoo/sp_test_model.model");
    const auto folder = test::temporaryDirectory();
    int refused = 0;
    for (std::size_t at = 13; at < bytes.size(); at += 1987) {
        std::string changed = bytes;
        changed[at] = char(~changed[at]);
        test::writeText(folder.path() / "broken.model", changed);
        const auto loaded = loadTokenizer(folder.path() / "broken.model");
        refused += !loaded.ok();
        if (loaded.ok())
            (*loaded)->encode("ﬁne ½ Ａ 考拉 é 🐨 Hello\tthere");
    }
    EXPECT_GT(refused, 10);
}

TEST(TokenizerVectors, TokenizerJsonGivesThePromptsOfTinyStories)
{
    KOALA_SHARED_OR_SKIP(shared);
    const auto tokenizer = loadTokenizer(shared / "models/tinystories-656k");
    ASSERT_TRUE(tokenizer.ok()) << tokenizer.error().message;
    const Json greedy = Json::parse(*readFile(shared / "models/tinystories-656k/greedy.json"));
    for (const Json& run : greedy.at("runs")) {
        std::vector<TokenId> ids = (*tokenizer)->encode(run.at("prompt").get<std::string>());
        ids.insert(ids.begin(), *(*tokenizer)->bosId());
        EXPECT_EQ(ids, run.at("prompt_ids").get<std::vector<TokenId>>()) << run.at("prompt");
    }
}

TEST(TokenizerVectors, SmolLm2GivesTheReferenceIds)
{
    KOALA_SHARED_OR_SKIP(shared);
    KOALA_SMOLLM2_OR_SKIP(model);
    const auto tokenizer = loadTokenizer(model);
    ASSERT_TRUE(tokenizer.ok()) << tokenizer.error().message;
    const Json reference = Json::parse(*readFile(shared / "models/smollm2/reference.json"));
    for (const Json& row : reference.at("tokens")) {
        const std::string text = row.at("text");
        const auto ids = row.at("ids").get<std::vector<TokenId>>();
        if (text.find("<|") != std::string::npos) {
            EXPECT_NE((*tokenizer)->encode(text), ids)
                << "control tokens are never read out of text";
            EXPECT_EQ((*tokenizer)->decode((*tokenizer)->encode(text)), text);
            continue;
        }
        EXPECT_EQ((*tokenizer)->encode(text), ids) << text;
        EXPECT_EQ((*tokenizer)->decode(ids), text);
    }
}

} // namespace
} // namespace koala
