#include "core/data/mix/training_stream.h"

#include <map>
#include <mutex>
#include <set>

#include "core/base/sha256.h"
#include "core/data/permutation.h"

namespace koala {
namespace {

// Places each record into the fullest sequence that still has room, else into a new one.
class BestFit {
public:
    BestFit(std::vector<std::vector<RecordRef>>& sequences, std::uint32_t length)
        : m_sequences(sequences), m_length(length)
    {
    }
    void place(RecordRef record, std::uint32_t tokens)
    {
        const auto room = m_room.lower_bound({tokens, 0});
        if (room == m_room.end()) {
            m_room.emplace(m_length - tokens, m_sequences.size());
            m_sequences.push_back({record});
            return;
        }
        const auto [left, index] = *room;
        m_room.erase(room);
        m_sequences[index].push_back(record);
        m_room.emplace(left - tokens, index);
    }

private:
    std::vector<std::vector<RecordRef>>& m_sequences;
    std::set<std::pair<std::uint32_t, std::size_t>>
        m_room; // places left, sequence: the earliest of equals
    std::uint32_t m_length;
};

} // namespace

struct TrainingStream::Plan {
    std::vector<std::vector<RecordRef>> sequences;
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

std::shared_ptr<const TrainingStream::Plan> TrainingStream::plan(std::uint64_t epoch) const
{
    const std::scoped_lock lock(m_cache->mutex);
    if (const auto found = m_cache->plans.find(epoch); found != m_cache->plans.end())
        return found->second;
    const Mixture& mixture = m_mixture->mixture();
    const bool training = m_part == StreamPart::Training;
    const std::vector<RecordRef>& list =
        training ? m_mixture->result().training : m_mixture->result().holdOut;
    const EpochOrder order(list.size(), mixture.seed, epoch);
    const bool packs = mixture.packing == PackingMode::Documents;
    auto made = std::make_shared<Plan>();
    for (std::uint64_t begin = 0; begin < list.size(); begin += kWindow) {
        BestFit bins(made->sequences, std::uint32_t(mixture.packingLength));
        const std::uint64_t end = std::min<std::uint64_t>(begin + kWindow, list.size());
        for (std::uint64_t i = begin; i < end; ++i) {
            const RecordRef record =
                list[training ? order.at(i) : i]; // held-out text keeps its order
            if (m_mixture->trainedTokensOf(record) == 0)
                continue;
            if (packs)
                bins.place(record, m_mixture->tokensOf(record));
            else
                made->sequences.push_back({record});
        }
    }
    if (m_cache->plans.size() >= 2)
        m_cache->plans.erase(m_cache->plans.begin()->first < epoch
                                 ? m_cache->plans.begin()
                                 : std::prev(m_cache->plans.end()));
    m_cache->plans.emplace(epoch, made);
    return made;
}

std::uint64_t TrainingStream::sequences(std::uint64_t epoch) const
{
    return plan(epoch)->sequences.size();
}

Result<PackedSequence> TrainingStream::sequence(std::uint64_t epoch, std::uint64_t index) const
{
    const std::shared_ptr<const Plan> planned = plan(epoch);
    if (index >= planned->sequences.size())
        return invalidInput(fmt::format("epoch {} has {} sequences; there is no sequence {}", epoch,
            planned->sequences.size(), index));
    PackedSequence packed;
    for (const RecordRef record : planned->sequences[index]) {
        KOALA_TRY(const Rendered rendered, m_mixture->render(record));
        if (rendered.tokens.size() != m_mixture->tokensOf(record))
            return internalError(
                fmt::format("record {} of \"{}\" has other tokens than were counted; delete the "
                            "folder \"counts\" of this dataset",
                    record.row, m_mixture->mixture().sources[record.source].dataset));
        packed.documents.push_back(
            {record, std::uint32_t(packed.tokens.size()), std::uint32_t(rendered.tokens.size())});
        for (const RenderedToken& token : rendered.tokens) {
            packed.tokens.push_back(token.id);
            packed.trained.push_back(token.trained ? 1 : 0);
        }
    }
    return packed;
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
        if (count == 0)
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
