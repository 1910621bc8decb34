// core/text/word_cache.h: the tokens of words met before, for byte pair encoders. Of a fixed size
// (about 4 MiB): a new word takes the place of an older one. Any thread may use it, none waits for
// another. Private to core/text.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace koala {

class WordCache {
public:
    static constexpr std::size_t kLongestWord = 32; // bytes
    static constexpr std::size_t kMostTokens = 6;   // longer answers are not kept

    // A word as four machine words and their hash; made once for find() and keep().
    struct Key {
        std::array<std::uint64_t, kLongestWord / 8> words{};
        std::uint64_t hash = 0;
        std::uint32_t length = 0;
    };
    // `word` has 1 to kLongestWord bytes.
    static Key keyOf(std::string_view word);

    WordCache();
    // Appends the tokens of the word; false where they are not known.
    bool find(const Key& key, std::vector<std::int32_t>& out) const;
    void keep(const Key& key, const std::int32_t* ids, std::size_t count);

private:
    // One cache line. The head holds a count of writes (odd while one goes on), the length of the
    // word and the number of its tokens; a reader who sees the head change reads nothing.
    struct alignas(64) Slot {
        std::atomic<std::uint64_t> head{0};
        std::array<std::atomic<std::uint64_t>, kLongestWord / 8> word{};
        std::array<std::atomic<std::uint64_t>, kMostTokens / 2> ids{};
    };
    static constexpr std::size_t kSlots = std::size_t(1) << 16;
    std::unique_ptr<Slot[]> m_slots;
};

} // namespace koala
