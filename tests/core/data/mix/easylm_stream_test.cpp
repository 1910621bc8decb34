// EasyLM's field programs and its endless stream (spec 01, section 3).
#include "core/data/formats/dataset_import.h"
#include "core/data/mix/text_processor.h"
#include "core/data/mix/training_stream.h"
#include "core/data/permutation.h"
#include "tests/support/temporary.h"
#include "tests/support/tiny_tokenizer.h"

namespace koala {
namespace {

using Ids = std::vector<TokenId>;

Ids trainedOf(const Rendered& rendered)
{
    Ids mask;
    for (const RenderedToken& token : rendered.tokens)
        mask.push_back(token.trained ? 1 : 0);
    return mask;
}

class EasyLmTest : public testing::Test {
protected:
    void SetUp() override
    {
        ASSERT_TRUE(test::trainTinyTokenizer(m_folder.path() / "tokenizer.model").ok());
        m_tokenizer = *loadTokenizer(m_folder.path() / "tokenizer.model");
    }
    Result<Rendered> run(const char* example, TextProcessorOptions options = {})
    {
        return processExample(Json::parse(example), options, *m_tokenizer);
    }
    std::string message(const char* example)
    {
        const auto rendered = run(example);
        return rendered.ok() ? "accepted" : rendered.error().message;
    }
    Ids encode(std::string_view text) const { return m_tokenizer->encode(text); }

