// How full packed sequences are on real dialogues, and FastChat's mask on the same.
#include "core/data/formats/dataset_import.h"
#include "core/data/mix/training_stream.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

class RealDialogues : public testing::Test {
protected:
    void SetUp() override
    {
        KOALA_SHARED_OR_SKIP(shared);
        m_tokenizer = *loadTokenizer(shared / "models/llama-tokenizer/tokenizer.model");
        m_mixture.name = "dialogues";
        for (const char* file :
            {"sharegpt/sharegpt_v3_sample.json.gz", "hh_rlhf/harmless-base.test.first1800.jsonl"}) {
            ImportRequest request;
            request.datasetsDirectory = m_folder.path() / "datasets";
            request.files = {shared / "data" / file};
            const auto manifest = importDataset(request);
            ASSERT_TRUE(manifest.ok()) << manifest.error().message;
            MixtureSource source;
            source.dataset = manifest->slug;
            source.markers = MarkerMode::Both;
            m_mixture.sources.push_back(source);
        }
        m_mixture.tooLong = TooLong::Split; // by rounds
    }
    std::shared_ptr<const ResolvedMixture> resolve(TemplateId chatTemplate)
    {
        ResolvedMixture::Options options;
        options.projectDirectory = m_folder.path();
        options.chatTemplate = chatTemplate;
        auto resolved = ResolvedMixture::open(m_mixture, m_tokenizer, options);
        EXPECT_TRUE(resolved.ok()) << resolved.error().message;
        return resolved.ok() ? *resolved : nullptr;
    }
    TemporaryDirectory m_folder = test::temporaryDirectory();
    std::shared_ptr<const Tokenizer> m_tokenizer;
    Mixture m_mixture;
};

struct Fill {
    std::uint64_t tokens = 0, sequences = 0, documents = 0, large = 0;
    double share() const { return double(tokens) / (double(sequences) * 2048); }
};

Fill fillOf(const std::shared_ptr<const ResolvedMixture>& mixture)
{
    Fill fill;
    fill.sequences = TrainingStream(mixture, StreamPart::Training).sequences(0);
    for (const RecordRef record : mixture->result().training)
        for (std::uint32_t part = 0; part < mixture->partsOf(record); ++part)
            if (const PartTokens counts = mixture->partOf(record, part); counts.trained > 0) {
                ++fill.documents;
                fill.tokens += counts.tokens;
                fill.large += counts.tokens > 1024 ? 1 : 0;
            }
    std::printf("%llu documents, %llu tokens in %llu sequences of 2048: %.2f %% full\n",
        static_cast<unsigned long long>(fill.documents),
        static_cast<unsigned long long>(fill.tokens),
        static_cast<unsigned long long>(fill.sequences), 100 * fill.share());
    return fill;
}

TEST_F(RealDialogues, FillPackedSequencesAlmostWholly)
{
    const auto mixture = resolve(TemplateId::Koala);
    ASSERT_NE(mixture, nullptr);
    EXPECT_GE(fillOf(mixture).share(), 0.985);
    // ShareGPT alone: most of its documents are longer than half a sequence, and no two of those
    // share one, so no packer of whole documents does much better than their number.
    m_mixture.sources.pop_back();
    const Fill alone = fillOf(resolve(TemplateId::Koala));
    EXPECT_GE(alone.share(), 0.97);
    EXPECT_LT(double(alone.sequences), 1.06 * double(alone.large));
}

} // namespace
} // namespace koala
