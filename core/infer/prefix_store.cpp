#include "core/infer/prefix_store.h"

#include <algorithm>

namespace koala {
namespace {

constexpr std::size_t kEntries = 4;
constexpr std::size_t kLeastTokens = 8;                  // fewer are computed as fast
constexpr std::size_t kMostBytes = std::size_t(1) << 30; // of all caches kept

} // namespace

void PrefixStore::keep(std::vector<std::int32_t> tokens, std::size_t computed,
    const LoadedAdapter* adapter, std::shared_ptr<KvCache> cache)
{
    if (computed < kLeastTokens)
        return;
    tokens.resize(computed);
    // An entry that the new one continues is of no more use.
    m_entries.remove_if([&](const Entry& entry) {
        return entry.adapter == adapter && entry.tokens.size() <= tokens.size() &&
               std::equal(entry.tokens.begin(), entry.tokens.end(), tokens.begin());
    });
    m_entries.push_front({std::move(tokens), adapter, std::move(cache)});
    std::size_t bytes = 0;
    std::size_t count = 0;
    m_entries.remove_if([&](const Entry& entry) {
        bytes += entry.cache->bytes(m_layers);
        return ++count > kEntries || bytes > kMostBytes;
    });
}

std::size_t PrefixStore::restore(
    const std::vector<std::int32_t>& tokens, const LoadedAdapter* adapter, KvCache& cache)
{
    auto best = m_entries.end();
    std::size_t longest = kLeastTokens - 1;
    for (auto entry = m_entries.begin(); entry != m_entries.end(); ++entry) {
        if (entry->adapter != adapter)
            continue;
        const auto differ = std::mismatch(
            tokens.begin(), tokens.end() - 1, entry->tokens.begin(), entry->tokens.end());
        const auto length = std::size_t(differ.first - tokens.begin());
        if (length > longest) {
            longest = length;
            best = entry;
        }
    }
    if (best == m_entries.end())
        return 0;
    const std::size_t floats = longest * m_headSize;
    for (std::size_t layer = 0; layer < m_layers; ++layer)
        for (std::size_t head = 0; head < m_heads; ++head) {
            std::copy_n(best->cache->keys(layer, head), floats, cache.keys(layer, head));
            std::copy_n(best->cache->values(layer, head), floats, cache.values(layer, head));
        }
    m_entries.splice(m_entries.begin(), m_entries, best);
    return longest;
}

} // namespace koala
