// koala data index.
#include <cstdio>

#include <csignal>

#include "app/koala/data_verbs.h"
#include "app/koala/project_context.h"
#include "app/koala/signal_watcher.h"
#include "core/data/dataset_indexing.h"

namespace koala {
namespace {

void showIndexingProgress(const IndexingProgress& progress, bool json)
{
    if (json)
        std::puts(toLine(OrderedJson{{"type", "progress"}, {"rows", progress.rows},
                             {"total_rows", progress.totalRows}})
                .c_str());
    else if (showsProgress())
        std::fprintf(stderr, "\r%llu of %llu rows ", static_cast<unsigned long long>(progress.rows),
            static_cast<unsigned long long>(progress.totalRows));
    std::fflush(stdout);
}

int runIndex(const CommandContext& context, const std::string& slug)
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
    const auto dataset = project->dataset(slug);
    if (!dataset.ok())
        return fail(dataset.error());
    const Status status = indexDataset((*dataset)->directory(), stop.get_token(),
        [&](const IndexingProgress& progress) { showIndexingProgress(progress, context.json); });
    if (showsProgress() && !context.json)
        std::fputs("\n", stderr);
    if (!status.ok()) {
        const int code = fail(status.error());
        return signalNumber == SIGTERM ? int(kEnded) : code;
    }
    if (context.json)
        std::puts(toLine(
            OrderedJson{{"type", "indexed"}, {"dataset", slug}, {"rows", (*dataset)->size()}})
                .c_str());
    else
        std::printf("%s: the words, languages and flags of %llu rows are indexed\n", slug.c_str(),
            static_cast<unsigned long long>((*dataset)->size()));
    return kDone;
}

} // namespace

void addDataIndexVerb(CLI::App& noun, CommandContext& context)
{
    CLI::App* verb = addVerb(
        noun, context, "index", "index the words, languages and flags of a dataset for the search");
    auto slug = std::make_shared<std::string>();
    verb->add_option("dataset", *slug, "slug of the dataset")->required();
    verb->callback([&context, slug] {
        context.action = [&context, slug] { return runIndex(context, *slug); };
    });
}

} // namespace koala
