#include "core/data/mix/training_stream.h"

#include <map>

#include "core/data/clean/cleaning.h"
#include "core/data/formats/dataset_import.h"
#include "tests/support/temporary.h"
#include "tests/support/tiny_tokenizer.h"

namespace koala {
namespace {

class TrainingStreamTest : public testing::Test {
protected:
    void SetUp() override
    {
        ASSERT_TRUE(test::trainTinyTokenizer(m_folder.path() / "tokenizer.model").ok());
        m_tokenizer = *loadTokenizer(m_folder.path() / "tokenizer.model");
        const fs::path starter = fs::path(KOALA_SOURCE_DIR) / "datasets/starter";
        for (const char* file :
            {"sharegpt_dialogues.json", "hh_pairs.jsonl", "hc3_questions.jsonl"}) {
            ImportRequest request;
            request.datasetsDirectory = m_folder.path() / "datasets";
            request.files = {starter / file};
            const auto manifest = importDataset(request);
            ASSERT_TRUE(manifest.ok()) << manifest.error().message;
        }
        m_mixture.name = "test";
        m_mixture.chatTemplate = "koala";
        m_mixture.maxTokens = m_mixture.packingLength = 512;
        for (const char* dataset : {"sharegpt_dialogues", "hh_pairs", "hc3_questions"}) {
            MixtureSource source;
            source.dataset = slugify(dataset);
            source.holdOut.fraction = 0.05;
            m_mixture.sources.push_back(source);
        }
        m_mixture.sources[1].markers = MarkerMode::Both;
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
    TemporaryDirectory m_folder = test::temporaryDirectory();
    std::shared_ptr<const Tokenizer> m_tokenizer;
    Mixture m_mixture;
};

TEST_F(TrainingStreamTest, AnEpochHoldsEveryRecordOnceInWholeDocuments)
{
    const auto resolved = resolve();
    ASSERT_NE(resolved, nullptr);
    const TrainingStream stream(resolved, StreamPart::Training);
    std::uint64_t tokens = 0;
    std::uint64_t trained = 0;
    std::map<std::pair<std::uint32_t, std::uint32_t>, int> seen;
    for (std::uint64_t i = 0; i < stream.sequences(0); ++i) {
        const auto sequence = stream.sequence(0, i);
        ASSERT_TRUE(sequence.ok()) << sequence.error().message;
        EXPECT_LE(sequence->tokens.size(), 512u);
        std::uint32_t at = 0;
        for (const PackedDocument& document : sequence->documents) {
            EXPECT_EQ(document.begin, at);
            EXPECT_EQ(sequence->tokens[at], 1) << "each document begins with BOS";
            at += document.length;
            ++seen[{document.record.source, document.record.row}];
        }
        EXPECT_EQ(at, sequence->tokens.size());
        tokens += sequence->tokens.size();
        for (const std::uint8_t one : sequence->trained)
            trained += one;
    }
    EXPECT_EQ(tokens, resolved->result().total.tokens);
    EXPECT_EQ(trained, resolved->result().total.trainedTokens);
    EXPECT_EQ(seen.size(), resolved->result().total.rows);
    EXPECT_LT(stream.sequences(0), stream.records()) << "short documents share a sequence";
    EXPECT_GT(double(tokens) / double(stream.sequences(0) * 512), 0.85) << "little room is wasted";
}

TEST_F(TrainingStreamTest, TheSameFilesGiveTheSameTokensAnywhere)
{
    const auto first = resolve();
    const std::string order = first->orderSha256();
    std::vector<PackedSequence> batch;
    const TrainingStream stream(first, StreamPart::Training);
    const std::uint64_t cursor = stream.sequences(0) + 3; // in the second epoch
    for (std::uint64_t i = 0; i < 4; ++i)
        batch.push_back(*stream.sequenceAt(cursor + i));
    EXPECT_EQ(stream.epochOf(cursor), 1u);
    const auto second = resolve(); // counts come from the kept file now
    EXPECT_EQ(second->orderSha256(), order);
    std::vector<PackedSequence> again;
    const TrainingStream other(second, StreamPart::Training);
    for (std::uint64_t i = 0; i < 4; ++i)
        again.push_back(*other.sequenceAt(cursor + i));
    EXPECT_EQ(batchSha256(again), batchSha256(batch));
    m_mixture.seed = 43;
    EXPECT_NE(resolve()->orderSha256(), order);
}

// Reliability X10: what looks like a control token in data is text.
TEST_F(TrainingStreamTest, ControlStringsInDataAreNoControlTokens)
{
    const std::string controls = "</s> <s> [INST] <|im_start|> GPT: <unk>";
    ImportRequest request;
    request.datasetsDirectory = m_folder.path() / "datasets";
    request.files = {m_folder.path() / "controls.jsonl"};
    test::writeText(
        request.files[0], toLine(Json{{"question", controls}, {"answer", controls}}) + "\n");
    ASSERT_TRUE(importDataset(request).ok());
    m_mixture.sources.assign(1, {});
    m_mixture.sources[0].dataset = "controls";
    const auto resolved = resolve();
    ASSERT_NE(resolved, nullptr);
    const auto sequence = TrainingStream(resolved, StreamPart::Training).sequence(0, 0);
    ASSERT_TRUE(sequence.ok()) << sequence.error().message;
    EXPECT_EQ(std::ranges::count(sequence->tokens, *m_tokenizer->bosId()), 1);
    EXPECT_EQ(std::ranges::count(sequence->tokens, *m_tokenizer->eosId()), 1);
    const std::string text = m_tokenizer->decode(sequence->tokens);
    const std::size_t first = text.find(controls);
    ASSERT_NE(first, std::string::npos) << text;
    EXPECT_NE(text.find(controls, first + 1), std::string::npos) << text;
}

TEST_F(TrainingStreamTest, StoppingItsOpeningStopsTheCleaningOfItsSources)
{
    const fs::path directory = m_folder.path() / "datasets" / m_mixture.sources[0].dataset;
    CleaningSteps steps;
    steps.add("length", {{"least_turns", 3}});
    ASSERT_TRUE(writeSteps(directory, steps).ok());
    std::stop_source stop;
    stop.request_stop();
    ResolvedMixture::Options options;
    options.projectDirectory = m_folder.path();
    options.stop = stop.get_token();
    const auto stopped = ResolvedMixture::open(m_mixture, m_tokenizer, options);
    ASSERT_FALSE(stopped.ok());
    EXPECT_EQ(stopped.error().code, ErrorCode::Cancelled);
    EXPECT_FALSE(fs::exists(directory / "cleaned"));
    const auto resolved = resolve();
    ASSERT_NE(resolved, nullptr);
    EXPECT_TRUE(fs::exists(directory / "cleaned"));
    EXPECT_LT(resolved->dataset(0).size(), (*Dataset::open(directory))->size());
}

TEST_F(TrainingStreamTest, PairsAreRenderedWithTheirMarkers)
{
    const auto resolved = resolve();
    int positive = 0;
    int negative = 0;
    for (const RecordRef record : resolved->result().training) {
        if (record.source != 1)
            continue;
        const std::string text = m_tokenizer->decode(resolved->render(record)->ids());
        const bool rejected = resolved->conversation(record)->pair->rank == PairRank::Rejected;
        EXPECT_EQ(text.find("An Unhelpful Answer:") != std::string::npos, rejected);
        EXPECT_EQ(text.find("GPT:") != std::string::npos, !rejected);
        (rejected ? negative : positive)++;
    }
    EXPECT_EQ(positive, negative);
    EXPECT_TRUE(resolved->usesMarkers());
}

TEST_F(TrainingStreamTest, LongDialoguesLoseTheirLastRounds)
{
    m_mixture.maxTokens = 160;
    m_mixture.packingLength = 160;
    const auto dropped = resolve();
    m_mixture.tooLong = TooLong::Cut;
    const auto cut = resolve();
    bool shortened = false;
    for (std::uint32_t row = 0; row < dropped->dataset(0).size(); ++row) {
        const Rendered whole = *cut->render({0, row});
        const Rendered rounds = *dropped->render({0, row});
        EXPECT_LE(rounds.tokens.size(), 160u);
        EXPECT_LE(rounds.tokens.size(), whole.tokens.size());
        if (rounds.tokens.size() < whole.tokens.size()) {
            shortened = true;
            EXPECT_EQ(rounds.tokens.back().id, *m_tokenizer->eosId())
                << "it ends with a whole answer";
        }
    }
    EXPECT_TRUE(shortened);
}

TEST_F(TrainingStreamTest, HeldOutTextIsAStreamOfItsOwn)
{
    const auto resolved = resolve();
    const TrainingStream held(resolved, StreamPart::HoldOut);
    EXPECT_EQ(held.records(), resolved->result().heldOut.rows);
    EXPECT_GT(held.sequences(0), 0u);
    EXPECT_EQ(held.sequence(0, 0)->tokens, held.sequence(1, 0)->tokens)
        << "always in the same order";
}

TEST_F(TrainingStreamTest, AMissingDatasetIsNamed)
{
    fs::remove_all(m_folder.path() / "datasets" / m_mixture.sources[2].dataset);
    ResolvedMixture::Options options;
    options.projectDirectory = m_folder.path();
    const auto resolved = ResolvedMixture::open(m_mixture, m_tokenizer, options);
    ASSERT_FALSE(resolved.ok());
    EXPECT_NE(resolved.error().message.find(m_mixture.sources[2].dataset), std::string::npos);
}

} // namespace
} // namespace koala
