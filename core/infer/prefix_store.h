// core/infer/prefix_store.h: the caches of the last answers, for prompts that begin as they did: a
// chat sends its history again with each turn. The batcher's thread only.
#pragma once

#include <list>
#include <memory>
#include <vector>

#include "core/infer/model.h"

namespace koala {

class PrefixStore {
public:
    explicit PrefixStore(const ModelConfig& config)
        : m_layers(std::size_t(config.layers)), m_heads(std::size_t(config.keyValueHeads)),
          m_headSize(std::size_t(config.headSize))
    {
    }
    // Remembers `cache`, filled for the first `computed` of `tokens` under `adapter`.
    void keep(std::vector<std::int32_t> tokens, std::size_t computed, const LoadedAdapter* adapter,
        std::shared_ptr<KvCache> cache);
    // Copies what is known of the longest common beginning into `cache`; returns its length, which
    // leaves at least the last token to be computed.
    std::size_t restore(
        const std::vector<std::int32_t>& tokens, const LoadedAdapter* adapter, KvCache& cache);

private:
    struct Entry {
        std::vector<std::int32_t> tokens; // only those in the cache
        const LoadedAdapter* adapter;
        std::shared_ptr<KvCache> cache;
    };
    std::size_t m_layers;
    std::size_t m_heads;
    std::size_t m_headSize;
    std::list<Entry> m_entries; // the last used first
};

} // namespace koala
