// core/kernels/aligned.h: arrays of floats that begin on a cache line, so that no vector load of a
// padded row crosses one. The kernels need no alignment; they are faster with it.
#pragma once

#include <cstddef>
#include <new>
#include <vector>

namespace koala {

constexpr std::size_t kCacheLine = 64;

template <typename T>
struct AlignedAllocator {
    using value_type = T;
    AlignedAllocator() = default;
    template <typename U>
    AlignedAllocator(const AlignedAllocator<U>&)
    {
    }
    T* allocate(std::size_t count)
    {
        return static_cast<T*>(::operator new(count * sizeof(T), std::align_val_t(kCacheLine)));
    }
    void deallocate(T* at, std::size_t) { ::operator delete(at, std::align_val_t(kCacheLine)); }
    bool operator==(const AlignedAllocator&) const { return true; }
};

using AlignedFloats = std::vector<float, AlignedAllocator<float>>;

} // namespace koala
