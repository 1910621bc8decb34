#include "core/metrics/ngrams.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <limits>
#include <memory>

#include <utf8proc.h>

namespace koala {
namespace {

constexpr std::uint64_t kPrime = 0x100000001b3ull;
constexpr std::uint64_t kStart = 0xcbf29ce484222325ull;

// The end of MurmurHash3: spreads every bit over all.
std::uint64_t spread(std::uint64_t h)
{
    h = (h ^ (h >> 33)) * 0xff51afd7ed558ccdull;
    h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53ull;
    return h ^ (h >> 33);
}

enum class Kind : std::uint8_t { Word, Single, Joiner, Break };

Kind kindOf(utf8proc_int32_t point)
{
    // Scripts without blanks between words.
    if ((point >= 0x3040 && point <= 0x30FF) || (point >= 0x3400 && point <= 0x9FFF) ||
        (point >= 0xF900 && point <= 0xFAFF) || (point >= 0x20000 && point <= 0x3FFFF) ||
        (point >= 0x0E00 && point <= 0x0EFF) || (point >= 0x1780 && point <= 0x17FF) ||
        (point >= 0x1000 && point <= 0x109F))
        return Kind::Single;
    switch (utf8proc_category(point)) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_MN:
    case UTF8PROC_CATEGORY_MC:
    case UTF8PROC_CATEGORY_ME:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
        return Kind::Word;
    case UTF8PROC_CATEGORY_CF: // zero-width characters and the like: as if they were not there
        return Kind::Joiner;
    default:
        return Kind::Break;
    }
}

bool isPunctuation(utf8proc_int32_t point)
{
    const Kind kind = kindOf(point);
    return kind == Kind::Break || kind == Kind::Joiner;
}

bool isBlank(utf8proc_int32_t point)
{
    return (point >= 9 && point <= 13) || point == 0x85 || point == 0x2028 || point == 0x2029 ||
           utf8proc_category(point) == UTF8PROC_CATEGORY_ZS;
}

bool isNumber(utf8proc_int32_t point)
{
    const auto category = utf8proc_category(point);
    return category == UTF8PROC_CATEGORY_ND || category == UTF8PROC_CATEGORY_NL ||
           category == UTF8PROC_CATEGORY_NO;
}

utf8proc_int32_t nextPoint(std::string_view& text)
{
    utf8proc_int32_t point = 0;
    auto length = utf8proc_iterate(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
        utf8proc_ssize_t(text.size()), &point);
    if (length <= 0) {
        length = 1;
        point = 0xFFFD;
    }
    text.remove_prefix(std::size_t(length));
    return point;
}

// The compatibility decomposition in folded case stands for NFKC in lower case: two words have the
// same one exactly where they have the same other, and it needs no look-ahead.
std::uint64_t hashPoint(std::uint64_t hash, utf8proc_int32_t point)
{
    std::array<utf8proc_int32_t, 32> parts;
    int lastClass = 0;
    auto count = utf8proc_decompose_char(point, parts.data(), utf8proc_ssize_t(parts.size()),
        utf8proc_option_t(UTF8PROC_COMPAT | UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD), &lastClass);
    if (count < 0 || count > utf8proc_ssize_t(parts.size())) {
        parts[0] = point;
        count = 1;
    }
    for (int i = 0; i < count; ++i)
        hash = (hash ^ std::uint64_t(parts[std::size_t(i)])) * kPrime;
    return hash;
}

constexpr auto kAsciiLower = [] {
    std::array<std::uint8_t, 256> table{}; // 0: no part of a word
    for (int c = '0'; c <= '9'; ++c)
        table[std::size_t(c)] = std::uint8_t(c);
    for (int c = 'a'; c <= 'z'; ++c) {
        table[std::size_t(c)] = std::uint8_t(c);
        table[std::size_t(c - 'a' + 'A')] = std::uint8_t(c);
    }
    return table;
}();

class WordSplitter {
public:
    WordSplitter(std::string_view text, std::vector<Word>& words) : m_text(text), m_words(words) {}

