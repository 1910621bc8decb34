// koala data import | formats | list | show | export; clean and stats have a file of their own.
#include <cstdio>

#include <csignal>

#include "app/koala/commands.h"
#include "app/koala/data_clean_command.h"
#include "app/koala/project_context.h"
#include "app/koala/signal_watcher.h"
#include "core/base/utf8.h"
#include "core/data/clean/cleaning.h"
#include "core/data/formats/dataset_import.h"
#include "core/data/formats/exporter.h"

namespace koala {
namespace {

struct ImportOptions {
    std::vector<std::string> files;
    std::string name;
    std::string format;
    std::string licence;
    std::string terms;
    bool evaluation = false;
};

struct ShowOptions {
    std::string dataset;
    std::int64_t row = -1;
};

struct ExportOptions {
    std::string dataset;
    std::string format = "sharegpt";
    std::string out;
};

void showImportProgress(const ImportProgress& progress, bool json)
{
    if (json) // one line each, for the window; the last line of standard output is the manifest
        std::fprintf(stdout, "%s\n",
            toLine(OrderedJson{{"type", "progress"}, {"bytes", progress.bytes},
                       {"total_bytes", progress.totalBytes}, {"rows", progress.rows},
                       {"quarantined", progress.quarantined}})
                .c_str());
    else if (showsProgress())
        std::fprintf(stderr, "\r%3.0f %%  %llu conversations  %llu quarantined ",
            progress.totalBytes > 0 ? 100.0 * double(progress.bytes) / double(progress.totalBytes)
                                    : 0.0,
            static_cast<unsigned long long>(progress.rows),
            static_cast<unsigned long long>(progress.quarantined));
    std::fflush(stdout);
}

int runImport(const CommandContext& context, const ImportOptions& options)
{
    std::stop_source stop;
    int signalNumber = 0;
    const SignalWatcher watcher({SIGINT, SIGTERM}, [&](int number) {
        signalNumber = number;
        stop.request_stop();
    });
    const auto project = openProject(context);
    if (!project.ok())
        return fail(project.error());
    ImportRequest request;
    request.datasetsDirectory = project->datasetsDirectory();
    request.files.assign(options.files.begin(), options.files.end());
    request.name = options.name;
    request.format = options.format;
    request.licence = options.licence;
    request.terms = options.terms;
    request.use = options.evaluation ? "evaluation" : "training";
    const auto manifest = importDataset(request, stop.get_token(),
        [&](const ImportProgress& progress) { showImportProgress(progress, context.json); });
    if (showsProgress() && !context.json)
        std::fputs("\n", stderr);
    if (!manifest.ok()) {
        const int code = fail(manifest.error());
        return signalNumber == SIGTERM ? int(kEnded) : code;
    }
    if (context.json) {
        OrderedJson line = toJson(*manifest);
        line["type"] = "dataset";
        std::puts(toLine(line).c_str());
    } else {
        std::printf("%s: %llu conversations in %llu turns, read as %s\n", manifest->slug.c_str(),
            static_cast<unsigned long long>(manifest->rows),
            static_cast<unsigned long long>(manifest->turns), manifest->importer.c_str());
        if (manifest->droppedTurns > 0)
            std::printf("%llu turns were left out of them\n",
                static_cast<unsigned long long>(manifest->droppedTurns));
        if (manifest->quarantined > 0)
            std::printf("%llu records could not be used; see %s\n",
                static_cast<unsigned long long>(manifest->quarantined),
                (request.datasetsDirectory / manifest->slug / "quarantine.jsonl").c_str());
    }
    return manifest->quarantined > 0 ? kIncomplete : kDone;
}

int listFormats(const CommandContext& context)
{
    for (const ImporterInfo& importer : importers()) {
        if (context.json)
            std::puts(toLine(OrderedJson{{"id", importer.id}, {"title", importer.title},
                                 {"example", importer.example}, {"direction", "import"}})
                    .c_str());
        else
            std::printf("%-12s %s\n             %s\n", std::string(importer.id).c_str(),
                std::string(importer.title).c_str(), std::string(importer.example).c_str());
    }
    for (const ExporterInfo& exporter : exporters())
        if (context.json)
            std::puts(toLine(OrderedJson{{"id", exporter.id}, {"title", exporter.title},
                                 {"direction", "export"}})
                    .c_str());
        else
            std::printf("%-12s export: %s\n", std::string(exporter.id).c_str(),
                std::string(exporter.title).c_str());
    return kDone;
}

int listDatasets(const CommandContext& context)
{
    const auto project = openProject(context);
    if (!project.ok())
        return fail(project.error());
    const auto entries = project->datasets();
    if (!entries.ok())
        return fail(entries.error());
    for (const DatasetEntry& entry : *entries) {
        if (context.json) {
            std::puts(toLine(entry.manifest
                                 ? toJson(*entry.manifest)
                                 : OrderedJson{{"slug", entry.slug}, {"problem", entry.problem}})
                    .c_str());
        } else if (entry.manifest) {
            std::printf("%-24s %-10s %8llu conversations  %s\n", entry.slug.c_str(),
                entry.manifest->importer.c_str(),
                static_cast<unsigned long long>(entry.manifest->rows),
                entry.manifest->licence.c_str());
        } else {
            std::printf("%-24s %s\n", entry.slug.c_str(), entry.problem.c_str());
        }
    }
    return kDone;
}

void printConversation(const Conversation& conversation)
{
    std::printf("%s  row %llu part %u\n", conversation.uid.c_str(),
        static_cast<unsigned long long>(conversation.row), conversation.part);
    if (!conversation.system.empty())
        std::printf("system: %s\n", conversation.system.c_str());
    for (const Turn& turn : conversation.turns)
        std::printf("%s: %s\n", std::string(roleName(turn.role)).c_str(), turn.text.c_str());
}

int showDataset(const CommandContext& context, const ShowOptions& options)
{
    const auto project = openProject(context);
    if (!project.ok())
        return fail(project.error());
    const auto dataset = project->dataset(options.dataset);
    if (!dataset.ok())
        return fail(dataset.error());
    if (options.row < 0) {
        const OrderedJson json = toJson((*dataset)->manifest());
        std::puts(context.json ? toLine(json).c_str() : json.dump(1).c_str());
        return kDone;
    }
    const auto conversation = (*dataset)->read(std::uint64_t(options.row));
    if (!conversation.ok())
        return fail(conversation.error());
    if (context.json)
        std::puts(toLine(toJson(*conversation)).c_str());
    else
        printConversation(*conversation);
    return kDone;
}

int runExport(const CommandContext& context, const ExportOptions& options)
{
    const auto project = openProject(context);
    if (!project.ok())
        return fail(project.error());
    if (const auto known = project->dataset(options.dataset); !known.ok())
        return fail(known.error());
    CleaningOptions cleaning;
    cleaning.projectDirectory = project->directory();
    const auto dataset =
        openEffectiveDataset(project->datasetsDirectory() / options.dataset, cleaning);
    if (!dataset.ok())
        return fail(dataset.error());
    const auto outcome = exportDataset(**dataset, options.format, options.out);
    if (!outcome.ok())
        return fail(outcome.error());
    if (context.json)
        std::puts(toLine(OrderedJson{{"rows", outcome->rows}, {"left_out", outcome->leftOut},
                             {"reason", outcome->reason}, {"path", options.out}})
                .c_str());
    else
        std::printf("%llu conversations written to %s\n",
            static_cast<unsigned long long>(outcome->rows), options.out.c_str());
    if (outcome->leftOut > 0)
        std::fprintf(stderr, "%llu conversations do not fit this format (%s)\n",
            static_cast<unsigned long long>(outcome->leftOut), outcome->reason.c_str());
    return outcome->leftOut > 0 ? kIncomplete : kDone;
}

void addImport(CLI::App& noun, CommandContext& context)
{
    CLI::App* verb = addVerb(noun, context, "import", "make a dataset from data files");
    auto options = std::make_shared<ImportOptions>();
    verb->add_option("files", options->files, "the files; .gz is unpacked")->required();
    verb->add_option("--name", options->name, "name of the dataset");
    verb->add_option("--format", options->format,
        "kind of the files (see: koala data formats); else it is detected");
    verb->add_option("--licence", options->licence, "licence of the data, kept with the dataset");
    verb->add_option("--terms", options->terms, "terms of use, kept with the dataset");
    verb->add_flag("--evaluation", options->evaluation, "for evaluation only: mixtures refuse it");
    verb->callback([&context, options] {
        context.action = [&context, options] { return runImport(context, *options); };
    });
}

} // namespace

void addDataCommand(CLI::App& koala, CommandContext& context)
{
    CLI::App* noun = koala.add_subcommand("data", "datasets: import, list, show, export");
    noun->require_subcommand(1);
    addImport(*noun, context);
    addVerb(*noun, context, "formats", "the kinds of files that are known")->callback([&context] {
        context.action = [&context] { return listFormats(context); };
    });
    addVerb(*noun, context, "list", "the datasets of the project")->callback([&context] {
        context.action = [&context] { return listDatasets(context); };
    });
    CLI::App* show = addVerb(*noun, context, "show", "the facts of a dataset, or one of its rows");
    auto shown = std::make_shared<ShowOptions>();
    show->add_option("dataset", shown->dataset, "slug of the dataset")->required();
    show->add_option("--row", shown->row, "number of the row, from 0");
    show->callback([&context, shown] {
        context.action = [&context, shown] { return showDataset(context, *shown); };
    });
    addDataStats(*noun, context);
    addDataClean(*noun, context);
    CLI::App* exported =
        addVerb(*noun, context, "export", "write a dataset, after its cleaning, as a file");
    auto options = std::make_shared<ExportOptions>();
    exported->add_option("dataset", options->dataset, "slug of the dataset")->required();
    exported->add_option("--format", options->format, "rows, koala-jsonl, sharegpt or alpaca");
    exported->add_option("out", options->out, "the file to write")->required();
    exported->callback([&context, options] {
        context.action = [&context, options] { return runExport(context, *options); };
    });
}

} // namespace koala
