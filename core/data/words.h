// core/data/words.h: what the search takes for words, in any script. Text is folded (lower case,
// accents off); letters and digits that follow each other are one word, of which the first 64 bytes
// count. Scripts written without blanks (Han, kana, Thai, Lao, Khmer, Burmese) form runs, in which
// every character and every pair of neighbours is a term of the index. Private to core/data.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace koala {

// Appends the words of `text`, folded, each followed by one blank; the first call on an empty
// string puts a blank in front. So " word " is found where the word is.
void appendFolded(std::string& out, std::string_view text);

// The distinct terms of folded texts, separated by blanks: what the index is given.
class TermCollector {
public:
    void clear();
    void add(std::string_view folded);
    const std::string& joined() const { return m_joined; }

private:
    void addTerm(std::string_view term);
    void grow();
    struct Slot {
        std::uint64_t hash = 0;
        std::uint32_t round = 0;
    };
    std::vector<Slot> m_slots = std::vector<Slot>(1024);
    std::uint32_t m_round = 1;
    std::size_t m_used = 0;
    std::string m_joined;
};

// One word, prefix, run or phrase of what a person typed.
struct WordTerm {
    std::string inText;             // to be found in folded text as it stands
    std::vector<std::string> index; // terms that a row with it has in the index; the last may be …
    bool prefix = false;            // … a prefix
    bool exact = true;              // having these index terms says that the row has it
};
// Error when a quote is not closed or no word is left ("!!").
Result<std::vector<WordTerm>> parseWords(std::string_view typed);
// The MATCH expression of FTS5 that all terms together ask for.
std::string matchExpression(const std::vector<WordTerm>& terms);

} // namespace koala
