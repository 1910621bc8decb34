// ui/services/study_results.h: what the votes of one study say. Read from study.json,
// journal.jsonl, the prompt set and the first line of each answer set; nothing is written. Pure
// functions over files; any thread.
//
// B is the right side, a win is a vote for B. With several raters a prompt counts once, by their
// majority: votes on one prompt are not independent, and the exact test needs trials that are. A
// majority that is shared is a tie. Totals and groups are those of the study's first criterion.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "core/base/files.h"
#include "core/stats/preference.h"

namespace koala {

struct Outcome {
    PreferenceCounts counts;
    std::int64_t decided = 0; // wins and losses
    double share = 0;         // of B among the decided
    Interval interval;        // Wilson's, 95 %
    double pValue = 1;        // exact two-sided sign test
};
Outcome outcomeOf(const PreferenceCounts& counts);

struct OutcomeRow {
    std::string name;    // of the criterion or the prompt group; may be empty
    std::string wording; // of the criterion
    Outcome outcome;
    std::int64_t prompts = 0; // of the set in that group; for a criterion those that were judged
};

struct RaterFacts {
    std::string name;
    std::int64_t judged = 0;  // prompts, by the first criterion
    double medianSeconds = 0; // a vote; 0 unknown
    std::string lastVote;     // RFC 3339
};

struct StudyResult {
    std::string slug;
    std::string title;
    std::string promptSet;
    std::string left, right;             // names of the answer sets; A is left
    std::string leftSha256, rightSha256; // of the weights that answered; "" without answers
    bool blind = false;
    std::int64_t prompts = 0;  // of the set; 0 when it cannot be read
    std::int64_t judged = 0;   // prompts with a standing vote on the first criterion
    std::int64_t votes = 0;    // that stand, all criteria and raters
    std::int64_t recorded = 0; // lines of the journal, replaced and withdrawn votes included
    bool tornTail = false;     // a last line without its end was left out
    std::string lastVote;      // RFC 3339
    OutcomeRow total;
    std::vector<OutcomeRow> criteria; // when there is more than one
    std::vector<OutcomeRow> groups;   // in the order of the prompt set; when there is more than one
    std::vector<RaterFacts> raters;
    fs::path report;           // empty without one
    std::string problem;       // why there are no figures; "" when all is well
    std::string promptProblem; // the prompt set cannot be read: there are no groups
};

StudyResult readStudy(const fs::path& project, const fs::path& studyDirectory);
// Every folder with a study.json; the one voted on last comes first. Stops early when asked to.
std::vector<StudyResult> readStudies(const fs::path& project, std::stop_token stop = {});

// The figures as comma-separated values (RFC 4180), a row each for total, criteria and groups.
std::string resultsCsv(const StudyResult& study);

} // namespace koala
