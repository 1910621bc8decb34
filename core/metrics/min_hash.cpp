#include "core/metrics/min_hash.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <numeric>
#include <thread>

namespace koala {
namespace {

// SplitMix64 (contracts, section 4), for the constants of the permutations.
constexpr std::uint64_t step(std::uint64_t z)
{
    z += 0x9e3779b97f4a7c15ull;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
}

// h -> a h + b modulo 2^32 with odd a: a permutation of all 32-bit hashes.
struct Permutations {
    alignas(64) std::array<std::uint32_t, kMinHashes> factor{};
    alignas(64) std::array<std::uint32_t, kMinHashes> offset{};
};
constexpr Permutations kPermutations = [] {
    Permutations made;
    for (std::size_t i = 0; i < kMinHashes; ++i) {
        made.factor[i] = std::uint32_t(step(2 * i)) | 1u;
        made.offset[i] = std::uint32_t(step(2 * i + 1));
    }
    return made;
}();

// A plain loop over blocks of lanes that stay in registers; compiled once for each machine below.
template <std::size_t Lanes>
[[gnu::always_inline]] inline void minimumOf(
    const std::uint32_t* shingles, std::size_t count, std::uint32_t* signature)
{
    for (std::size_t first = 0; first < kMinHashes; first += Lanes) {
        std::uint32_t least[Lanes];
        for (std::size_t i = 0; i < Lanes; ++i)
            least[i] = ~std::uint32_t(0);
        const std::uint32_t* factor = kPermutations.factor.data() + first;
        const std::uint32_t* offset = kPermutations.offset.data() + first;
        for (std::size_t s = 0; s < count; ++s) {
            const std::uint32_t hash = shingles[s];
            for (std::size_t i = 0; i < Lanes; ++i) {
                const std::uint32_t value = hash * factor[i] + offset[i];
                least[i] = value < least[i] ? value : least[i];
            }
        }
        for (std::size_t i = 0; i < Lanes; ++i)
            signature[first + i] = least[i];
    }
}

using MinimumOf = void (*)(const std::uint32_t*, std::size_t, std::uint32_t*);

void minimumGeneric(const std::uint32_t* shingles, std::size_t count, std::uint32_t* signature)
{
    minimumOf<16>(shingles, count, signature);
}

#if defined(__x86_64__)
[[gnu::target("avx2"), gnu::optimize("O3")]] void minimumAvx2(
    const std::uint32_t* shingles, std::size_t count, std::uint32_t* signature)
{
    minimumOf<32>(shingles, count, signature);
}

[[gnu::target("avx512f,prefer-vector-width=512"), gnu::optimize("O3")]] void minimumAvx512(
    const std::uint32_t* shingles, std::size_t count, std::uint32_t* signature)
{
    minimumOf<128>(shingles, count, signature);
}
#endif

MinimumOf chooseMinimum()
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f"))
        return minimumAvx512;
    if (__builtin_cpu_supports("avx2"))
        return minimumAvx2;
#endif
    return minimumGeneric;
}

struct Bands {
    std::size_t rows = 1; // hashes of a band
    std::size_t count = kMinHashes;
};

// The longest bands that miss a pair at the threshold with a chance below 1 %.
Bands bandsFor(double threshold)
{
    Bands best;
    for (std::size_t rows = 1; rows <= 16; ++rows) {
        const std::size_t count = kMinHashes / rows;
        const double missed = std::pow(1.0 - std::pow(threshold, double(rows)), double(count));
        if (missed < 0.01)
            best = {rows, count};
    }
    return best;
}

struct Pair {
    std::uint32_t first;
    std::uint32_t second;
    auto operator<=>(const Pair&) const = default;
};

struct Keyed {
    std::uint64_t key;
    std::uint32_t document;
    auto operator<=>(const Keyed&) const = default;
};

// In a large group every member is compared with the first and with the one before it: members of
// a real group are like those, and the work stays linear.
void addPairs(std::span<const Keyed> group, std::vector<Pair>& pairs)
{
    constexpr std::size_t kAllPairs = 8;
    for (std::size_t i = 1; i < group.size(); ++i)
        for (std::size_t k = 0; k < i; ++k)
            if (group.size() <= kAllPairs || k == 0 || k + 1 == i)
                pairs.push_back({group[k].document, group[i].document});
}

class Groups {
public:
    explicit Groups(std::size_t size) : m_parents(size)
    {
        std::iota(m_parents.begin(), m_parents.end(), 0u);
    }
    std::uint32_t rootOf(std::uint32_t i)
    {
        while (m_parents[i] != i)
            i = m_parents[i] = m_parents[m_parents[i]];
        return i;
    }
    void join(std::uint32_t a, std::uint32_t b)
    {
        a = rootOf(a);
        b = rootOf(b);
        m_parents[std::max(a, b)] = std::min(a, b); // a group's root is its first document
    }

private:
    std::vector<std::uint32_t> m_parents;
};

double likeness(const MinHashSignature& a, const MinHashSignature& b)
{
    std::size_t equal = 0;
    for (std::size_t i = 0; i < kMinHashes; ++i)
        equal += a[i] == b[i];
    return double(equal) / double(kMinHashes);
}

std::vector<Pair> candidatePairs(const std::vector<MinHashSignature>& signatures,
    const std::vector<std::uint8_t>& present, const Bands& bands, unsigned threads,
    std::stop_token stop)
{
    std::vector<Pair> pairs;
    std::mutex mutex;
    std::atomic<std::size_t> next = 0;
    const auto work = [&] {
        std::vector<Keyed> keys;
        std::vector<Pair> found;
        for (std::size_t band; (band = next++) < bands.count && !stop.stop_requested();) {
            keys.clear();
            for (std::size_t d = 0; d < signatures.size(); ++d) {
                if (!present[d])
                    continue;
                std::uint64_t key = band;
                for (std::size_t r = 0; r < bands.rows; ++r)
                    key = step(key ^ signatures[d][band * bands.rows + r]);
                keys.push_back({key, std::uint32_t(d)});
            }
            std::sort(keys.begin(), keys.end());
            for (std::size_t i = 0; i < keys.size();) {
                std::size_t end = i + 1;
                while (end < keys.size() && keys[end].key == keys[i].key)
                    ++end;
                addPairs(std::span(keys).subspan(i, end - i), found);
                i = end;
            }
            std::sort(found.begin(), found.end());
            found.erase(std::unique(found.begin(), found.end()), found.end());
        }
        const std::lock_guard lock(mutex);
        pairs.insert(pairs.end(), found.begin(), found.end());
    };
    {
        std::vector<std::jthread> workers;
        for (unsigned i = 1; i < threads; ++i)
            workers.emplace_back(work);
        work();
    }
    std::sort(pairs.begin(), pairs.end());
    pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
    return pairs;
}

// Similarities of the pairs, -1 where the signatures already say no.
class ExactCheck {
public:
    ExactCheck(const std::vector<Pair>& pairs, const NearDuplicateOptions& options,
        const NearDuplicateFinder::TextOf& textOf, std::stop_token stop)
        : m_pairs(pairs), m_options(options), m_textOf(textOf), m_stop(std::move(stop)),
          m_similarities(pairs.size(), -1.0)
    {
    }

