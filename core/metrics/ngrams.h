// core/metrics/ngrams.h: texts as words and n-grams of words, the one way that duplicates, overlap
// with test sets and statistics see them. Pure functions; any thread.
//
// A word is a run of letters, marks and digits; a character of a script written without blanks
// (Han, Hiragana, Katakana, Thai …) is a word of its own. Words are compared by a hash of their
// compatibility form (NFKC) in lower case, so "Ｆｉｎｅ" and "fine" are equal. Equal hashes are
// taken for equal words: 64 bits make a mistake once in about 10^9 texts of 10^5 words.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

namespace koala {

struct NormalForm {
    bool lower = true;
    bool dropAccents = false;     // é -> e
    bool dropPunctuation = false; // everything that is no letter, mark, digit or blank
    bool dropNumbers = false;     // digits of any script
};
// NFKC, then what the form asks for, then runs of blanks as one blank and none at either end.
std::string normalText(std::string_view utf8, const NormalForm& form = {});

struct Word {
    std::uint64_t hash = 0;
    std::uint32_t begin = 0; // bytes in the text
    std::uint32_t end = 0;
};
// Replaces `words`. Texts above 4 GiB are cut.
void splitWords(std::string_view utf8, std::vector<Word>& words);

// One hash a run of n words, in order: words.size() - n + 1 of them, none for shorter texts.
void hashNgrams(std::span<const Word> words, std::size_t n, std::vector<std::uint64_t>& hashes);

// Stretches of bytes of both texts that share at least `n` words in a row, joined where they touch:
// what is marked when two texts stand side by side.
struct ByteSpan {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    bool operator==(const ByteSpan&) const = default;
};
struct CommonSpans {
    std::vector<ByteSpan> left;
    std::vector<ByteSpan> right;
};
CommonSpans commonSpans(std::string_view left, std::string_view right, std::size_t n);

// How many different n-grams a collection has, for n = 1 to 3 (distinct-n is different / all).
class DistinctNgrams {
public:
    static constexpr std::size_t kOrders = 3;
    void add(std::span<const Word> words);
    void add(const DistinctNgrams& other);
    std::uint64_t total(std::size_t n) const { return m_totals[n - 1]; }
    std::uint64_t different(std::size_t n) const { return m_seen[n - 1].size(); }
    // 0 for an empty collection.
    double share(std::size_t n) const;

private:
    boost::unordered_flat_set<std::uint64_t> m_seen[kOrders];
    std::uint64_t m_totals[kOrders] = {};
    std::vector<std::uint64_t> m_hashes;
};

// Which of a set of prompts share a run of `n` words with a text. A prompt of fewer words counts
// where the text holds all of it in a row (8 words and more), or is word for word the same (fewer).
class NgramOverlap {
public:
    static constexpr std::size_t kShortest = 8;
    NgramOverlap(std::span<const std::string> prompts, std::size_t n);
    // Numbers of the prompts that overlap with the text, ascending. `words` are the text's.
    std::vector<std::uint32_t> find(std::span<const Word> words) const;

private:
    std::size_t m_n;
    std::vector<std::size_t> m_lengths; // of n-grams in use, without repeats
    boost::unordered_flat_map<std::uint64_t, std::vector<std::uint32_t>> m_grams;
    boost::unordered_flat_map<std::uint64_t, std::vector<std::uint32_t>> m_whole;
};

} // namespace koala