    void run()
    {
        std::size_t i = 0;
        while (i < m_text.size()) {
            const auto byte = static_cast<unsigned char>(m_text[i]);
            if (byte < 0x80) {
                if (const std::uint8_t lower = kAsciiLower[byte]; lower != 0)
                    grow(i, i + 1, (m_hash ^ lower) * kPrime);
                else
                    close();
                ++i;
                continue;
            }
            std::string_view rest = m_text.substr(i);
            const utf8proc_int32_t point = nextPoint(rest);
            const std::size_t next = m_text.size() - rest.size();
            const Kind kind = kindOf(point);
            if (kind == Kind::Break || kind == Kind::Single)
                close();
            if (kind == Kind::Word || kind == Kind::Single)
                grow(i, next, hashPoint(m_hash, point));
            if (kind == Kind::Single)
                close();
            i = next;
        }
        close();
    }

private:
    void grow(std::size_t begin, std::size_t end, std::uint64_t hash)
    {
        if (!m_open)
            m_begin = begin;
        m_open = true;
        m_end = end;
        m_hash = hash;
    }
    void close()
    {
        if (m_open)
            m_words.push_back({spread(m_hash), std::uint32_t(m_begin), std::uint32_t(m_end)});
        m_open = false;
        m_hash = kStart;
    }

    std::string_view m_text;
    std::vector<Word>& m_words;
    bool m_open = false;
    std::size_t m_begin = 0;
    std::size_t m_end = 0;
    std::uint64_t m_hash = kStart;
};

std::string compatibilityForm(std::string_view utf8, bool dropAccents)
{
    int options = UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT;
    if (dropAccents)
        options |= UTF8PROC_STRIPMARK;
    utf8proc_uint8_t* made = nullptr;
    const auto length = utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(utf8.data()),
        utf8proc_ssize_t(utf8.size()), &made, utf8proc_option_t(options));
    const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(made, &std::free);
    if (length < 0)
        return std::string(utf8);
    return {reinterpret_cast<const char*>(made), std::size_t(length)};
}

bool isAscii(std::string_view text)
{
    return std::all_of(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::vector<ByteSpan> spansOf(const std::vector<Word>& words, const std::vector<bool>& shared)
{
    std::vector<ByteSpan> spans;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (!shared[i])
            continue;
        if (i > 0 && shared[i - 1])
            spans.back().end = words[i].end;
        else
            spans.push_back({words[i].begin, words[i].end});
    }
    return spans;
}

std::vector<bool> sharedWords(std::size_t words, const std::vector<std::uint64_t>& grams,
    std::size_t n, const boost::unordered_flat_set<std::uint64_t>& others)
{
    std::vector<bool> shared(words, false);
    for (std::size_t i = 0; i < grams.size(); ++i)
        if (others.contains(grams[i]))
            for (std::size_t k = 0; k < n; ++k)
                shared[i + k] = true;
    return shared;
}

} // namespace

std::string normalText(std::string_view utf8, const NormalForm& form)
{
    std::string mapped;
    if (!isAscii(utf8)) {
        mapped = compatibilityForm(utf8, form.dropAccents);
        utf8 = mapped;
    }
    std::string out;
    out.reserve(utf8.size());
    bool blank = true;
    while (!utf8.empty()) {
        if (const auto byte = static_cast<unsigned char>(utf8.front()); byte < 0x80) { // most texts
            utf8.remove_prefix(1);
            const bool isSpace = byte == ' ' || (byte >= 9 && byte <= 13);
            if (isSpace && !blank)
                out += ' ';
            blank = blank || isSpace;
            const bool digit = byte >= '0' && byte <= '9';
            if (isSpace || (form.dropPunctuation && kAsciiLower[byte] == 0) ||
                (form.dropNumbers && digit))
                continue;
            blank = false;
            out += char(form.lower && byte >= 'A' && byte <= 'Z' ? byte - 'A' + 'a' : byte);
            continue;
        }
        const utf8proc_int32_t point = nextPoint(utf8);
        if (isBlank(point)) {
            if (!blank)
                out += ' ';
            blank = true;
            continue;
        }
        if ((form.dropPunctuation && isPunctuation(point)) || (form.dropNumbers && isNumber(point)))
            continue;
        blank = false;
        std::array<utf8proc_uint8_t, 4> bytes;
        const auto written =
            utf8proc_encode_char(form.lower ? utf8proc_tolower(point) : point, bytes.data());
        out.append(reinterpret_cast<const char*>(bytes.data()), std::size_t(written));
    }
    while (!out.empty() && out.back() == ' ')
        out.pop_back();
    return out;
}