    Result<std::vector<double>> run()
    {
        {
            std::vector<std::jthread> workers;
            for (unsigned i = 1; i < m_options.threads; ++i)
                workers.emplace_back([this] { work(); });
            work();
        }
        if (m_stop.stop_requested())
            return cancelled("the search for near duplicates was stopped");
        if (!m_status.ok())
            return m_status.error();
        return std::move(m_similarities);
    }

private:
    static constexpr std::size_t kAtOnce = 64; // pairs, which share their first document mostly

    void work()
    {
        std::vector<std::uint32_t> first;
        std::vector<std::uint32_t> second;
        for (std::size_t begin; (begin = m_next.fetch_add(kAtOnce)) < m_pairs.size();) {
            std::uint32_t held = ~std::uint32_t(0);
            for (std::size_t i = begin; i < std::min(begin + kAtOnce, m_pairs.size()); ++i) {
                if (m_stop.stop_requested() || m_failed)
                    return;
                const Pair& pair = m_pairs[i];
                if (held != pair.first && !shingles(pair.first, first))
                    return;
                held = pair.first;
                if (!shingles(pair.second, second))
                    return;
                m_similarities[i] = jaccard(first, second);
            }
        }
    }

    bool shingles(std::uint32_t document, std::vector<std::uint32_t>& out)
    {
        const Result<std::string> text = m_textOf(document);
        if (text.ok()) {
            shinglesOf(*text, m_options.words, out);
            return true;
        }
        const std::lock_guard lock(m_mutex);
        m_failed = true;
        if (m_status.ok())
            m_status = text.error();
        return false;
    }

