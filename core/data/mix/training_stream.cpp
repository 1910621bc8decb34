#include "core/data/mix/training_stream.h"

#include <algorithm>
#include <map>
#include <mutex>

#include "core/base/sha256.h"
#include "core/data/mix/pack_window.h"
#include "core/data/permutation.h"

namespace koala {

struct TrainingStream::Plan {
    std::vector<std::vector<DocumentRef>> sequences; // of packed documents
    std::vector<RecordRef> records;                  // of a stream, in order
    std::vector<std::uint64_t> ends;                 // tokens up to the end of each of them
};

struct TrainingStream::Cache {
    std::mutex mutex;
    std::map<std::uint64_t, std::shared_ptr<const Plan>> plans; // the two used last
    std::vector<std::uint64_t> ends; // cursor at which each epoch from 0 on ends
};

TrainingStream::TrainingStream(std::shared_ptr<const ResolvedMixture> mixture, StreamPart part)
    : m_mixture(std::move(mixture)), m_part(part), m_cache(std::make_shared<Cache>())
{
}

std::uint64_t TrainingStream::records() const
{
    const MixtureResult& result = m_mixture->result();
    return m_part == StreamPart::Training ? result.training.size() : result.holdOut.size();
}

std::vector<RecordRef> TrainingStream::recordsOf(std::uint64_t epoch) const
{
    if (m_part == StreamPart::HoldOut) // keeps its order
        return m_mixture->result().holdOut;
    const std::vector<RecordRef>& list = m_mixture->result().training;
    const EpochOrder order(list.size(), m_mixture->mixture().seed, epoch);
    std::vector<RecordRef> records;
    records.reserve(list.size());
    for (std::uint64_t i = 0; i < list.size(); ++i)
        records.push_back(list[order.at(i)]);
    return records;
}

std::shared_ptr<const TrainingStream::Plan> TrainingStream::plan(std::uint64_t epoch) const
{
    const std::scoped_lock lock(m_cache->mutex);
    if (const auto found = m_cache->plans.find(epoch); found != m_cache->plans.end())
        return found->second;
    const std::shared_ptr<const Plan> made = makePlan(epoch);
    if (m_cache->plans.size() >= 2)
        m_cache->plans.erase(m_cache->plans.begin()->first < epoch
                                 ? m_cache->plans.begin()
                                 : std::prev(m_cache->plans.end()));
    m_cache->plans.emplace(epoch, made);
    return made;
}

std::shared_ptr<const TrainingStream::Plan> TrainingStream::makePlan(std::uint64_t epoch) const
{
    const Mixture& mixture = m_mixture->mixture();
    auto made = std::make_shared<Plan>();
    std::vector<RecordRef> records = recordsOf(epoch);
    if (streams()) {
        std::uint64_t end = 0;
        for (const RecordRef record : records)
            made->ends.push_back(end += m_mixture->tokensOf(record));
        made->records = std::move(records);
        return made;
    }
    const bool packs = mixture.packing == PackingMode::Documents;
    std::vector<PackItem> window;
    for (std::size_t begin = 0; begin < records.size(); begin += kWindow) {
        window.clear();
        const std::size_t end = std::min<std::size_t>(begin + kWindow, records.size());
        for (std::size_t i = begin; i < end; ++i)
            for (std::uint32_t part = 0; part < m_mixture->partsOf(records[i]); ++part)
                if (const PartTokens counts = m_mixture->partOf(records[i], part);
                    counts.trained > 0)
                    window.push_back({{records[i], part}, counts.tokens});
        if (packs)
            packWindow(window, std::uint32_t(mixture.packingLength), made->sequences);
        else
            for (const PackItem& item : window)
                made->sequences.push_back({item.document});
    }
    return made;
}

std::uint64_t TrainingStream::firstRow(std::uint64_t epoch) const
{
    if (m_part == StreamPart::HoldOut)
        return 0;
    const auto length = std::uint64_t(m_mixture->mixture().packingLength);
    return (epoch * m_mixture->result().total.tokens + length - 1) / length;
}

std::uint64_t TrainingStream::sequences(std::uint64_t epoch) const
{
    if (!streams())
        return plan(epoch)->sequences.size();
    if (m_part == StreamPart::Training)
        return firstRow(epoch + 1) - firstRow(epoch);
    const auto length = std::uint64_t(m_mixture->mixture().packingLength);
    return (m_mixture->result().heldOut.tokens + length - 1) / length; // the last row is short
}

Result<PackedSequence> TrainingStream::sequence(std::uint64_t epoch, std::uint64_t index) const
{
    if (const std::uint64_t count = sequences(epoch); index >= count)
        return invalidInput(
            fmt::format("epoch {} has {} sequences; there is no sequence {}", epoch, count, index));
    if (streams())
        return streamRow(epoch, firstRow(epoch) + index);
    PackedSequence packed;
    for (const DocumentRef document : plan(epoch)->sequences[index]) {
        KOALA_TRY(const Rendered rendered, counted(document.record, document.part));
        packed.documents.push_back({document.record, std::uint32_t(packed.tokens.size()),
            std::uint32_t(rendered.tokens.size()), document.part});
        for (const RenderedToken& token : rendered.tokens) {
            packed.tokens.push_back(token.id);
            packed.trained.push_back(token.trained ? 1 : 0);
        }
    }
    return packed;
}

// Tokens row·length up to (row + 1)·length of the endless text, and what the rule adds to them.
Result<PackedSequence> TrainingStream::streamRow(std::uint64_t epoch, std::uint64_t row) const
{
    const Mixture& mixture = m_mixture->mixture();
    const bool newest = mixture.stream.rule == StreamRule::Newest;
    const auto length = std::uint64_t(mixture.packingLength);
    std::shared_ptr<const Plan> planned = plan(epoch);
    const std::uint64_t perEpoch = planned->ends.back();
    const bool endless = m_part == StreamPart::Training;
    std::uint64_t at = row * length - (endless ? epoch * perEpoch : 0); // in this epoch
    std::uint64_t wanted = length + (newest ? 1 : 0);
    PackedSequence packed;
    packed.wholeRow = true;
    while (wanted > 0) {
        if (at == perEpoch) {
            if (!endless)
                break;
            planned = plan(++epoch);
            at = 0;
        }
        const auto found = std::upper_bound(planned->ends.begin(), planned->ends.end(), at);
        const std::size_t index = std::size_t(found - planned->ends.begin());
        const RecordRef record = planned->records[index];
        KOALA_TRY(const Rendered rendered, counted(record, 0));
        const std::uint64_t skip = at - (*found - rendered.tokens.size());
        const std::uint64_t count = std::min<std::uint64_t>(wanted, rendered.tokens.size() - skip);
        packed.documents.push_back(
            {record, std::uint32_t(packed.tokens.size()), std::uint32_t(count), 0});
        for (std::uint64_t t = skip; t < skip + count; ++t) {
            packed.tokens.push_back(rendered.tokens[t].id);
            packed.trained.push_back(rendered.tokens[t].trained ? 1 : 0);
        }
        at += count;
        wanted -= count;
    }
    addBos(packed);
    return packed;
}

// Nothing predicts the first token of a row, so its mask is dropped; Koala's rule has BOS there.
void TrainingStream::addBos(PackedSequence& packed) const
{
    const StreamOptions& options = m_mixture->mixture().stream;
    const std::optional<TokenId> bos = m_mixture->tokenizer().bosId();
    if (options.rule == StreamRule::Koala && bos) {
        packed.tokens.insert(packed.tokens.begin(), *bos);
        packed.trained.insert(packed.trained.begin(), 0);
        for (PackedDocument& document : packed.documents)
            ++document.begin;
        packed.documents.front().begin = 0;
        ++packed.documents.front().length;
    } else if (options.startWithBos && bos) {
        packed.tokens.front() = *bos;
    }
    packed.trained.front() = 0;
}

Result<Rendered> TrainingStream::counted(RecordRef record, std::uint32_t part) const
{
    KOALA_TRY(Rendered rendered, m_mixture->render(record, part));
    if (rendered.tokens.size() != m_mixture->partOf(record, part).tokens)
        return internalError(
            fmt::format("record {} of \"{}\" has other tokens than were counted; delete the "
                        "folder \"counts\" of this dataset",
                record.row, m_mixture->mixture().sources[record.source].dataset));
    return rendered;
}

std::uint64_t TrainingStream::epochOf(std::uint64_t cursor) const
{
    std::uint64_t epoch = 0;
    while (true) {
        {
            const std::scoped_lock lock(m_cache->mutex);
            while (epoch < m_cache->ends.size()) {
                if (cursor < m_cache->ends[epoch])
                    return epoch;
                ++epoch;
            }
        }
        const std::uint64_t count = sequences(epoch);
        // A stream of few tokens has epochs in which no row begins.
        if (count == 0 && (!streams() || sequences(0) == 0))
            return 0;
        const std::scoped_lock lock(m_cache->mutex);
        if (m_cache->ends.size() == epoch)
            m_cache->ends.push_back((epoch == 0 ? 0 : m_cache->ends.back()) + count);
    }
}

Result<PackedSequence> TrainingStream::sequenceAt(std::uint64_t cursor) const
{
    if (sequences(0) == 0)
        return invalidInput(
            "the mixture \"" + m_mixture->mixture().name + "\" holds no text to train on");
    const std::uint64_t epoch = epochOf(cursor);
    std::uint64_t begin = 0;
    if (epoch > 0) {
        const std::scoped_lock lock(m_cache->mutex);
        begin = m_cache->ends[epoch - 1];
    }
    return sequence(epoch, cursor - begin);
}

std::string batchSha256(const std::vector<PackedSequence>& sequences)
{
    Sha256 hash;
    for (const PackedSequence& sequence : sequences) {
        hash.update(std::string_view(reinterpret_cast<const char*>(sequence.tokens.data()),
            sequence.tokens.size() * sizeof(TokenId)));
        hash.update(std::string_view(
            reinterpret_cast<const char*>(sequence.trained.data()), sequence.trained.size()));
        hash.update("\n");
    }
    return hash.finishHex();
}

} // namespace koala
