// core/torch/train/batch_source.h: where the loop gets its sequences: a mixture's stream, or a
// small list in tests. A sequence is a pure function of its place, so there is no position to lose.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/data/mix/training_stream.h"

namespace koala {

class BatchSource {
public:
    virtual ~BatchSource() = default;
    // Counted through all epochs from 0 on.
    virtual Result<PackedSequence> sequenceAt(std::uint64_t cursor) const = 0;
    virtual std::uint64_t sequences(std::uint64_t epoch) const = 0;
    virtual std::uint64_t epochOf(std::uint64_t cursor) const = 0;
    // Names behind PackedDocument::record.source.
    virtual std::vector<std::string> sources() const = 0;
    virtual std::uint64_t trainedTokensPerEpoch() const = 0;
};

// One part of a mixture.
std::unique_ptr<BatchSource> streamSource(
    std::shared_ptr<const ResolvedMixture> mixture, StreamPart part);

// Sequences that make up `epochs`, which may end within an epoch.
std::uint64_t sequencesOf(const BatchSource& source, double epochs);
// Epochs finished before `cursor`, with the share of the one under way.
double epochsAt(const BatchSource& source, std::uint64_t cursor);

} // namespace koala