    const std::vector<Pair>& m_pairs;
    const NearDuplicateOptions& m_options;
    const NearDuplicateFinder::TextOf& m_textOf;
    std::stop_token m_stop;
    std::vector<double> m_similarities;
    std::atomic<std::size_t> m_next = 0;
    std::atomic<bool> m_failed = false;
    std::mutex m_mutex;
    Status m_status;
};

NearDuplicates groupsOf(const std::vector<Pair>& pairs, const std::vector<double>& similarities,
    std::size_t documents, double threshold)
{
    Groups joined(documents);
    std::vector<NearDuplicate> best(documents); // by document: the pair with the highest similarity
    for (std::size_t i = 0; i < pairs.size(); ++i) {
        if (similarities[i] < threshold)
            continue;
        const auto [first, second] = pairs[i];
        joined.join(first, second);
        for (const auto& [document, other] : {std::pair(first, second), std::pair(second, first)})
            if (similarities[i] > best[document].similarity)
                best[document] = {document, other, similarities[i]};
    }
    NearDuplicates found;
    std::vector<std::uint32_t> groupOf(documents, ~std::uint32_t(0));
    for (std::uint32_t d = 0; d < documents; ++d) {
        if (best[d].similarity <= 0.0)
            continue;
        const std::uint32_t root = joined.rootOf(d);
        if (root == d) {
            groupOf[d] = std::uint32_t(found.groups.size());
            found.groups.push_back({d});
            continue;
        }
        found.groups[groupOf[root]].push_back(d);
        found.links.push_back(best[d]);
    }
    return found;
}

} // namespace

void shinglesOf(std::string_view text, std::size_t words, std::vector<std::uint32_t>& shingles)
{
    thread_local std::vector<Word> split;
    thread_local std::vector<std::uint64_t> grams;
    splitWords(text, split);
    hashNgrams(split, std::min(words, split.size()), grams);
    shingles.clear();
    for (const std::uint64_t gram : grams)
        shingles.push_back(std::uint32_t(gram >> 32));
    std::sort(shingles.begin(), shingles.end());
    shingles.erase(std::unique(shingles.begin(), shingles.end()), shingles.end());
}

void minHash(std::span<const std::uint32_t> shingles, MinHashSignature& signature)
{
    static const MinimumOf minimum = chooseMinimum();
    minimum(shingles.data(), shingles.size(), signature.data());
}

double jaccard(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b)
{
    std::size_t shared = 0;
    for (std::size_t i = 0, k = 0; i < a.size() && k < b.size();) {
        shared += a[i] == b[k];
        const bool advanceFirst = a[i] <= b[k];
        const bool advanceSecond = b[k] <= a[i];
        i += advanceFirst;
        k += advanceSecond;
    }
    const std::size_t all = a.size() + b.size() - shared;
    return all == 0 ? 0.0 : double(shared) / double(all);
}

NearDuplicateFinder::NearDuplicateFinder(
    std::uint64_t documents, const NearDuplicateOptions& options)
    : m_options(options), m_signatures(documents), m_present(documents, 0)
{
    m_options.threads = std::max(1u, m_options.threads);
    m_options.words = std::max<std::size_t>(1, m_options.words);
    m_options.threshold = std::clamp(m_options.threshold, 0.3, 1.0);
}

void NearDuplicateFinder::add(std::uint64_t document, std::string_view text)
{
    thread_local std::vector<Word> split;
    thread_local std::vector<std::uint64_t> grams;
    thread_local std::vector<std::uint32_t> shingles;
    splitWords(text, split);
    if (split.empty())
        return;
    hashNgrams(split, std::min(m_options.words, split.size()), grams);
    // A shingle that stands twice changes no minimum, so none is sorted out here.
    shingles.clear();
    for (const std::uint64_t gram : grams)
        shingles.push_back(std::uint32_t(gram >> 32));
    minHash(shingles, m_signatures[document]);
    m_present[document] = 1;
}

Result<NearDuplicates> NearDuplicateFinder::find(const TextOf& textOf, std::stop_token stop) const
{
    std::vector<Pair> pairs = candidatePairs(
        m_signatures, m_present, bandsFor(m_options.threshold), m_options.threads, stop);
    // 128 hashes tell the similarity to 0.044 (one standard deviation) or better.
    constexpr double kMargin = 0.18;
    std::erase_if(pairs, [&](const Pair& pair) {
        return likeness(m_signatures[pair.first], m_signatures[pair.second]) <
               m_options.threshold - kMargin;
    });
    KOALA_TRY(
        const std::vector<double> similarities, ExactCheck(pairs, m_options, textOf, stop).run());
    return groupsOf(pairs, similarities, m_signatures.size(), m_options.threshold);
}

} // namespace koala
