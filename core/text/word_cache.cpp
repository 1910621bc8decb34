#include "core/text/word_cache.h"

#include <cstring>

namespace koala {
namespace {

constexpr std::uint64_t kOneWrite = std::uint64_t(1) << 32;

std::uint64_t sizesOf(std::uint32_t length, std::size_t count)
{
    return std::uint64_t(length) << 8 | count;
}

} // namespace

WordCache::Key WordCache::keyOf(std::string_view word)
{
    Key key;
    key.length = std::uint32_t(word.size());
    const char* at = word.data();
    std::size_t rest = word.size();
    std::uint64_t hash = rest;
    for (std::uint64_t& part : key.words) {
        if (rest >= 8) {
            std::memcpy(&part, at, 8);
            at += 8;
            rest -= 8;
        } else if (rest >= 4) {
            std::uint32_t low = 0;
            std::uint32_t high = 0;
            std::memcpy(&low, at, 4);
            std::memcpy(&high, at + rest - 4, 4);
            part = low | std::uint64_t(high) << 8 * (rest - 4);
            rest = 0;
        } else {
            for (std::size_t i = 0; i < rest; ++i)
                part |= std::uint64_t(static_cast<unsigned char>(at[i])) << 8 * i;
            rest = 0;
        }
        hash = (hash ^ part) * 0x9E3779B97F4A7C15ull;
        hash ^= hash >> 32;
        if (rest == 0)
            break;
    }
    key.hash = hash;
    return key;
}

WordCache::WordCache() : m_slots(std::make_unique<Slot[]>(kSlots)) {}

bool WordCache::find(const Key& key, std::vector<std::int32_t>& out) const
{
    const Slot& slot = m_slots[key.hash % kSlots];
    const std::uint64_t head = slot.head.load(std::memory_order_acquire);
    if ((head & kOneWrite) != 0 || (head >> 8 & 0xFF) != key.length)
        return false;
    for (std::size_t i = 0; i < key.words.size(); ++i)
        if (slot.word[i].load(std::memory_order_acquire) != key.words[i])
            return false;
    const std::size_t count = std::min<std::size_t>(head & 0xFF, kMostTokens);
    std::array<std::uint64_t, kMostTokens / 2> pairs;
    for (std::size_t i = 0; i < pairs.size(); ++i)
        pairs[i] = slot.ids[i].load(std::memory_order_acquire);
    // Who saw anything of a later write sees its head as well.
    if (slot.head.load(std::memory_order_relaxed) != head)
        return false;
    for (std::size_t i = 0; i < count; ++i)
        out.push_back(std::int32_t(std::uint32_t(pairs[i / 2] >> 32 * (i % 2))));
    return true;
}

void WordCache::keep(const Key& key, const std::int32_t* ids, std::size_t count)
{
    if (count > kMostTokens)
        return;
    Slot& slot = m_slots[key.hash % kSlots];
    std::uint64_t head = slot.head.load(std::memory_order_relaxed);
    const std::uint64_t writing = (head | kOneWrite) & ~std::uint64_t(0xFFFF);
    if ((head & kOneWrite) != 0 ||
        !slot.head.compare_exchange_strong(head, writing, std::memory_order_relaxed))
        return; // another thread writes here
    for (std::size_t i = 0; i < key.words.size(); ++i)
        slot.word[i].store(key.words[i], std::memory_order_release);
    for (std::size_t i = 0; i < slot.ids.size(); ++i) {
        const std::uint32_t low = 2 * i < count ? std::uint32_t(ids[2 * i]) : 0;
        const std::uint32_t high = 2 * i + 1 < count ? std::uint32_t(ids[2 * i + 1]) : 0;
        slot.ids[i].store(low | std::uint64_t(high) << 32, std::memory_order_release);
    }
    slot.head.store(((writing + kOneWrite) & ~std::uint64_t(0xFFFF)) | sizesOf(key.length, count),
        std::memory_order_release);
}

} // namespace koala
