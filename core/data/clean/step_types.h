// core/data/clean/step_types.h: the kinds of cleaning steps, a list one can read, with their
// options declared once: the file, the command line and the form in the window all read this.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/base/json.h"

namespace koala {

enum class OptionKind {
    Bool,
    Number,
    Text,
    Choice,    // one of `choices`
    List,      // of texts
    PromptSet, // list of prompt sets of the project, by slug
    Rows,      // list of row numbers
    Edits      // list of {"row","turns","system"}
};
std::string_view optionKindName(
    OptionKind kind); // bool number text choice list prompt_set rows edits

struct StepOption {
    std::string_view name;
    OptionKind kind = OptionKind::Bool;
    std::string_view fallback; // the default, as JSON
    std::string_view title;
    std::string_view help;
    double least = 0.0; // of numbers
    double most = 0.0;
    std::span<const std::string_view> choices = {};
};

class Step; // core/data/clean/step.h
struct StepContext;

struct StepType {
    std::string_view id;
    std::string_view title;
    std::string_view help;
    std::span<const StepOption> options;
    std::string (*summary)(const Json& options); // one line for a list; options are complete
    Result<std::unique_ptr<Step>> (*make)(const Json& options, const StepContext& context);
};
std::span<const StepType> stepTypes();
const StepType* findStepType(std::string_view id);

// All options of the type, those that are missing with their defaults. Names an option that the
// type does not have, or a value of the wrong kind or out of bounds.
Result<Json> completeOptions(const StepType& type, const Json& options);
// One option from text, as a command line gives it: "0.8", "true", "en,de".
Status setOption(
    const StepType& type, Json& options, std::string_view name, std::string_view value);
// Of one with options that need not be complete.
std::string stepSummary(const StepType& type, const Json& options);

OrderedJson toJson(const StepType& type);

} // namespace koala
