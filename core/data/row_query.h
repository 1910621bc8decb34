// core/data/row_query.h: what a list of rows asks of a dataset, and what can be counted of it.
// Dataset::find answers a RowQuery, Dataset::facets counts. Both are right at any time: rows whose
// words, language and flags are not indexed yet are read instead, which takes longer.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/data/conversation.h"

namespace koala {

// Told from the texts of a row; several may hold.
enum class RowFlag : std::uint32_t {
    Code = 1,             // a fence of three backticks
    Html = 2,             // tags, entities or <br>
    PageLeftovers = 4,    // "Copy code", "Share Prompt", page counters such as "2 / 2"
    ControlMarks = 8,     // literal <s>, </s>, [INST], <|im_start|> and the like
    SystemMessage = 16,   // the record's own
    ContextTurn = 32,     // quoted sources
    ToolTurn = 64,        // calls of tools and their results
    SameRoleTwice = 128,  // two turns of one role in a row
    UntrainedAnswer = 256 // an assistant turn that is never trained
};
inline constexpr std::array kRowFlags{RowFlag::Code, RowFlag::Html, RowFlag::PageLeftovers,
    RowFlag::ControlMarks, RowFlag::SystemMessage, RowFlag::ContextTurn, RowFlag::ToolTurn,
    RowFlag::SameRoleTwice, RowFlag::UntrainedAnswer};
std::string_view rowFlagName(RowFlag flag); // "code", "html", "page_leftovers", …

enum class RowSort { Position, Turns, Length, Language };

struct RowQuery {
    // All words must occur, in any turn or the system message, case and accents apart: red panda.
    // "red panda" in quotes is a phrase inside one turn, pan* a word that begins so. Chinese,
    // Japanese, Thai and other text written without blanks is found at any place.
    std::string words;
    // A regular expression (RE2's syntax, (?i) for any case) that one turn or the system message
    // must hold.
    std::string regex;
    std::optional<std::string> language; // a code as facets() gives them, "" for not known
    std::uint32_t minTurns = 0;
    std::uint32_t maxTurns = std::numeric_limits<std::uint32_t>::max();
    std::uint32_t minCharacters = 0; // bytes of all texts, as RowFacts::characters
    std::uint32_t maxCharacters = std::numeric_limits<std::uint32_t>::max();
    std::optional<Feedback> feedback;
    std::optional<PairRank> rank;
    std::optional<bool> paired;       // has a rank at all
    std::optional<bool> givenHoldOut; // by the source's own split
    std::uint32_t flags = 0;          // RowFlag bits that must all be set
    std::uint32_t withoutFlags = 0;   // RowFlag bits of which none may be set
    bool repeatedPromptsOnly = false; // an earlier row has the same first user message
    // Asked last before a row's text is read; for bounds that only the caller knows (tokens,
    // steps).
    std::function<bool(std::uint32_t row)> accept;
    RowSort sort = RowSort::Position;
    bool descending = false;
};

// Further rows that pass, in order of position; called on the thread that called find(), about ten
// times a second while texts are read.
using FoundRows = std::function<void(std::span<const std::uint32_t> more)>;

// Counts over all rows of the dataset.
struct DatasetFacets {
    std::uint64_t rows = 0;
    std::uint64_t indexed = 0; // rows that `languages` and `flags` count: the rest is not known yet
    std::map<std::string, std::uint64_t> languages; // by code; "" where none could be told
    std::map<RowFlag, std::uint64_t> flags;
    std::map<std::uint32_t, std::uint64_t> turns; // rows by number of turns
    std::map<Feedback, std::uint64_t> feedback;
    std::map<PairRank, std::uint64_t> ranks; // of rows that belong to a pair
    std::uint64_t givenHoldOut = 0;
    std::uint64_t repeatedPrompts = 0; // rows whose first user message an earlier row has
};

} // namespace koala
