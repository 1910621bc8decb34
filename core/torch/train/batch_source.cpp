#include "core/torch/train/batch_source.h"

#include <cmath>

namespace koala {
namespace {

class StreamSource final : public BatchSource {
public:
    StreamSource(std::shared_ptr<const ResolvedMixture> mixture, StreamPart part)
        : m_mixture(mixture), m_stream(std::move(mixture), part)
    {
    }
    Result<PackedSequence> sequenceAt(std::uint64_t cursor) const override
    {
        return m_stream.sequenceAt(cursor);
    }
    std::uint64_t sequences(std::uint64_t epoch) const override
    {
        return m_stream.sequences(epoch);
    }
    std::uint64_t epochOf(std::uint64_t cursor) const override { return m_stream.epochOf(cursor); }
    std::vector<std::string> sources() const override
    {
        std::vector<std::string> names;
        for (const MixtureSource& source : m_mixture->mixture().sources)
            names.push_back(source.dataset);
        return names;
    }
    std::uint64_t trainedTokensPerEpoch() const override
    {
        return m_mixture->result().total.trainedTokens;
    }

private:
    std::shared_ptr<const ResolvedMixture> m_mixture;
    TrainingStream m_stream;
};

} // namespace

std::unique_ptr<BatchSource> streamSource(
    std::shared_ptr<const ResolvedMixture> mixture, StreamPart part)
{
    return std::make_unique<StreamSource>(std::move(mixture), part);
}

std::uint64_t sequencesOf(const BatchSource& source, double epochs)
{
    const auto whole = std::uint64_t(epochs);
    std::uint64_t count = 0;
    for (std::uint64_t epoch = 0; epoch < whole; ++epoch)
        count += source.sequences(epoch);
    const double rest = epochs - double(whole);
    if (rest > 0)
        count += std::uint64_t(std::ceil(rest * double(source.sequences(whole))));
    return count;
}

double epochsAt(const BatchSource& source, std::uint64_t cursor)
{
    const std::uint64_t epoch = source.epochOf(cursor);
    std::uint64_t before = 0;
    for (std::uint64_t e = 0; e < epoch; ++e)
        before += source.sequences(e);
    const std::uint64_t length = source.sequences(epoch);
    return double(epoch) + (length > 0 ? double(cursor - before) / double(length) : 0.0);
}

} // namespace koala
