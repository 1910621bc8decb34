// Ids and masks of dialogues held against tests/golden/mask_vectors.json, which a Python program of
// its own counted by the index arithmetic of FastChat, Stanford Alpaca and EasyLM (its head says
// how to make it again). Of real files only digests are kept there.
#include <set>

#include "core/base/sha256.h"
#include "core/data/formats/record_reader.h"
#include "core/text/chat_template.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

using Speaker = ChatTurn::Speaker;

constexpr const char* kFastChatSystem =
    "A chat between a curious user and an artificial intelligence assistant. The assistant gives "
    "helpful, detailed, and polite answers to the user's questions.";

std::string trainedRanges(const Rendered& rendered)
{
    std::vector<std::string> ranges;
    const std::size_t size = rendered.tokens.size();
    for (std::size_t begin = 0, end = 0; begin < size; begin = end + 1) {
        end = begin;
        if (!rendered.tokens[begin].trained)
            continue;
        while (end + 1 < size && rendered.tokens[end + 1].trained)
            ++end;
        ranges.push_back(fmt::format("{}-{}", begin, end));
    }
    return fmt::format("{}", fmt::join(ranges, ","));
}

class MaskVectors : public testing::Test {
protected:
    static void SetUpTestSuite()
    {
        s_vectors = *readJsonFile(fs::path(KOALA_SOURCE_DIR) / "tests/golden/mask_vectors.json");
    }
    Rendered render(const std::string& name, const std::vector<std::string>& texts)
    {
        std::vector<ChatTurn> turns;
        if (name == "vicuna")
            turns.push_back({Speaker::System, kFastChatSystem, false, {}});
        for (std::size_t i = 0; i < texts.size(); ++i)
            turns.push_back({i % 2 == 0 ? Speaker::User : Speaker::Assistant, texts[i], true, {}});
        auto rendered =
            renderChat(*templateFromName(name), *m_tokenizer, turns, {.addBos = name != "koala"});
        EXPECT_TRUE(rendered.ok());
        return std::move(rendered).value();
    }
    std::shared_ptr<const Tokenizer> m_tokenizer;
    static inline Json s_vectors;
};

TEST_F(MaskVectors, OfMadeAndStarterDialoguesAreEqual)
{
    KOALA_SHARED_OR_SKIP(shared);
    m_tokenizer = *loadTokenizer(shared / "models/llama-tokenizer/tokenizer.model");
    std::set<std::string> templates;
    for (const Json& known : s_vectors.at("cases")) {
        const std::string name = known.at("template");
        const Rendered rendered = render(name, known.at("turns").get<std::vector<std::string>>());
        EXPECT_EQ(rendered.ids(), known.at("ids").get<std::vector<TokenId>>()) << known.dump();
        std::vector<std::string> ranges;
        for (const Json& range : known.at("trained"))
            ranges.push_back(fmt::format("{}-{}", range[0].get<int>(), range[1].get<int>()));
        EXPECT_EQ(trainedRanges(rendered), fmt::format("{}", fmt::join(ranges, ",")))
            << known.dump();
        templates.insert(name);
    }
    EXPECT_EQ(templates, (std::set<std::string>{"alpaca", "koala", "vicuna"}));
}

// The turns of a record, or none where the peer has no use for it: see usable() there.
std::vector<std::string> turnsOf(const Json& record)
{
    std::vector<std::string> turns;
    if (record.contains("conversations")) {
        for (const Json& turn : record.at("conversations")) {
            if (turn.at("from") != (turns.size() % 2 == 0 ? "human" : "gpt"))
                return {};
            turns.push_back(turn.at("value"));
        }
    } else if (record.at("input") == "") {
        turns = {record.at("instruction"), record.at("output")};
    }
    return turns;
}

TEST_F(MaskVectors, OfRealDialoguesHaveTheSameDigest)
{
    KOALA_SHARED_OR_SKIP(shared);
    m_tokenizer = *loadTokenizer(shared / "models/llama-tokenizer/tokenizer.model");
    for (const Json& known : s_vectors.at("real_files")) {
        const std::string name = known.at("template");
        const auto used = known.at("rows").get<std::set<std::uint64_t>>();
        Sha256 digest;
        std::uint64_t row = 0, tokens = 0, trained = 0;
        const auto stream = openRecordStream(shared / "data" / known.at("file").get<std::string>());
        ASSERT_TRUE(stream.ok()) << stream.error().message;
        for (RawRecord raw; (*stream)->next(raw); ++row) {
            if (!used.contains(row))
                continue;
            const Rendered rendered = render(name, turnsOf(*parseRecord(raw.text)));
            for (const RenderedToken& token : rendered.tokens)
                trained += token.trained;
            tokens += rendered.tokens.size();
            digest.update(
                fmt::format("{};{}\n", fmt::join(rendered.ids(), ","), trainedRanges(rendered)));
        }
        EXPECT_EQ(tokens, known.at("tokens").get<std::uint64_t>()) << known.at("file") << name;
        EXPECT_EQ(trained, known.at("trained").get<std::uint64_t>()) << known.at("file") << name;
        EXPECT_EQ(digest.finishHex(), known.at("sha256")) << known.at("file") << name;
    }
}

} // namespace
} // namespace koala
