#include "core/data/words.h"

#include <utf8proc.h>

#include "core/data/permutation.h"

namespace koala {
namespace {

constexpr std::size_t kLongestWord = 64;
constexpr std::uint32_t kSeparator = 0;
constexpr std::uint32_t kDropped = 1; // combining accents and joiners: no part of a word, no end
constexpr std::uint32_t kInRun = 0x80000000u;
constexpr std::uint32_t kTableSize = 0x34000; // all planes that hold letters

bool isMark(utf8proc_category_t category)
{
    return category == UTF8PROC_CATEGORY_MN || category == UTF8PROC_CATEGORY_MC ||
           category == UTF8PROC_CATEGORY_ME;
}

bool writtenWithoutBlanks(std::uint32_t c)
{
    return (c >= 0x3040 && c <= 0x30FF) || (c >= 0x3400 && c <= 0x4DBF) ||
           (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0xF900 && c <= 0xFAFF) || // kana and Han
           (c >= 0x0E00 && c <= 0x0EFF) ||                                 // Thai, Lao
           (c >= 0x1000 && c <= 0x109F) || (c >= 0x1780 && c <= 0x17FF) || // Burmese, Khmer
           (c >= 0x20000 && c < kTableSize) || c == 0x3005;
}

// Lower case and without accents, where that is one character; else lower case alone.
std::uint32_t foldedLetter(std::uint32_t c)
{
    if (c >= 0xAC00 && c <= 0xD7A3) // Hangul syllables decompose into letters
        return c;
    utf8proc_int32_t parts[8];
    int boundary = 0;
    const auto count = utf8proc_decompose_char(utf8proc_int32_t(c), parts, 8,
        static_cast<utf8proc_option_t>(UTF8PROC_DECOMPOSE | UTF8PROC_CASEFOLD), &boundary);
    bool onlyMarks = count >= 1 && count <= 8;
    for (utf8proc_ssize_t i = 1; onlyMarks && i < count; ++i)
        onlyMarks = isMark(utf8proc_category(parts[i]));
    return std::uint32_t(onlyMarks ? parts[0] : utf8proc_tolower(utf8proc_int32_t(c)));
}

std::uint32_t classify(std::uint32_t c)
{
    if ((c >= 0x300 && c <= 0x36F) || c == 0x200C || c == 0x200D || c == 0xAD)
        return kDropped;
    const utf8proc_category_t category = utf8proc_category(utf8proc_int32_t(c));
    const bool letter = category >= UTF8PROC_CATEGORY_LU && category <= UTF8PROC_CATEGORY_NO;
    if (!letter) // marks of other scripts are vowels and belong to the word: LU…LO, MN…ME, ND…NO
        return kSeparator;
    return writtenWithoutBlanks(c) ? (c | kInRun) : foldedLetter(c);
}

const std::vector<std::uint32_t>& foldTable()
{
    static const std::vector<std::uint32_t> table = [] {
        std::vector<std::uint32_t> made(kTableSize);
        for (std::uint32_t c = 0; c < kTableSize; ++c)
            made[c] = classify(c);
        return made;
    }();
    return table;
}

// The next character of valid UTF-8; bytes that are none count as separators.
std::uint32_t nextCharacter(std::string_view text, std::size_t& at)
{
    const auto byte = [&](std::size_t i) {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0u;
    };
    const std::uint32_t first = byte(at);
    if (first < 0x80) {
        ++at;
        return first;
    }
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    std::uint32_t c = first & (0xFFu >> (length + 1));
    for (std::size_t i = 1; i < length; ++i)
        c = (c << 6) | (byte(at + i) & 0x3F);
    at += length;
    return c;
}

void appendCharacter(std::string& out, std::uint32_t c)
{
    utf8proc_uint8_t bytes[4];
    const auto written = utf8proc_encode_char(utf8proc_int32_t(c), bytes);
    out.append(reinterpret_cast<const char*>(bytes), std::size_t(written));
}

bool beginsRun(std::string_view word)
{
    if (word.empty() || static_cast<unsigned char>(word.front()) < 0x80)
        return false;
    std::size_t at = 0;
    const std::uint32_t c = nextCharacter(word, at);
    return c < kTableSize && (foldTable()[c] & kInRun) != 0;
}

// The terms of a run: each character, each pair of neighbours.
template <typename Add>
void forEachRunTerm(std::string_view run, Add add)
{
    std::size_t before = std::string_view::npos;
    for (std::size_t at = 0; at < run.size();) {
        const std::size_t begin = at;
        nextCharacter(run, at);
        at = std::min(at, run.size());
        add(run.substr(begin, at - begin));
        if (before != std::string_view::npos)
            add(run.substr(before, at - before));
        before = begin;
    }
}

WordTerm termOf(std::string_view word, bool prefix)
{
    WordTerm term;
    if (!beginsRun(word)) {
        term.inText = " " + std::string(word) + (prefix ? "" : " ");
        term.index = {std::string(word)};
        term.prefix = prefix;
        return term;
    }
    term.inText = std::string(word); // at any place, so a prefix is no less
    std::size_t characters = 0;
    forEachRunTerm(word, [&](std::string_view part) {
        term.index.emplace_back(part);
        ++characters;
    });
    if (characters > 1) // pairs say what single characters say
        std::erase_if(term.index, [](const std::string& part) {
            std::size_t at = 0;
            nextCharacter(part, at);
            return at >= part.size();
        });
    term.exact = term.index.size() == 1;
    return term;
}

std::vector<std::string> wordsOf(std::string_view typed)
{
    std::string folded;
    appendFolded(folded, typed);
    std::vector<std::string> words;
    for (std::size_t at = 1; at < folded.size();) {
        const std::size_t end = folded.find(' ', at);
        words.push_back(folded.substr(at, end - at));
        at = end + 1;
    }
    return words;
}

void addPhrase(std::string_view typed, std::vector<WordTerm>& terms)
{
    const std::vector<std::string> words = wordsOf(typed);
    if (words.empty())
        return;
    WordTerm phrase;
    for (const std::string& word : words) {
        const WordTerm term = termOf(word, false);
        phrase.index.insert(phrase.index.end(), term.index.begin(), term.index.end());
        phrase.inText += (phrase.inText.empty() ? "" : " ") + word;
    }
    // A run may go on at both ends of the phrase, a word may not.
    if (!beginsRun(words.front()))
        phrase.inText.insert(0, " ");
    if (!beginsRun(words.back()))
        phrase.inText += ' ';
    phrase.exact = phrase.index.size() == 1;
    terms.push_back(std::move(phrase));
}

void addLoose(std::string_view typed, std::vector<WordTerm>& terms)
{
    const bool prefix = typed.ends_with('*');
    const std::vector<std::string> words = wordsOf(typed);
    for (std::size_t i = 0; i < words.size(); ++i)
        terms.push_back(termOf(words[i], prefix && i + 1 == words.size()));
}

} // namespace

void appendFolded(std::string& out, std::string_view text)
{
    static const std::vector<std::uint32_t>& table = foldTable();
    if (out.empty())
        out += ' ';
    enum class In { Nothing, Word, Run } in = In::Nothing;
    std::size_t wordBegin = 0;
    const auto end = [&] {
        if (in != In::Nothing)
            out += ' ';
        in = In::Nothing;
    };
    for (std::size_t at = 0; at < text.size();) {
        const auto byte = static_cast<unsigned char>(text[at]);
        const std::uint32_t c = byte < 0x80 ? (++at, byte) : nextCharacter(text, at);
        const std::uint32_t folded = c < kTableSize ? table[c] : kSeparator;
        if (folded == kDropped)
            continue;
        if (folded == kSeparator) {
            end();
            continue;
        }
        const In kind = (folded & kInRun) != 0 ? In::Run : In::Word;
        if (kind != in) {
            end();
            in = kind;
            wordBegin = out.size();
        }
        if (kind == In::Word && out.size() - wordBegin + 4 > kLongestWord)
            continue;
        if (folded < 0x80)
            out += char(folded);
        else
            appendCharacter(out, folded & ~kInRun);
    }
    end();
}

void TermCollector::clear()
{
    ++m_round;
    m_used = 0;
    m_joined.clear();
}

void TermCollector::add(std::string_view folded)
{
    for (std::size_t at = 1; at < folded.size();) {
        const std::size_t end = folded.find(' ', at);
        const std::string_view word = folded.substr(at, end - at);
        if (beginsRun(word))
            forEachRunTerm(word, [this](std::string_view term) { addTerm(term); });
        else
            addTerm(word);
        at = end + 1;
    }
}

// Two words of one 64-bit hash would be one term: with a million distinct words in a row, a chance
// of 3e-8.
void TermCollector::addTerm(std::string_view term)
{
    const std::uint64_t hash = std::hash<std::string_view>{}(term);
    const std::size_t mask = m_slots.size() - 1;
    std::size_t at = std::size_t(mix64(hash)) & mask;
    for (; m_slots[at].round == m_round; at = (at + 1) & mask)
        if (m_slots[at].hash == hash)
            return;
    m_slots[at] = {hash, m_round};
    m_joined.append(term).push_back(' ');
    if (++m_used * 2 > m_slots.size())
        grow();
}

void TermCollector::grow()
{
    std::vector<Slot> before(m_slots.size() * 2);
    before.swap(m_slots);
    const std::size_t mask = m_slots.size() - 1;
    for (const Slot& slot : before) {
        if (slot.round != m_round)
            continue;
        std::size_t at = std::size_t(mix64(slot.hash)) & mask;
        while (m_slots[at].round == m_round)
            at = (at + 1) & mask;
        m_slots[at] = slot;
    }
}

Result<std::vector<WordTerm>> parseWords(std::string_view typed)
{
    std::vector<WordTerm> terms;
    for (std::size_t at = 0; at < typed.size();) {
        if (typed[at] == '"') {
            const std::size_t close = typed.find('"', at + 1);
            if (close == std::string_view::npos)
                return invalidInput("the search has a quote that is not closed; add the second "
                                    "\" or remove the first");
            addPhrase(typed.substr(at + 1, close - at - 1), terms);
            at = close + 1;
            continue;
        }
        const std::size_t end = std::min(typed.find_first_of(" \t\n\"", at), typed.size());
        if (end > at)
            addLoose(typed.substr(at, end - at), terms);
        at = end == typed.size() || typed[end] == '"' ? end : end + 1;
    }
    if (terms.empty())
        return invalidInput("the search names no word; for signs alone use a regular expression");
    return terms;
}

std::string matchExpression(const std::vector<WordTerm>& terms)
{
    std::string expression;
    for (const WordTerm& term : terms)
        for (std::size_t i = 0; i < term.index.size(); ++i) {
            expression += expression.empty() ? "\"" : " AND \"";
            expression += term.index[i] + "\"";
            if (term.prefix && i + 1 == term.index.size())
                expression += '*';
        }
    return expression;
}

} // namespace koala
