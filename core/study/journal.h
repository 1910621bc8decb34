// core/study/journal.h: the votes of one study, studies/<slug>/journal.jsonl (contracts, section
// 6).
//
// Append-only. A vote is on the disk when append() returns, and only then may a tick be shown. Each
// line carries the hash of the line before it, so that a changed, removed or swapped line is found
// and named. Nothing is ever taken back from the file: a later vote of the same rater on the same
// item and criterion replaces the earlier one, and a vote "skip" takes it back. The writer holds
// journal.lock. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"
#include "core/stats/preference.h"

namespace koala {

enum class Better { Left, Right, Tie, BothBad, Skip };
std::string_view betterName(Better better); // left right tie both_bad skip
std::optional<Better> betterFromName(std::string_view name);

struct Vote {
    std::uint64_t seq = 0; // from 1; set by the journal
    std::string time;      // set by the journal when empty
    std::string study;
    std::string item; // id of the prompt
    std::string rater;
    std::string criterion = "quality";
    std::string left; // sealed label, or the answer set in an open study
    std::string right;
    Better better = Better::Tie;
    std::optional<bool> acceptableLeft;
    std::optional<bool> acceptableRight;
    double seconds = 0; // spent on the item
    std::string reason;
    std::string comment;
    std::string previousSha256; // of the line before, without its end; 64 zeros for the first
};

OrderedJson toJson(const Vote& vote);
Result<Vote> voteFromJson(const Json& json, std::string_view what);

struct JournalContents {
    std::vector<Vote> votes;    // all, in order
    std::string lastLineSha256; // 64 zeros when empty
    std::uint64_t bytes = 0;    // of the whole lines
    bool tornTail = false;      // a last line without its end was left out
};

// Verifies seq and chain. A break is InvalidInput and names the line. No file: no votes.
Result<JournalContents> readJournal(const fs::path& file);

class JournalWriter {
public:
    // Verifies what is there, cuts off a torn last line, and locks.
    static Result<JournalWriter> open(const fs::path& file);
    // Fills in seq, time and previousSha256, writes, syncs, and returns the vote as written.
    Result<Vote> append(Vote vote);
    const std::vector<Vote>& votes() const { return m_votes; }

private:
    JournalWriter(FileLock lock, LineAppender lines, JournalContents contents)
        : m_lock(std::move(lock)), m_lines(std::move(lines)), m_votes(std::move(contents.votes)),
          m_previous(std::move(contents.lastLineSha256))
    {
    }
    FileLock m_lock;
    LineAppender m_lines;
    std::vector<Vote> m_votes;
    std::string m_previous;
};

// The votes that count: the last of each (rater, item, criterion), without skips, in order of item.
std::vector<Vote> standingVotes(const std::vector<Vote>& votes);

// Counts from the view of `right` over `left` (B against A): right better is a win.
PreferenceCounts countRight(const std::vector<Vote>& standing);
// The same by group; `groupOf` says to which group an item belongs.
std::map<std::string, PreferenceCounts> countRightByGroup(
    const std::vector<Vote>& standing, const std::map<std::string, std::string>& groupOf);

} // namespace koala
