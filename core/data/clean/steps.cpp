#include "core/data/clean/steps.h"

#include <algorithm>
#include <set>

#include "core/base/line_reader.h"
#include "core/base/time.h"
#include "core/data/clean/step_types.h"

namespace koala {
namespace {

constexpr const char* kStepsFile = "steps.json";
constexpr const char* kHistoryFile = "steps.history.jsonl";

OrderedJson listOf(const CleaningSteps& steps)
{
    OrderedJson list = OrderedJson::array();
    for (const CleaningStep& step : steps.steps)
        list.push_back({{"id", step.id}, {"type", step.type}, {"enabled", step.enabled},
            {"options", OrderedJson::parse(step.options.dump())}});
    return list;
}

Result<CleaningStep> stepFromJson(const Json& json, std::string_view what)
{
    CleaningStep step;
    KOALA_TRY(step.id, stringAt(json, "id", what));
    KOALA_TRY(step.type, stringAt(json, "type", what));
    step.enabled = boolOr(json, "enabled", true);
    const StepType* type = findStepType(step.type);
    if (type == nullptr)
        return invalidInput(
            fmt::format("{}: the step \"{}\" is of the type \"{}\", which this version of the "
                        "program does not know; see koala data clean --types",
                what, step.id, step.type));
    if (const Json& options = memberOr(json, "options"); options.is_object())
        step.options = options;
    KOALA_TRY(const Json complete,
        completeOptions(*type, step.options).within(fmt::format("{}: step {}", what, step.id)));
    return step;
}

// What the lines of the history add up to: every list there was, and the present one's place.
struct History {
    std::vector<CleaningSteps> states{CleaningSteps{}};
    std::size_t place = 0;

