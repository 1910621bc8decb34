// core/infer/kv_cache.h: the keys and values of one sequence, in fp32, layer by layer. Positions
// are filled in order; what lies past the last one filled is undefined. Memory is taken up as it is
// written.
#pragma once

#include <cstddef>
#include <memory>

#include "core/weights/checkpoint.h"

namespace koala {

class KvCache {
public:
    KvCache(const ModelConfig& config, std::size_t capacity)
        : m_stride(std::size_t(config.keyValueHeads) * std::size_t(config.headSize)),
          m_capacity(capacity),
          m_data(new float[2 * std::size_t(config.layers) * capacity * m_stride]) // left unset
    {
    }
    std::size_t capacity() const { return m_capacity; } // positions
    std::size_t stride() const { return m_stride; }     // floats from one position to the next
    float* keys(std::size_t layer) { return m_data.get() + 2 * layer * m_capacity * m_stride; }
    float* values(std::size_t layer) { return keys(layer) + m_capacity * m_stride; }

private:
    std::size_t m_stride;
    std::size_t m_capacity;
    std::unique_ptr<float[]> m_data;
};

} // namespace koala
