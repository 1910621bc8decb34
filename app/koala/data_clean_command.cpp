// koala data clean | stats: the cleaning steps of a dataset, and what it is made of.
#include <charconv>
#include <csignal>
#include <cstdio>
#include <iostream>
#include <iterator>

#include "app/koala/data_verbs.h"
#include "app/koala/project_context.h"
#include "app/koala/signal_watcher.h"
#include "core/data/clean/cleaning.h"
#include "core/data/clean/dataset_statistics.h"
#include "core/data/clean/step_types.h"

namespace koala {
namespace {

struct CleanOptions {
    std::string dataset;
    std::vector<std::string> add;
    std::vector<std::string> remove;
    std::vector<std::string> enable;
    std::vector<std::string> disable;
    std::vector<std::string> move;
    std::vector<std::string> set;
    std::vector<std::uint64_t> exclude;
    std::vector<std::uint64_t> keep;
    std::vector<std::string> edit;
    bool undo = false;
    bool redo = false;
    bool dryRun = false;
    bool types = false;
};

int printTypes(const CommandContext& context)
{
    for (const StepType& type : stepTypes()) {
        if (context.json) {
            std::puts(toLine(toJson(type)).c_str());
            continue;
        }
        std::printf("%s: %s\n    %s\n", std::string(type.id).c_str(),
            std::string(type.title).c_str(), std::string(type.help).c_str());
        for (const StepOption& option : type.options)
            std::printf("    %-24s %-10s default %s\n", std::string(option.name).c_str(),
                std::string(optionKindName(option.kind)).c_str(),
                std::string(option.fallback).c_str());
    }
    return kDone;
}

Result<CleaningStep*> stepOf(CleaningSteps& steps, std::string_view id)
{
    if (CleaningStep* step = steps.find(id))
        return step;
    std::string ids;
    for (const CleaningStep& step : steps.steps)
        ids += (ids.empty() ? "" : ", ") + step.id;
    return notFound(fmt::format(
        "there is no step \"{}\"; the steps are: {}", id, ids.empty() ? "none yet" : ids));
}

// "type:key=value,key=a,b": a comma before something without '=' belongs to the value.
Status addStep(CleaningSteps& steps, const std::string& text)
{
    const std::size_t colon = text.find(':');
    const std::string id = text.substr(0, colon);
    const StepType* type = findStepType(id);
    if (type == nullptr)
        return invalidInput(
            "there is no step type \"" + id + "\"; koala data clean --types lists them");
    std::vector<std::string> parts;
    for (std::string_view rest = colon == std::string::npos
                                     ? std::string_view()
                                     : std::string_view(text).substr(colon + 1);
        !rest.empty();) {
        const std::size_t comma = std::min(rest.find(','), rest.size());
        const std::string_view part = rest.substr(0, comma);
        if (part.find('=') == std::string_view::npos && !parts.empty())
            parts.back() += "," + std::string(part);
        else
            parts.emplace_back(part);
        rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    Json options = Json::object();
    for (const std::string& part : parts) {
        const std::size_t equals = part.find('=');
        if (equals == std::string::npos)
            return invalidInput("\"" + part + "\" is no option; options are written name=value");
        KOALA_RETURN_IF_ERROR(
            setOption(*type, options, part.substr(0, equals), part.substr(equals + 1)));
    }
    steps.add(id, std::move(options));
    return {};
}

Status moveStep(CleaningSteps& steps, const std::string& text)
{
    const std::size_t colon = text.rfind(':');
    KOALA_TRY(CleaningStep* const step, stepOf(steps, text.substr(0, colon)));
    std::size_t place = 0;
    const char* const end = text.data() + text.size();
    if (colon == std::string::npos ||
        std::from_chars(text.data() + colon + 1, end, place).ptr != end || place == 0 ||
        place > steps.steps.size())
        return invalidInput(
            fmt::format("--move takes ID:PLACE with a place from 1 to {}", steps.steps.size()));
    const CleaningStep moved = *step;
    steps.steps.erase(steps.steps.begin() + (step - steps.steps.data()));
    steps.steps.insert(steps.steps.begin() + std::ptrdiff_t(place - 1), moved);
    return {};
}

Status setStepOption(CleaningSteps& steps, const std::string& text)
{
    const std::size_t point = text.find('.');
    const std::size_t equals = text.find('=', std::min(point, text.size()));
    if (point == std::string::npos || equals == std::string::npos)
        return invalidInput("--set takes ID.option=value, not \"" + text + "\"");
    KOALA_TRY(CleaningStep* const step, stepOf(steps, text.substr(0, point)));
    return setOption(*findStepType(step->type), step->options,
        text.substr(point + 1, equals - point - 1), text.substr(equals + 1));
}

Status addEdit(CleaningSteps& steps, const std::string& text)
{
    const std::size_t colon = text.find(':');
    std::uint64_t row = 0;
    if (colon == std::string::npos ||
        std::from_chars(text.data(), text.data() + colon, row).ptr != text.data() + colon ||
        row == 0)
        return invalidInput("--edit takes ROW:FILE with rows from 1, or ROW:- for standard input");
    const std::string path = text.substr(colon + 1);
    std::string contents;
    if (path == "-") {
        contents.assign(std::istreambuf_iterator<char>(std::cin), {});
    } else {
        KOALA_TRY(contents, readFile(path));
    }
    KOALA_TRY(const Json record, parseJson(contents, path));
    editRow(steps, row - 1, record);
    return {};
}

Status change(CleaningSteps& steps, const CleanOptions& options)
{
    for (const std::string& text : options.add)
        KOALA_RETURN_IF_ERROR(addStep(steps, text));
    for (const std::string& id : options.remove) {
        KOALA_TRY(CleaningStep* const step, stepOf(steps, id));
        steps.steps.erase(steps.steps.begin() + (step - steps.steps.data()));
    }
    for (const auto& [ids, enabled] :
        {std::pair(&options.enable, true), std::pair(&options.disable, false)})
        for (const std::string& id : *ids) {
            KOALA_TRY(CleaningStep* const step, stepOf(steps, id));
            step->enabled = enabled;
        }
    for (const std::string& text : options.move)
        KOALA_RETURN_IF_ERROR(moveStep(steps, text));
    for (const std::string& text : options.set)
        KOALA_RETURN_IF_ERROR(setStepOption(steps, text));
    for (const std::uint64_t row : options.exclude)
        excludeRow(steps, row - 1);
    for (const std::uint64_t row : options.keep)
        keepRow(steps, row - 1);
    for (const std::string& text : options.edit)
        KOALA_RETURN_IF_ERROR(addEdit(steps, text));
    return {};
}

Result<CleaningSteps> changedSteps(const fs::path& directory, const CleanOptions& options)
{
    if (options.undo)
        KOALA_RETURN_IF_ERROR(undoSteps(directory));
    if (options.redo)
        KOALA_RETURN_IF_ERROR(redoSteps(directory));
    KOALA_TRY(CleaningSteps steps, readSteps(directory));
    const OrderedJson before = toJson(steps)["steps"];
    KOALA_RETURN_IF_ERROR(change(steps, options));
    if (toJson(steps)["steps"] == before)
        return steps;
    steps.effectiveSha256.clear();
    if (!options.dryRun)
        KOALA_RETURN_IF_ERROR(writeSteps(directory, steps));
    return steps;
}

void printReport(const CleaningReport& report)
{
    std::printf("%-12s %-20s %9s %9s %9s %9s %9s\n", "step", "type", "before", "after", "taken",
        "edited", "tagged");
    const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
    for (const StepReport& step : report.steps) {
        std::printf("%-12s %-20s %9llu %9llu %9llu %9llu %9llu\n", step.id.c_str(),
            step.type.c_str(), number(step.rowsBefore), number(step.rowsAfter), number(step.taken),
            number(step.edited), number(step.tagged));
        for (const auto& [name, value] : step.facts)
            std::printf("             %s: %s\n", name.c_str(), value.c_str());
    }
    std::printf("%llu of %llu rows stay, %llu of them edited, %llu tagged; %s\n",
        number(report.kept), number(report.rows), number(report.edited), number(report.tagged),
        report.effectiveSha256.c_str());
}

void tellProgress(const CleaningProgress& progress, bool json)
{
    if (json) {
        std::puts(toLine(OrderedJson{{"type", "progress"}, {"step", progress.step},
                             {"steps", progress.steps}, {"step_type", progress.type},
                             {"rows", progress.rows}, {"total_rows", progress.totalRows}})
                .c_str());
        std::fflush(stdout);
    } else if (showsProgress()) {
        std::fprintf(stderr, "\rstep %zu of %zu  %3.0f %% ", progress.step + 1, progress.steps,
            progress.totalRows > 0 ? 100.0 * double(progress.rows) / double(progress.totalRows)
                                   : 0.0);
    }
}

int runClean(const CommandContext& context, const CleanOptions& options)
{
    std::stop_source stop;
    int signalNumber = 0;
    const SignalWatcher watcher({SIGINT, SIGTERM}, [&](int number) {
        signalNumber = number;
        stop.request_stop();
    });
    if (options.types)
        return printTypes(context);
    const auto project = openProject(context);
    if (!project.ok())
        return fail(project.error());
    const auto dataset = project->dataset(options.dataset);
    if (!dataset.ok())
        return fail(dataset.error());
    const auto steps = changedSteps((*dataset)->directory(), options);
    if (!steps.ok())
        return fail(steps.error());
    CleaningOptions cleaning;
    cleaning.projectDirectory = project->directory();
    cleaning.stop = stop.get_token();
    cleaning.dryRun = options.dryRun;
    cleaning.progress = [&](const CleaningProgress& progress) {
        tellProgress(progress, context.json);
    };
    const auto report = runCleaning(**dataset, *steps, cleaning);
    if (showsProgress() && !context.json)
        std::fputs("\n", stderr);
    if (!report.ok()) {
        const int code = fail(report.error());
        return signalNumber == SIGTERM ? int(kEnded) : code;
    }
    if (context.json) {
        OrderedJson line{{"type", "report"}};
        line.update(toJson(*report));
        std::puts(toLine(line).c_str());
    } else {
        printReport(*report);
    }
    return kDone;
}

void printStatistics(const DatasetStatistics& statistics)
{
    const OrderedJson json = toJson(statistics);
    for (const auto& [name, value] : json.items())
        std::printf("%-20s %s\n", name.c_str(), toLine(value).c_str());
}

int runStats(const CommandContext& context, const std::string& slug)
{
    std::stop_source stop;
    const SignalWatcher watcher({SIGINT, SIGTERM}, [&](int) { stop.request_stop(); });
    const auto project = openProject(context);
    if (!project.ok())
        return fail(project.error());
    if (const auto known = project->dataset(slug); !known.ok())
        return fail(known.error());
    CleaningOptions cleaning;
    cleaning.projectDirectory = project->directory();
    cleaning.stop = stop.get_token();
    const auto dataset = openEffectiveDataset(project->datasetsDirectory() / slug, cleaning);
    if (!dataset.ok())
        return fail(dataset.error());
    const auto statistics = countStatistics(**dataset, {}, stop.get_token());
    if (!statistics.ok())
        return fail(statistics.error());
    if (context.json)
        std::puts(toLine(toJson(*statistics)).c_str());
    else
        printStatistics(*statistics);
    return kDone;
}

} // namespace

void addDataClean(CLI::App& data, CommandContext& context)
{
    CLI::App* verb =
        addVerb(data, context, "clean", "run or change the cleaning steps of a dataset");
    auto options = std::make_shared<CleanOptions>();
    CLI::Option* dataset = verb->add_option("dataset", options->dataset, "slug of the dataset");
    verb->add_option("--add", options->add, "TYPE or TYPE:option=value,…: a step at the end");
    verb->add_option("--remove", options->remove, "ID of a step");
    verb->add_option("--enable", options->enable, "ID of a step");
    verb->add_option("--disable", options->disable, "ID of a step");
    verb->add_option("--move", options->move, "ID:PLACE, places count from 1");
    verb->add_option("--set", options->set, "ID.option=value");
    verb->add_option("--exclude", options->exclude, "a row, from 1, that is to go")
        ->check(CLI::PositiveNumber);
    verb->add_option("--keep", options->keep, "a row that is to stay whatever steps before it say")
        ->check(CLI::PositiveNumber);
    verb->add_option(
        "--edit", options->edit, "ROW:FILE with {\"turns\":[…]}, - for standard input");
    verb->add_flag("--undo", options->undo, "take the last change of the steps back");
    verb->add_flag("--redo", options->redo, "do what was undone again");
    verb->add_flag("--dry-run", options->dryRun, "count only, change nothing");
    for (CLI::Option* option : verb->get_options())
        option->allow_extra_args(false); // one value each time, so that the dataset may come last
    CLI::Option* types = verb->add_flag("--types", options->types, "the kinds of steps");
    verb->callback([&context, options, dataset, types] {
        if (dataset->count() == 0 && types->count() == 0)
            throw CLI::RequiredError("dataset");
        context.action = [&context, options] { return runClean(context, *options); };
    });
}

void addDataStats(CLI::App& data, CommandContext& context)
{
    CLI::App* verb =
        addVerb(data, context, "stats", "what a dataset is made of, after its cleaning");
    auto slug = std::make_shared<std::string>();
    verb->add_option("dataset", *slug, "slug of the dataset")->required();
    verb->callback([&context, slug] {
        context.action = [&context, slug] { return runStats(context, *slug); };
    });
}

} // namespace koala