    void set(CleaningSteps steps)
    {
        states.resize(place + 1);
        states.push_back(std::move(steps));
        ++place;
    }
};

Result<History> readHistory(const fs::path& directory)
{
    History history;
    const fs::path path = directory / kHistoryFile;
    std::error_code code;
    if (!fs::exists(path, code))
        return history;
    KOALA_TRY(LineReader reader, LineReader::open(path));
    for (Line line; reader.next(line);) {
        const Json json = Json::parse(line.text, nullptr, false);
        const std::string change = json.is_object() ? stringOr(json, "change", "") : "";
        if (change == "undo" && history.place > 0)
            --history.place;
        else if (change == "redo" && history.place + 1 < history.states.size())
            ++history.place;
        else if (change == "set")
            if (auto steps = stepsFromJson(json, path.string()); steps.ok())
                history.set(std::move(*steps));
    }
    KOALA_RETURN_IF_ERROR(reader.status());
    return history;
}

bool sameSteps(const CleaningSteps& a, const CleaningSteps& b)
{
    return listOf(a) == listOf(b);
}

Status appendChange(
    const fs::path& directory, std::string_view change, const CleaningSteps* steps = nullptr)
{
    OrderedJson line{{"time", nowUtc()}, {"change", change}};
    if (steps != nullptr)
        line["steps"] = listOf(*steps);
    KOALA_TRY(LineAppender appender, LineAppender::open(directory / kHistoryFile));
    return appender.append(toLine(line));
}

// The history up to what steps.json says, which may have been written by hand.
Result<History> presentHistory(const fs::path& directory, const CleaningSteps& present)
{
    KOALA_TRY(History history, readHistory(directory));
    if (!sameSteps(history.states[history.place], present)) {
        KOALA_RETURN_IF_ERROR(appendChange(directory, "set", &present));
        history.set(present);
    }
    return history;
}

Status writeStepsFile(const fs::path& directory, const CleaningSteps& steps)
{
    return writeJsonFile(directory / kStepsFile, toJson(steps));
}

Result<CleaningSteps> move(const fs::path& directory, bool back)
{
    KOALA_TRY(const CleaningSteps present, readSteps(directory));
    KOALA_TRY(const History history, presentHistory(directory, present));
    if (back ? history.place == 0 : history.place + 1 == history.states.size())
        return notFound(back ? "there is no change of the cleaning steps to undo"
                             : "there is no undone change of the cleaning steps to do again");
    CleaningSteps steps = history.states[back ? history.place - 1 : history.place + 1];
    steps.effectiveSha256.clear();
    KOALA_RETURN_IF_ERROR(appendChange(directory, back ? "undo" : "redo"));
    KOALA_RETURN_IF_ERROR(writeStepsFile(directory, steps));
    return steps;
}

// The options of the last step where it takes hand edits of this type, else of a new step.
Json& handStep(CleaningSteps& steps, std::string_view type, std::string_view list)
{
    if (steps.steps.empty() || steps.steps.back().type != type || !steps.steps.back().enabled)
        steps.add(std::string(type), Json{{list, Json::array()}});
    Json& options = steps.steps.back().options;
    if (!options.contains(list) || !options[std::string(list)].is_array())
        options[std::string(list)] = Json::array();
    steps.effectiveSha256.clear();
    return options[std::string(list)];
}

void addRow(Json& rows, std::uint64_t row)
{
    if (std::find(rows.begin(), rows.end(), Json(row)) == rows.end())
        rows.push_back(row);
}

} // namespace

const CleaningStep* CleaningSteps::find(std::string_view id) const
{
    const auto at = std::find_if(
        steps.begin(), steps.end(), [&](const CleaningStep& step) { return step.id == id; });
    return at == steps.end() ? nullptr : &*at;
}

CleaningStep* CleaningSteps::find(std::string_view id)
{
    return const_cast<CleaningStep*>(std::as_const(*this).find(id));
}

CleaningStep& CleaningSteps::add(std::string type, Json options)
{
    int number = int(steps.size()) + 1;
    while (find(fmt::format("step-{}", number)) != nullptr)
        ++number;
    steps.push_back({fmt::format("step-{}", number), std::move(type), true, std::move(options)});
    effectiveSha256.clear();
    return steps.back();
}

bool CleaningSteps::anyEnabled() const
{
    return std::any_of(
        steps.begin(), steps.end(), [](const CleaningStep& step) { return step.enabled; });
}

OrderedJson toJson(const CleaningSteps& steps)
{
    return {{"version", 1}, {"steps", listOf(steps)}, {"effective_sha256", steps.effectiveSha256}};
}

Result<CleaningSteps> stepsFromJson(const Json& json, std::string_view what)
{
    if (integerOr(json, "version", 1) > 1)
        return invalidInput(
            fmt::format("{} was written by a newer version of the program; update this one", what));
    CleaningSteps steps;
    const Json& list = memberOr(json, "steps");
    if (!list.is_array())
        return invalidInput(fmt::format("{}: \"steps\" is no list", what));
    std::set<std::string> ids;
    for (const Json& item : list) {
        KOALA_TRY(CleaningStep step, stepFromJson(item, what));
        if (!ids.insert(step.id).second)
            return invalidInput(fmt::format("{}: two steps have the id \"{}\"", what, step.id));
        steps.steps.push_back(std::move(step));
    }
    steps.effectiveSha256 = stringOr(json, "effective_sha256", "");
    return steps;
}

Result<std::vector<std::string>> promptSetsOf(const CleaningStep& step)
{
    std::vector<std::string> sets;
    if (!step.enabled)
        return sets;
    const StepType* type = findStepType(step.type);
    if (type == nullptr)
        return invalidInput("there is no cleaning step of the type \"" + step.type + "\"");
    KOALA_TRY(const Json options, completeOptions(*type, step.options));
    for (const StepOption& option : type->options) {
        if (option.kind != OptionKind::PromptSet)
            continue;
        for (const Json& slug : options[std::string(option.name)]) {
            sets.push_back(slug.get<std::string>());
            if (!isSafeName(sets.back()))
                return invalidInput("\"" + sets.back() + "\" is no name of a prompt set");
        }
    }
    return sets;
}

Result<CleaningSteps> readSteps(const fs::path& datasetDirectory)
{
    const fs::path path = datasetDirectory / kStepsFile;
    std::error_code code;
    if (!fs::exists(path, code))
        return CleaningSteps();
    KOALA_TRY(const Json json, readJsonFile(path));
    return stepsFromJson(json, path.string());
}

Status writeSteps(const fs::path& datasetDirectory, const CleaningSteps& steps)
{
    const std::string what = (datasetDirectory / kStepsFile).string();
    KOALA_TRY(const CleaningSteps checked, stepsFromJson(Json::parse(toJson(steps).dump()), what));
    KOALA_TRY(const CleaningSteps present, readSteps(datasetDirectory));
    if (!sameSteps(present, checked)) {
        KOALA_TRY(const History history, presentHistory(datasetDirectory, present));
        KOALA_RETURN_IF_ERROR(appendChange(datasetDirectory, "set", &checked));
    }
    return writeStepsFile(datasetDirectory, checked);
}

Result<CleaningSteps> undoSteps(const fs::path& datasetDirectory)
{
    return move(datasetDirectory, true);
}

Result<CleaningSteps> redoSteps(const fs::path& datasetDirectory)
{
    return move(datasetDirectory, false);
}

void excludeRow(CleaningSteps& steps, std::uint64_t row)
{
    addRow(handStep(steps, "exclude", "rows"), row);
}

void keepRow(CleaningSteps& steps, std::uint64_t row)
{
    addRow(handStep(steps, "keep", "rows"), row);
}

void editRow(CleaningSteps& steps, std::uint64_t row, const Json& record)
{
    Json edit{{"row", row}, {"turns", memberOr(record, "turns")}};
    if (const Json& system = memberOr(record, "system"); system.is_string())
        edit["system"] = system;
    Json& edits = handStep(steps, "edit", "edits");
    for (Json& present : edits)
        if (memberOr(present, "row") == Json(row)) {
            present = std::move(edit);
            return;
        }
    edits.push_back(std::move(edit));
}

} // namespace koala
