// core/data/clean/step.h: what a kind of cleaning step does. Private to core/data/clean.
//
// A step either judges each row by itself (apply), or gathers something of all rows and then
// decides (gather, decide). Rows reach it as the steps before left them, from several threads.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "core/data/clean/cleaning.h"
#include "core/data/clean/step_types.h"
#include "core/metrics/ngrams.h"

namespace koala {

struct StepContext {
    fs::path project;
    std::uint64_t rows = 0; // of the dataset
    unsigned threads = 2;
};

struct RowVerdict {
    bool take = false;
    bool putBack = false; // by hand; only of rows that an earlier step took
    bool edited = false;  // the texts
    bool tagged = false;
    StepExample example; // filled where one of them is set
};

// The rows during a decision.
class CleaningRows {
public:
    virtual ~CleaningRows() = default;
    virtual bool isKept(std::uint64_t row) const = 0;
    virtual Result<Conversation> read(std::uint64_t row) const = 0;
    virtual bool stopRequested() const = 0;
    virtual std::stop_token stop() const = 0;
};

struct TakenRow {
    std::uint64_t row = 0;
    std::uint64_t like = 0; // the one that is kept
};

class Step {
public:
    virtual ~Step() = default;
    virtual bool gathers() const { return false; }
    // Judges one row and may change it; only of steps that do not gather. Thread-safe.
    virtual RowVerdict apply(std::uint64_t, Conversation&) { return {}; }
    // Whether apply wants rows that an earlier step took.
    virtual bool seesTaken() const { return false; }
    // Thread-safe for different rows.
    virtual void gather(std::uint64_t, const Conversation&) {}
    // Rows to be taken, ascending.
    virtual Result<std::vector<TakenRow>> decide(const CleaningRows&)
    {
        return std::vector<TakenRow>();
    }
    // Why a row went; for the first twenty. Both as they reached the step.
    virtual StepExample explain(
        const TakenRow& taken, const Conversation& row, const Conversation& like) const
    {
        (void)row;
        (void)like;
        return {.row = taken.row, .otherRow = taken.like};
    }
    virtual std::vector<std::pair<std::string, std::string>> facts() const { return {}; }
    // Files to be kept in cleaned/: name and contents.
    virtual std::vector<std::pair<std::string, std::string>> files() const { return {}; }
};

// Helpers that several steps share.
std::string shortened(std::string_view text); // for before and after
void addBefore(StepExample& example, std::string_view before, std::string_view after);
// The texts of the turns of a role ("user", "assistant", "any"), with a line end between.
struct JoinedTurns {
    std::string text;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> begins; // turn, where it begins in text
    std::vector<TextSpan> spansOf(const std::vector<ByteSpan>& spans) const;
};
bool hasRole(const Turn& turn, std::string_view role);
JoinedTurns joinTurns(const Conversation& conversation, std::string_view role);
std::vector<std::string> textList(const Json& list);

} // namespace koala
