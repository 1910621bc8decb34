// koala data index.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <mutex>
#include <numeric>

#include <csignal>

#include "app/koala/data_verbs.h"
#include "app/koala/project_context.h"
#include "app/koala/signal_watcher.h"
#include "core/data/dataset_indexing.h"
#include "core/data/mix/whole_rows.h"

namespace koala {
namespace {

struct IndexOptions {
    std::string slug;
    std::string model; // "": the first of the project
};

// Ten lines a second say enough, and the last.
class ProgressLines {
public:
    explicit ProgressLines(bool json) : m_json(json) {}

    void show(const char* doing, std::uint64_t rows, std::uint64_t totalRows)
    {
        using Clock = std::chrono::steady_clock;
        const std::scoped_lock lock(m_mutex);
        const Clock::time_point now = Clock::now();
        if (rows < totalRows && now - m_shown < std::chrono::milliseconds(100))
            return;
        m_shown = now;
        if (m_json)
            std::puts(toLine(OrderedJson{{"type", "progress"}, {"doing", doing}, {"rows", rows},
                                 {"total_rows", totalRows}})
                    .c_str());
        else if (showsProgress())
            std::fprintf(stderr, "\r%s: %llu of %llu rows%s", doing,
                static_cast<unsigned long long>(rows), static_cast<unsigned long long>(totalRows),
                rows < totalRows ? " " : "\n");
        std::fflush(stdout);
    }

private:
    bool m_json;
    std::mutex m_mutex;
    std::chrono::steady_clock::time_point m_shown;
};

// The tokens that the Data page shows and mixtures begin from; nothing without a model.
Result<std::optional<std::uint64_t>> countTokens(const Project& project,
    const IndexOptions& options, ProgressLines& lines, const std::stop_token& stop)
{
    std::string name = options.model;
    if (name.empty()) {
        KOALA_TRY(const std::vector<ModelEntry> models, project.models());
        const auto sound = std::ranges::find(models, std::string(), &ModelEntry::problem);
        if (sound == models.end())
            return std::optional<std::uint64_t>();
        name = sound->slug;
    }
    KOALA_TRY(const ModelTokenizer model, loadModelTokenizer(project, name));
    WholeRowOptions wanted;
    wanted.projectDirectory = project.directory();
    wanted.dataset = options.slug;
    wanted.chatTemplate = templateFromName(model.templateName).valueOr(TemplateId::Koala);
    wanted.stop = stop;
    wanted.progress = [&](std::uint64_t done, std::uint64_t total) {
        lines.show("tokens", done, total);
    };
    KOALA_TRY(const std::shared_ptr<const RowTokens> rows, countWholeRows(model.tokenizer, wanted));
    return std::optional(std::reduce(rows->tokens.begin(), rows->tokens.end(), std::uint64_t(0)));
}

Status index(
    const CommandContext& context, const IndexOptions& options, const std::stop_token& stop)
{
    KOALA_TRY(const Project project, openProject(context));
    KOALA_TRY(const std::shared_ptr<const Dataset> dataset, project.dataset(options.slug));
    ProgressLines lines(context.json);
    KOALA_RETURN_IF_ERROR(
        indexDataset(dataset->directory(), stop, [&](const IndexingProgress& progress) {
            lines.show("words", progress.rows, progress.totalRows);
        }));
    KOALA_TRY(
        const std::optional<std::uint64_t> tokens, countTokens(project, options, lines, stop));
    if (context.json) {
        OrderedJson facts{
            {"type", "indexed"}, {"dataset", options.slug}, {"rows", dataset->size()}};
        if (tokens)
            facts["tokens"] = *tokens;
        std::puts(toLine(facts).c_str());
        return {};
    }
    std::printf("%s: the words, languages and flags of %llu rows are indexed\n",
        options.slug.c_str(), static_cast<unsigned long long>(dataset->size()));
    if (tokens)
        std::printf("tokens: %llu\n", static_cast<unsigned long long>(*tokens));
    else
        std::printf("tokens: not counted, the project has no model; add one with: koala model "
                    "import PATH\n");
    return {};
}

int runIndex(const CommandContext& context, const IndexOptions& options)
{
    std::stop_source stop;
    int signalNumber = 0;
    const SignalWatcher watcher({SIGINT, SIGTERM}, [&](int number) {
        signalNumber = number;
        stop.request_stop();
    });
    const Status status = index(context, options, stop.get_token());
    if (status.ok())
        return kDone;
    const int code = fail(status.error());
    return signalNumber == SIGTERM ? int(kEnded) : code;
}

} // namespace

void addDataIndexVerb(CLI::App& noun, CommandContext& context)
{
    CLI::App* verb = addVerb(noun, context, "index",
        "index the words, languages and flags of a dataset for the search, and count its tokens");
    auto options = std::make_shared<IndexOptions>();
    verb->add_option("dataset", options->slug, "slug of the dataset")->required();
    verb->add_option(
        "--model", options->model, "the model whose tokeniser counts; else the project's first");
    verb->callback([&context, options] {
        context.action = [&context, options] { return runIndex(context, *options); };
    });
}

} // namespace koala
