// koala data import | discard | preview.
#include <cstdio>

#include <csignal>

#include "app/koala/data_verbs.h"
#include "app/koala/project_context.h"
#include "app/koala/signal_watcher.h"
#include "core/data/formats/dataset_import.h"
#include "core/data/formats/import_preview.h"
#include "core/data/formats/unfinished_imports.h"
#include "core/store/starter.h"

namespace koala {
namespace {

struct ImportOptions {
    std::vector<std::string> files;
    std::string unfinished; // the id of an import to go on with, instead of files
    std::string name;
    std::string format;
    std::string columns;
    std::string licence;
    std::string terms;
    bool evaluation = false;
};

struct PreviewOptions {
    std::string file;
    std::string format;
    std::string columns;
    std::size_t rows = 10;
};

// Without them an import still works; it only cannot say whose licence the data have.
std::vector<PublishedSource> publishedSources()
{
    const auto folder = dataDirectory();
    if (!folder.ok())
        return {};
    return readPublishedSources(*folder).valueOr({});
}

void showImportProgress(const ImportProgress& progress, bool json)
{
    if (json) // one line each, for the window; the last line of standard output is the manifest
        std::fprintf(stdout, "%s\n",
            toLine(
                OrderedJson{{"type", "progress"}, {"bytes", progress.bytes},
                    {"total_bytes", progress.totalBytes}, {"rows", progress.rows},
                    {"quarantined", progress.quarantined}, {"continued_at", progress.continuedAt}})
                .c_str());
    else if (showsProgress())
        std::fprintf(stderr, "\r%3.0f %%  %llu conversations  %llu quarantined ",
            progress.totalBytes > 0 ? 100.0 * double(progress.bytes) / double(progress.totalBytes)
                                    : 0.0,
            static_cast<unsigned long long>(progress.rows),
            static_cast<unsigned long long>(progress.quarantined));
    std::fflush(stdout);
}

// What the command line asks for; an error is one of usage.
Result<ImportRequest> requestOf(const ImportOptions& options)
{
    ImportRequest request;
    request.files.assign(options.files.begin(), options.files.end());
    request.name = options.name;
    request.format = options.format;
    KOALA_TRY(request.columns, ColumnMap::parse(options.columns));
    request.licence = options.licence;
    request.terms = options.terms;
    request.use = options.evaluation ? "evaluation" : "training";
    return request;
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
    auto request = options.unfinished.empty()
                       ? requestOf(options)
                       : continuedRequest(project->datasetsDirectory(), options.unfinished);
    if (!request.ok()) {
        const int code = fail(request.error());
        return options.unfinished.empty() ? int(kUsage) : code;
    }
    request->datasetsDirectory = project->datasetsDirectory();
    request->published = publishedSources();
    bool saidContinued = false;
    const auto manifest =
        importDataset(*request, stop.get_token(), [&](const ImportProgress& progress) {
            if (progress.continuedAt > 0 && !std::exchange(saidContinued, true))
                std::fprintf(stderr,
                    "an earlier import of these files was cut off: continuing after record %llu\n",
                    static_cast<unsigned long long>(progress.continuedAt));
            showImportProgress(progress, context.json);
        });
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
        for (const auto& [name, number] : manifest->oddities)
            std::printf("odd: %s %llu\n", name.c_str(), static_cast<unsigned long long>(number));
        if (!manifest->terms.empty())
            std::printf("terms: %s\n", manifest->terms.c_str());
        if (manifest->quarantined > 0)
            std::printf("%llu records could not be used; see %s\n",
                static_cast<unsigned long long>(manifest->quarantined),
                (request->datasetsDirectory / manifest->slug / "quarantine.jsonl").c_str());
    }
    return manifest->quarantined > 0 ? kIncomplete : kDone;
}

void printDetection(const Detection& detection, const std::vector<std::string>& columns, bool json)
{
    const ImporterInfo* importer = detection.importer;
    if (json) {
        std::puts(toLine(
            OrderedJson{{"type", "detection"},
                {"importer", importer != nullptr ? importer->id : ""},
                {"title", importer != nullptr ? importer->title : ""}, {"reason", detection.reason},
                {"other_kind", detection.otherKind},
                {"notice", importer != nullptr ? importer->notice : ""}, {"columns", columns}})
                .c_str());
        return;
    }
    std::printf("%s: %s\n",
        importer != nullptr ? std::string(importer->title).c_str() : "no data to train on",
        detection.reason.c_str());
    if (importer != nullptr && !importer->notice.empty())
        std::printf("notice: %s\n", std::string(importer->notice).c_str());
    if (importer == nullptr && !columns.empty())
        std::printf("columns: %s\n", fmt::format("{}", fmt::join(columns, ", ")).c_str());
}

int runPreview(const CommandContext& context, const PreviewOptions& options)
{
    const auto columns = ColumnMap::parse(options.columns);
    if (!columns.ok()) {
        fail(columns.error());
        return kUsage;
    }
    const auto preview = previewImport(options.file, options.format, *columns, options.rows);
    if (!preview.ok())
        return fail(preview.error());
    printDetection(preview->detection, preview->columns, context.json);
    for (const Conversation& conversation : preview->conversations) {
        if (context.json) {
            std::puts(toLine(
                OrderedJson{{"type", "conversation"}, {"conversation", toJson(conversation)}})
                    .c_str());
            continue;
        }
        std::puts("---");
        if (!conversation.system.empty())
            std::printf("system: %s\n", conversation.system.c_str());
        for (const Turn& turn : conversation.turns)
            std::printf("%s: %s\n", std::string(roleName(turn.role)).c_str(), turn.text.c_str());
    }
    for (const std::string& problem : preview->problems)
        if (context.json)
            std::puts(toLine(OrderedJson{{"type", "problem"}, {"message", problem}}).c_str());
        else
            std::fprintf(stderr, "%s\n", problem.c_str());
    return preview->detection.importer == nullptr || !preview->problems.empty() ? kIncomplete
                                                                                : kDone;
}

void addImport(CLI::App& noun, CommandContext& context)
{
    CLI::App* verb = addVerb(noun, context, "import", "make a dataset from data files");
    auto options = std::make_shared<ImportOptions>();
    CLI::Option* files =
        verb->add_option("files", options->files, "the files; .gz and .zst are unpacked");
    verb->add_option("--name", options->name, "name of the dataset");
    verb->add_option("--format", options->format,
        "kind of the files (see: koala data formats); else it is detected");
    verb->add_option("--columns", options->columns,
        "for tables: user=NAME,assistant=NAME[,system=NAME,context=NAME,split=NAME,id=NAME]");
    verb->add_option("--licence", options->licence, "licence of the data, kept with the dataset");
    verb->add_option("--terms", options->terms, "terms of use, kept with the dataset");
    verb->add_flag("--evaluation", options->evaluation, "for evaluation only: mixtures refuse it");
    verb->add_option("--continue", options->unfinished,
            "instead of files: go on with an import that was cut off (see: koala data list)")
        ->excludes(files);
    verb->callback([&context, options] {
        if (options->files.empty() && options->unfinished.empty())
            throw CLI::RequiredError("a file, or --continue with the name of an import,");
        context.action = [&context, options] { return runImport(context, *options); };
    });
}

int runDiscard(const CommandContext& context, const std::string& id)
{
    const auto project = openProject(context);
    if (!project.ok())
        return fail(project.error());
    if (const Status done = discardImport(project->datasetsDirectory(), id); !done.ok())
        return fail(done.error());
    if (context.json)
        std::puts(toLine(OrderedJson{{"type", "discarded"}, {"unfinished", id}}).c_str());
    return kDone;
}

void addDiscard(CLI::App& noun, CommandContext& context)
{
    CLI::App* verb =
        addVerb(noun, context, "discard", "remove what an import that was cut off left");
    auto id = std::make_shared<std::string>();
    verb->add_option("import", *id, "its name in the list of datasets")->required();
    verb->callback(
        [&context, id] { context.action = [&context, id] { return runDiscard(context, *id); }; });
}

void addPreview(CLI::App& noun, CommandContext& context)
{
    CLI::App* verb =
        addVerb(noun, context, "preview", "what a file is, and its first conversations");
    auto options = std::make_shared<PreviewOptions>();
    verb->add_option("file", options->file, "the data file")->required();
    verb->add_option("--format", options->format, "kind of the file; else it is detected");
    verb->add_option("--columns", options->columns, "for tables, as with import");
    verb->add_option("--rows", options->rows, "how many conversations at most (10)");
    verb->callback([&context, options] {
        context.action = [&context, options] { return runPreview(context, *options); };
    });
}

} // namespace

void addDataImportVerbs(CLI::App& noun, CommandContext& context)
{
    addImport(noun, context);
    addDiscard(noun, context);
    addPreview(noun, context);
}

} // namespace koala