    TemporaryDirectory m_folder = test::temporaryDirectory();
    std::shared_ptr<const Tokenizer> m_tokenizer;
};

TEST_F(EasyLmTest, EachFieldIsTokenisedAlone)
{
    const auto rendered = run(
        R"({"marker_user":"USER:","marker_gpt":"GPT:","human_0":"Hi","gpt_1":"Yes","fields":"[marker_user+human_0+marker_gpt],gpt_1,<|eos|>"})");
    ASSERT_TRUE(rendered.ok()) << rendered.error().message;
    Ids want = encode("BEGINNING OF CONVERSATION: USER: Hi GPT:");
    Ids mask(want.size(), 0);
    for (const TokenId id : encode("Yes"))
        want.push_back(id);
    want.push_back(*m_tokenizer->eosId());
    want.push_back(*m_tokenizer->eosId()); // add_eos_token
    mask.resize(want.size(), 1);
    EXPECT_EQ(rendered->ids(), want);
    EXPECT_EQ(trainedOf(*rendered), mask);
}

TEST_F(EasyLmTest, TheNewestProgramsTakeIdsAndArrays)
{
    TextProcessorOptions options;
    options.fieldsFromExample = "";
    options.fields = "[<|bos|>],<|17|>,[{ids}],<|eos|>";
    options.addBos = true;
    options.addEos = false;
    const auto rendered = run(R"({"ids":"BQAAAAEBAAA="})", options); // 5, 257 as <i4
    ASSERT_TRUE(rendered.ok()) << rendered.error().message;
    EXPECT_EQ(rendered->ids(), (Ids{1, 1, 17, 5, 257, 2}));
    EXPECT_EQ(trainedOf(*rendered), (Ids{0, 0, 1, 0, 0, 1}));
}

TEST_F(EasyLmTest, WhatIsWrongIsNamed)
{
    EXPECT_NE(message(R"({"a":"x"})").find("\"fields\""), std::string::npos);
    EXPECT_NE(message(R"({"fields":"[a+b]","a":"x"})").find("\"b\""), std::string::npos);
    EXPECT_NE(message(R"({"fields":"a, b","a":"x","b":"y"})").find("\" b\""), std::string::npos)
        << "blanks are not trimmed";
    EXPECT_NE(message(R"({"fields":"[a","a":"x"})").find("not closed"), std::string::npos);
    EXPECT_NE(message(R"({"fields":"{a}","a":"AAA="})").find("base64"), std::string::npos);
    EXPECT_NE(message(R"({"fields":"a","a":7})").find("not as text"), std::string::npos);
}

TEST(EasyLmGolden, GivesTheVectorsOfTheLlamaTokeniser)
{
    KOALA_SHARED_OR_SKIP(shared);
    const auto tokenizer = loadTokenizer(shared / "models/llama-tokenizer/tokenizer.model");
    ASSERT_TRUE(tokenizer.ok()) << tokenizer.error().message;
    Conversation conversation;
    conversation.turns = {
        {Role::User, "Hello!", false}, {Role::Assistant, "Hi! How can I help you?", true}};
    const auto rendered =
        processExample(koalaExampleOf(conversation, Marker::None), {}, **tokenizer);
    ASSERT_TRUE(rendered.ok()) << rendered.error().message;
    EXPECT_EQ(rendered->ids(),
        (Ids{22815, 29940, 4214, 8079, 8707, 5348, 29903, 8098, 29901, 3148, 1001, 29901, 15043,
            29991, 402, 7982, 29901, 6324, 29991, 1128, 508, 306, 1371, 366, 29973, 2, 2}));
    Ids mask(17, 0);
    mask.resize(27, 1);
    EXPECT_EQ(trainedOf(*rendered), mask);
    EXPECT_EQ((*tokenizer)->encode("USER: Hello! An Unhelpful Answer:"),
        (Ids{3148, 1001, 29901, 15043, 29991, 530, 853, 8477, 1319, 673, 29901}));
    EXPECT_EQ((*tokenizer)->encode(""), Ids{});
    EXPECT_EQ((*tokenizer)->encode("\n"), (Ids{29871, 13}));
    EXPECT_EQ((*tokenizer)->encode("考拉 é 🐨"),
        (Ids{29871, 235, 131, 134, 31543, 904, 29871, 243, 162, 147, 171}));
}

class EasyLmStreamTest : public EasyLmTest {
protected:
    void SetUp() override
    {
        EasyLmTest::SetUp();
        const fs::path starter = fs::path(KOALA_SOURCE_DIR) / "datasets/starter";
        for (const char* file : {"sharegpt_dialogues.json", "hh_pairs.jsonl"}) {
            ImportRequest request;
            request.datasetsDirectory = m_folder.path() / "datasets";
            request.files = {starter / file};
            const auto manifest = importDataset(request);
            ASSERT_TRUE(manifest.ok()) << manifest.error().message;
            MixtureSource source;
            source.dataset = manifest->slug;
            source.cap = 9;
            source.holdOut.fraction = 0.05;
            m_mixture.sources.push_back(source);
        }
        m_mixture.sources[1].markers = MarkerMode::Both;
        m_mixture.name = "stream";
        m_mixture.packing = PackingMode::Stream;
        m_mixture.packingLength = 300;
    }
    std::shared_ptr<const ResolvedMixture> resolve()
    {
        ResolvedMixture::Options options;
        options.projectDirectory = m_folder.path();
        options.chatTemplate = TemplateId::Koala;
        auto resolved = ResolvedMixture::open(m_mixture, m_tokenizer, options);
        EXPECT_TRUE(resolved.ok()) << resolved.error().message;
        return resolved.ok() ? *resolved : nullptr;
    }
    // The first epochs as EasyLM's buffer sees them: field programs, one behind the other.
    std::pair<Ids, Ids> buffer(const ResolvedMixture& mixture, std::uint64_t epochs)
    {
        TextProcessorOptions options;
        options.addBos = m_mixture.stream.rule == StreamRule::Newest;
        options.addEos = m_mixture.stream.addEos;
        std::pair<Ids, Ids> out;
        const auto& records = mixture.result().training;
        for (std::uint64_t epoch = 0; epoch < epochs; ++epoch) {
            const EpochOrder order(records.size(), m_mixture.seed, epoch);
            for (std::uint64_t i = 0; i < records.size(); ++i) {
                const RecordRef record = records[order.at(i)];
                const Conversation conversation = *mixture.conversation(record);
                const Json example = koalaExampleOf(
                    conversation, markerOf(conversation, m_mixture.sources[record.source].markers));
                const auto rendered = processExample(example, options, *m_tokenizer);
                EXPECT_TRUE(rendered.ok());
                for (const RenderedToken& token : rendered->tokens) {
                    out.first.push_back(token.id);
                    out.second.push_back(token.trained ? 1 : 0);
                }
            }
        }
        return out;
    }
    Mixture m_mixture;
};

// `while len(buffer) > length`: emit and drop; input = BOS and all but the last, target = all.
TEST_F(EasyLmStreamTest, KoalasRowsAreThoseOfTheBuffer)
{
    const auto mixture = resolve();
    ASSERT_NE(mixture, nullptr);
    const TrainingStream stream(mixture, StreamPart::Training);
    const auto [ids, mask] = buffer(*mixture, 3);
    const std::size_t length = 300;
    ASSERT_EQ(ids.size(), 3 * mixture->result().total.tokens);
    std::uint64_t row = 0;
    for (; (row + 1) * length < ids.size(); ++row) {
        const auto packed = stream.sequenceAt(row);
        ASSERT_TRUE(packed.ok()) << packed.error().message;
        ASSERT_EQ(packed->tokens.size(), length + 1);
        EXPECT_TRUE(packed->wholeRow);
        EXPECT_EQ(packed->tokens.front(), *m_tokenizer->bosId());
        EXPECT_EQ(packed->trained.front(), 0);
        EXPECT_TRUE(std::equal(packed->tokens.begin() + 1, packed->tokens.end(),
            ids.begin() + std::ptrdiff_t(row * length)));
        EXPECT_TRUE(std::equal(packed->trained.begin() + 1, packed->trained.end(),
            mask.begin() + std::ptrdiff_t(row * length)));
        std::uint32_t covered = 0;
        for (const PackedDocument& document : packed->documents) {
            EXPECT_EQ(document.begin, covered);
            covered += document.length;
        }
        EXPECT_EQ(covered, packed->tokens.size());
    }
    EXPECT_GT(row, stream.sequences(0) + stream.sequences(1)) << "rows cross the ends of epochs";
    const std::uint64_t first = stream.sequences(0);
    EXPECT_EQ(stream.epochOf(first - 1), 0u);
    EXPECT_EQ(stream.epochOf(first), 1u);
    EXPECT_EQ(stream.sequence(1, 0)->tokens, stream.sequenceAt(first)->tokens);
}

TEST_F(EasyLmStreamTest, TheNewestRowsEndWithTheNextToken)
{
    m_mixture.stream.rule = StreamRule::Newest;
    m_mixture.stream.addEos = true;
    const auto mixture = resolve();
    ASSERT_NE(mixture, nullptr);
    const TrainingStream stream(mixture, StreamPart::Training);
    const auto [ids, mask] = buffer(*mixture, 2);
    const std::size_t length = 300;
    for (std::uint64_t row = 0; (row + 1) * length + 1 < ids.size(); ++row) {
        const auto packed = stream.sequenceAt(row);
        ASSERT_TRUE(packed.ok());
        ASSERT_EQ(packed->tokens.size(), length + 1);
        const auto begin = std::ptrdiff_t(row * length);
        EXPECT_TRUE(std::equal(packed->tokens.begin(), packed->tokens.end(), ids.begin() + begin));
        EXPECT_EQ(packed->trained.front(), 0) << "nothing predicts it";
        EXPECT_TRUE(std::equal(
            packed->trained.begin() + 1, packed->trained.end(), mask.begin() + begin + 1));
    }
    m_mixture.stream.startWithBos = true;
    const TrainingStream withBos(resolve(), StreamPart::Training);
    PackedSequence row = *withBos.sequenceAt(1);
    EXPECT_EQ(row.tokens.front(), *m_tokenizer->bosId());
    row.tokens.front() = ids[length];
    EXPECT_EQ(row.tokens, stream.sequenceAt(1)->tokens);
}

// The worked example of spec 01, section 3.3: rows of 4 out of the stream a b c d e f, of which
// c d e are trained. Here e is the EOS of an answer, and f the record's first token come round
// again.
class EasyLmWorkedExample : public EasyLmTest {
protected:
    // `count` different words of one token each.
    std::vector<std::string> words(std::size_t count) const
    {
        std::vector<std::string> found;
        Ids ids;
        for (const char* text : {"the", "of", "to", "and", "in", "a", "is", "for", "you", "it"}) {
            const Ids word = encode(text);
            if (word.size() != 1 || std::find(ids.begin(), ids.end(), word[0]) != ids.end())
                continue;
            ids.push_back(word[0]);
            found.push_back(text);
        }
        EXPECT_GE(found.size(), count) << "the tiny tokeniser has too few words";
        found.resize(count);
        return found;
    }
    // Rows 0 and 1 of a mixture of one record.
    std::vector<PackedSequence> rows(
        StreamRule rule, const std::string& asked, const std::string& answer)
    {
        test::writeText(m_folder.path() / "one.jsonl",
            toLine(OrderedJson{{"turns", {{{"role", "user"}, {"text", asked}},
                                             {{"role", "assistant"}, {"text", answer}}}}}) +
                "\n");
        ImportRequest request;
        request.datasetsDirectory = m_folder.path() / "datasets";
        request.files = {m_folder.path() / "one.jsonl"};
        request.format = "koala";
        const auto manifest = importDataset(request);
        EXPECT_TRUE(manifest.ok()) << manifest.error().message;
        Mixture mixture;
        mixture.name = "example";
        mixture.packing = PackingMode::Stream;
        mixture.packingLength = 4;
        mixture.stream.rule = rule;
        mixture.sources.resize(1);
        mixture.sources[0].dataset = manifest->slug;
        ResolvedMixture::Options options;
        options.projectDirectory = m_folder.path();
        options.chatTemplate = TemplateId::Raw;
        const auto resolved = ResolvedMixture::open(mixture, m_tokenizer, options);
        EXPECT_TRUE(resolved.ok()) << resolved.error().message;
        const TrainingStream stream(*resolved, StreamPart::Training);
        return {*stream.sequenceAt(0), *stream.sequenceAt(1)};
    }
    using Mask = std::vector<std::uint8_t>;
};

TEST_F(EasyLmWorkedExample, IsCutAsAtKoalasTime)
{
    const auto word = words(4);
    const TokenId a = encode(word[0])[0], b = encode(word[1])[0], c = encode(word[2])[0],
                  d = encode(word[3])[0], e = *m_tokenizer->eosId(), f = a,
                  bos = *m_tokenizer->bosId();
    const auto row = rows(StreamRule::Koala, word[0] + " " + word[1], word[2] + " " + word[3]);
    // Input BOS a b c, target a b c d, mask 0 0 1 1.
    EXPECT_EQ(row[0].tokens, (Ids{bos, a, b, c, d}));
    EXPECT_EQ(row[0].trained, (Mask{0, 0, 0, 1, 1})) << "the first is no target";
    EXPECT_EQ(row[1].tokens, (Ids{bos, e, f, b, c}));
    EXPECT_EQ(row[1].trained, (Mask{0, 1, 0, 0, 1}));
}

TEST_F(EasyLmWorkedExample, IsCutAsInTheNewest)
{
    const auto word = words(3);
    const TokenId a = *m_tokenizer->bosId(), b = encode(word[0])[0], c = encode(word[1])[0],
                  d = encode(word[2])[0], e = *m_tokenizer->eosId(), f = a;
    const auto row = rows(StreamRule::Newest, word[0], word[1] + " " + word[2]);
    // Input a b c d, target b c d e, mask 0 1 1 1; then four on.
    EXPECT_EQ(row[0].tokens, (Ids{a, b, c, d, e}));
    EXPECT_EQ(row[0].trained, (Mask{0, 0, 1, 1, 1}));
    EXPECT_EQ(row[1].tokens, (Ids{e, f, b, c, d}));
    EXPECT_EQ(row[1].trained, (Mask{0, 0, 0, 1, 1}));
}

TEST_F(EasyLmStreamTest, HeldOutTextEndsWithAShortRow)
{
    const auto mixture = resolve();
    const TrainingStream held(mixture, StreamPart::HoldOut);
    std::uint64_t tokens = 0;
    for (std::uint64_t row = 0; row < held.sequences(0); ++row)
        tokens += held.sequence(0, row)->tokens.size() - 1;
    EXPECT_EQ(tokens, mixture->result().heldOut.tokens);
    EXPECT_EQ(held.sequence(0, 0)->tokens, held.sequence(4, 0)->tokens);
}

} // namespace
} // namespace koala
