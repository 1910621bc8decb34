// core/data/mix/training_stream.h: what a mixture feeds to training: packed sequences of tokens
// with their loss mask, at any place of any epoch, always the same for the same mixture and files.
// Used by training, by the held-out loss and by the Tokens preview.
//
// Order: position i of epoch e holds record EpochOrder(n, seed, e).at(i); records are packed
// best-fit within windows of 4,096 positions; a sequence holds whole documents that do not see each
// other. Records without a trained token (after cutting) are not packed.
//
// Packing "stream" is EasyLM's instead: all records of all epochs are one text without end, row r
// holds its tokens r·length to (r+1)·length, and attention runs over the whole row (wholeRow).
// Koala's rule puts BOS in front of them; the newest one adds the token that comes next as last
// target. A row belongs to the epoch in which it begins. Thread-safe for reading.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "core/data/dataset.h"
#include "core/data/mix/incremental_mixture.h"
#include "core/data/mix/mixture.h"
#include "core/data/mix/mixture_calculator.h"
#include "core/data/mix/source_terms.h"
#include "core/text/chat_template.h"
#include "core/text/tokenizer.h"

namespace koala {

struct PackedDocument {
    RecordRef record;
    std::uint32_t begin = 0; // of its tokens in the sequence
    std::uint32_t length = 0;
    std::uint32_t part = 0; // of a record that is split
};

struct PackedSequence {
    std::vector<TokenId> tokens;
    std::vector<std::uint8_t> trained;     // 1: the loss counts the prediction of this token
    std::vector<PackedDocument> documents; // in order; together they cover the tokens
    bool wholeRow = false; // documents see each other: one context for attention and positions
};

// A mixture with its datasets opened, its tokens counted and its rows chosen.
class ResolvedMixture {
public:
    struct Options {
        fs::path projectDirectory;
        TemplateId chatTemplate = TemplateId::ChatMl;
        // Rows of each source dataset read so far, of all: for progress while tokens are counted.
        std::function<void(std::uint64_t done, std::uint64_t total)> progress;
        std::stop_token stop;
    };
    // Counts are kept beside each dataset and reused. A missing dataset is an error that names it.
    static Result<std::shared_ptr<const ResolvedMixture>> open(
        const Mixture& mixture, std::shared_ptr<const Tokenizer> tokenizer, const Options& options);

    const Mixture& mixture() const { return m_mixture; }
    const MixtureResult& result() const { return m_result; }
    const Tokenizer& tokenizer() const { return *m_tokenizer; }
    TemplateId chatTemplate() const { return m_options.chatTemplate; }
    const Dataset& dataset(std::size_t source) const { return *m_datasets[source]; }
    std::vector<SourceTerms> terms() const; // one a dataset, in the order of the sources
    // True when a source uses markers: chat and evaluation then use the positive form.
    bool usesMarkers() const;
    // SHA-256 over the uids of epoch 0 in order, each followed by '\n'.
    const std::string& orderSha256() const { return m_orderSha256; }
    std::string uid(RecordRef record) const;
    Result<Conversation> conversation(RecordRef record) const;
    // After too_long; the same tokens that training sees.
    Result<Rendered> render(RecordRef record, std::uint32_t part = 0) const;
    // How many documents the record is, and the tokens of one of them.
    std::uint32_t partsOf(RecordRef record) const;
    PartTokens partOf(RecordRef record, std::uint32_t part) const;
    std::uint32_t tokensOf(RecordRef record) const;
    std::uint32_t trainedTokensOf(RecordRef record) const;
    // Counts again for other shares, totals or seeds, without touching files; what a change leaves
    // as it was is kept from call to call. Any thread, one at a time.
    Result<MixtureResult> recalculate(const Mixture& mixture) const;

private:
    ResolvedMixture() = default;
    std::vector<SourceInput> inputs() const;
    Mixture m_mixture;
    Options m_options;
    std::shared_ptr<const Tokenizer> m_tokenizer;
    std::vector<std::shared_ptr<const Dataset>> m_datasets; // one a source
    std::vector<std::shared_ptr<const RowTokens>> m_counts; // one a source
    std::vector<std::vector<std::uint64_t>> m_holdOutLists;
    std::vector<std::uint64_t> m_excludedGroups;
    MixtureResult m_result;
    std::string m_orderSha256;
    mutable std::mutex m_mutex; // of the figures
    mutable IncrementalMixture m_figures;
};

enum class StreamPart { Training, HoldOut };

class TrainingStream {
public:
    static constexpr std::uint64_t kWindow = 4096;
    TrainingStream(std::shared_ptr<const ResolvedMixture> mixture, StreamPart part);

    std::uint64_t records() const; // positions of an epoch
    // Sequences of one epoch; differs a little from epoch to epoch. Planned on first use, then
    // kept.
    std::uint64_t sequences(std::uint64_t epoch) const;
    Result<PackedSequence> sequence(std::uint64_t epoch, std::uint64_t index) const;
    // The same, counted through all epochs from 0 on: what a run's cursor holds.
    Result<PackedSequence> sequenceAt(std::uint64_t cursor) const;
    std::uint64_t epochOf(std::uint64_t cursor) const;

private:
    struct Plan; // of one epoch: which records each sequence holds
    std::shared_ptr<const Plan> plan(std::uint64_t epoch) const;
    std::shared_ptr<const ResolvedMixture> m_mixture;
    StreamPart m_part;
    std::shared_ptr<const Plan> makePlan(std::uint64_t epoch) const;
    std::vector<RecordRef> recordsOf(std::uint64_t epoch) const; // in the order of that epoch
    bool streams() const { return m_mixture->mixture().packing == PackingMode::Stream; }
    std::uint64_t firstRow(std::uint64_t epoch) const; // of a stream
    Result<Rendered> counted(
        RecordRef record, std::uint32_t part) const; // with as many tokens as were counted
    Result<PackedSequence> streamRow(std::uint64_t epoch, std::uint64_t row) const;
    void addBos(PackedSequence& packed) const;
    struct Cache;
    std::shared_ptr<Cache> m_cache;
};

// SHA-256 over the token ids and masks of a batch, for the `batch_sha256` of step events.
std::string batchSha256(const std::vector<PackedSequence>& sequences);

// A record as the templates see it, and the marker it is rendered with.
std::vector<ChatTurn> chatTurnsOf(
    const Conversation& conversation, const std::string& defaultSystem);
Marker markerOf(const Conversation& conversation, MarkerMode mode);

} // namespace koala