void splitWords(std::string_view utf8, std::vector<Word>& words)
{
    words.clear();
    WordSplitter(utf8.substr(0, std::numeric_limits<std::uint32_t>::max()), words).run();
}

void hashNgrams(std::span<const Word> words, std::size_t n, std::vector<std::uint64_t>& hashes)
{
    hashes.clear();
    if (n == 0 || words.size() < n)
        return;
    hashes.reserve(words.size() - n + 1);
    std::uint64_t leading = 1; // kPrime to the power n - 1: the weight of the word that leaves
    for (std::size_t i = 1; i < n; ++i)
        leading *= kPrime;
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i >= n)
            sum -= words[i - n].hash * leading;
        sum = sum * kPrime + words[i].hash;
        if (i + 1 >= n)
            hashes.push_back(spread(sum + n));
    }
}

CommonSpans commonSpans(std::string_view left, std::string_view right, std::size_t n)
{
    std::vector<Word> leftWords;
    std::vector<Word> rightWords;
    splitWords(left, leftWords);
    splitWords(right, rightWords);
    n = std::min({n, leftWords.size(), rightWords.size()});
    if (n == 0)
        return {};
    std::vector<std::uint64_t> leftGrams;
    std::vector<std::uint64_t> rightGrams;
    hashNgrams(leftWords, n, leftGrams);
    hashNgrams(rightWords, n, rightGrams);
    const boost::unordered_flat_set<std::uint64_t> inLeft(leftGrams.begin(), leftGrams.end());
    const boost::unordered_flat_set<std::uint64_t> inRight(rightGrams.begin(), rightGrams.end());
    return {spansOf(leftWords, sharedWords(leftWords.size(), leftGrams, n, inRight)),
        spansOf(rightWords, sharedWords(rightWords.size(), rightGrams, n, inLeft))};
}

void DistinctNgrams::add(std::span<const Word> words)
{
    for (std::size_t n = 1; n <= kOrders; ++n) {
        hashNgrams(words, n, m_hashes);
        m_seen[n - 1].insert(m_hashes.begin(), m_hashes.end());
        m_totals[n - 1] += m_hashes.size();
    }
}

void DistinctNgrams::add(const DistinctNgrams& other)
{
    for (std::size_t n = 0; n < kOrders; ++n) {
        m_seen[n].insert(other.m_seen[n].begin(), other.m_seen[n].end());
        m_totals[n] += other.m_totals[n];
    }
}

double DistinctNgrams::share(std::size_t n) const
{
    return total(n) == 0 ? 0.0 : double(different(n)) / double(total(n));
}

NgramOverlap::NgramOverlap(std::span<const std::string> prompts, std::size_t n)
    : m_n(std::max<std::size_t>(n, 1))
{
    std::vector<Word> words;
    std::vector<std::uint64_t> grams;
    for (std::size_t p = 0; p < prompts.size(); ++p) {
        splitWords(prompts[p], words);
        if (words.empty())
            continue;
        const bool whole = words.size() < std::min(m_n, kShortest);
        const std::size_t length = std::min(m_n, words.size());
        hashNgrams(words, length, grams);
        for (const std::uint64_t gram : grams) {
            std::vector<std::uint32_t>& list = whole ? m_whole[gram] : m_grams[gram];
            if (list.empty() || list.back() != p)
                list.push_back(std::uint32_t(p));
        }
        if (!whole && std::find(m_lengths.begin(), m_lengths.end(), length) == m_lengths.end())
            m_lengths.push_back(length);
    }
}

std::vector<std::uint32_t> NgramOverlap::find(std::span<const Word> words) const
{
    std::vector<std::uint32_t> found;
    std::vector<std::uint64_t> grams;
    const auto look = [&](const auto& table) {
        for (const std::uint64_t gram : grams)
            if (const auto at = table.find(gram); at != table.end())
                found.insert(found.end(), at->second.begin(), at->second.end());
    };
    for (const std::size_t length : m_lengths) {
        hashNgrams(words, length, grams);
        look(m_grams);
    }
    if (words.size() < kShortest) {
        hashNgrams(words, words.size(), grams);
        look(m_whole);
    }
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
    return found;
}

} // namespace koala
