// core/data/clean/steps.h: the cleaning of a dataset as a list of steps, datasets/<slug>/steps.json
// (contracts, section 3). rows.jsonl never changes: what is left out, edited or tagged follows from
// this list. Each change is also a line of steps.history.jsonl, so that it can be undone later and
// by another process.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"

namespace koala {

struct CleaningStep {
    std::string id;   // unique in the list: "step-3"
    std::string type; // id of a StepType
    bool enabled = true;
    Json options = Json::object(); // those that differ from the type's defaults, or all
};

struct CleaningSteps {
    std::vector<CleaningStep> steps;
    std::string effectiveSha256; // of the rows that the steps leave; "" until they have run

    const CleaningStep* find(std::string_view id) const;
    CleaningStep* find(std::string_view id);
    // Appends an enabled step with a new id.
    CleaningStep& add(std::string type, Json options = Json::object());
    bool anyEnabled() const;
};

OrderedJson toJson(const CleaningSteps& steps);
// Checks ids, types and options; `what` names the file in messages.
Result<CleaningSteps> stepsFromJson(const Json& json, std::string_view what);

// The prompt sets that an enabled step compares with; a step that is off wants none.
Result<std::vector<std::string>> promptSetsOf(const CleaningStep& step);

// A dataset without steps.json has no steps.
Result<CleaningSteps> readSteps(const fs::path& datasetDirectory);
// Writes the list and adds it to the history. Steps that differ in anything but their hash make
// what was undone before unreachable.
Status writeSteps(const fs::path& datasetDirectory, const CleaningSteps& steps);

// One change back or forth in the history; the list as it is then. NotFound where there is none.
Result<CleaningSteps> undoSteps(const fs::path& datasetDirectory);
Result<CleaningSteps> redoSteps(const fs::path& datasetDirectory);

// By hand, in the last step of the list if it is of that type and enabled, else in a new one.
void excludeRow(CleaningSteps& steps, std::uint64_t row);
void keepRow(CleaningSteps& steps, std::uint64_t row); // whatever earlier steps say
// `record` has "turns" as rows.jsonl has them, and may have "system".
void editRow(CleaningSteps& steps, std::uint64_t row, const Json& record);

} // namespace koala
