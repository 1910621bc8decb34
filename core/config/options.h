// core/config/options.h: options declared once. A struct of plain fields has a visit() that names
// each of them with its help and bounds; the TOML loader, --set, --help, the form of the window,
// the JSON dump and the validator all read that one declaration. Anyone may use it; nothing here
// keeps state.
//
//   struct Example {
//       double rate = 0.1;
//       template <typename Visitor> void visit(Visitor& visitor)
//       {
//           visitor("rate", rate, {.help = "how fast", .min = 0.0, .max = 1.0});
//       }
//   };
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/json.h"

namespace koala {

struct OptionInfo {
    std::string_view help = {};
    std::optional<double> min = {};
    std::optional<double> max = {};
    std::vector<std::string_view> choices = {}; // of texts, and of the entries of lists
    std::string_view unit = {};                 // "tokens", "steps"; for forms and help
    std::string_view group = {}; // heading of a form; options of a group stand together
    bool advanced = false;       // folded away in forms
};

using OptionField =
    std::variant<bool*, std::int64_t*, double*, std::string*, std::vector<std::string>*>;

// One option of one object; the field is the object's own, so it must outlive this.
struct OptionBinding {
    std::string_view key;
    OptionField field;
    OptionInfo info;
};

// Everything that is wrong with one option, in words that name it.
struct OptionProblem {
    std::string key;     // "" where the text as a whole could not be read
    std::string message; // "learning_rate is -1; it must be at least 0"
};
using OptionProblems = std::vector<OptionProblem>;

template <typename Config>
std::vector<OptionBinding> bindOptions(Config& config)
{
    std::vector<OptionBinding> bindings;
    auto visitor = [&bindings](std::string_view key, auto& field, OptionInfo info) {
        bindings.push_back({key, OptionField(&field), std::move(info)});
    };
    config.visit(visitor);
    return bindings;
}

// Reads flat keys; unknown keys are problems with the nearest known one suggested. What could be
// read is set even when there are problems.
OptionProblems readToml(std::span<const OptionBinding> options, std::string_view text);
OptionProblems readJson(std::span<const OptionBinding> options, const Json& object);
// "key=value", as --set takes it. Lists: "a,b,c".
OptionProblems applyAssignment(std::span<const OptionBinding> options, std::string_view assignment);
// One value from a text, as a form field gives it.
OptionProblems setFromText(
    std::span<const OptionBinding> options, std::string_view key, std::string_view text);
std::string valueText(const OptionBinding& option);
// Bounds and choices of every option.
OptionProblems validateOptions(std::span<const OptionBinding> options);

// All options in the order of their declaration.
OrderedJson optionsToJson(std::span<const OptionBinding> options);
std::string optionsToToml(std::span<const OptionBinding> options);
// For --help: a line an option with its default, bounds and help, by group.
std::string helpText(std::span<const OptionBinding> options);

// Ok without problems, else InvalidInput that lists all of them after `what`.
Status toStatus(const OptionProblems& problems, std::string_view what);

// The known key nearest to `key`, or "" when none is near.
std::string_view nearestKey(std::span<const OptionBinding> options, std::string_view key);

} // namespace koala
