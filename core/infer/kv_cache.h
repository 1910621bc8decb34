// core/infer/kv_cache.h: the keys and values of one sequence, in fp32, layer by layer. Positions
// are filled in order; what lies past the last one filled is undefined. Memory is taken up as it is
// written.
#pragma once

#include <cstddef>
#include <memory>
#include <new>

#include "core/kernels/aligned.h"
#include "core/weights/checkpoint.h"

namespace koala {

class KvCache {
public:
    KvCache(const ModelConfig& config, std::size_t capacity)
        : m_heads(std::size_t(config.keyValueHeads)), m_headSize(std::size_t(config.headSize)),
          m_capacity(capacity),
          m_data(static_cast<float*>(::operator new(
              2 * std::size_t(config.layers) * m_heads * capacity * m_headSize * sizeof(float),
              std::align_val_t(kCacheLine)))) // left unset
    {
    }
    std::size_t capacity() const { return m_capacity; } // positions
    std::size_t bytes(std::size_t layers) const
    {
        return 2 * layers * m_heads * m_capacity * m_headSize * sizeof(float);
    }
    // Of one key-value head, a position after the other, head-size floats each.
    float* keys(std::size_t layer, std::size_t head)
    {
        return m_data.get() + (2 * layer * m_heads + head) * m_capacity * m_headSize;
    }
    float* values(std::size_t layer, std::size_t head) { return keys(layer, m_heads + head); }

private:
    struct Free {
        void operator()(float* data) const
        {
            ::operator delete(data, std::align_val_t(kCacheLine));
        }
    };
    std::size_t m_heads;
    std::size_t m_headSize;
    std::size_t m_capacity;
    std::unique_ptr<float, Free> m_data;
};

} // namespace koala
