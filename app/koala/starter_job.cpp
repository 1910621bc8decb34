#include "app/koala/starter_job.h"

#include <csignal>
#include <map>
#include <numeric>
#include <thread>

#include <fmt/format.h>

#include "core/base/ids.h"
#include "core/base/process.h"
#include "core/base/time.h"
#include "core/base/utf8.h"
#include "core/eval/generate.h"
#include "core/eval/report.h"
#include "core/run/event_log.h"
#include "core/weights/checkpoint.h"

namespace koala {
namespace {

constexpr const char* kRecipe = "starter";

double timed(const std::function<Status()>& step, Status& status)
{
    const auto begin = std::chrono::steady_clock::now();
    status = step();
    return secondsSince(begin);
}

Result<TemplateId> templateOf(const Mixture& mixture, const ModelEntry& model)
{
    for (const std::string& name : {mixture.chatTemplate, model.templateName})
        if (!name.empty())
            return templateFromName(name);
    KOALA_TRY(const auto checkpoint, openCheckpoint(model.path));
    const std::string hint = checkpoint->templateHint();
    return templateFromName(hint.empty() ? "chatml" : hint);
}

std::string lastWords(const fs::path& log)
{
    const std::string text = readFile(log, 64 << 20).valueOr("");
    return toValidUtf8(text.substr(text.size() > 600 ? text.size() - 600 : 0));
}

// The first `limit` prompts of each set; 0: all.
PromptSet firstOf(PromptSet set, int limit)
{
    if (limit > 0 && set.prompts.size() > std::size_t(limit))
        set.prompts.resize(std::size_t(limit));
    return set;
}

} // namespace

StarterJob::StarterJob(StarterOptions options, Say say, Say show, std::stop_token stop)
    : m_options(std::move(options)), m_say(std::move(say)), m_show(std::move(show)),
      m_stop(std::move(stop)), m_context{m_options.directory, false, {}}
{
}

Status StarterJob::run()
{
    const auto begin = std::chrono::steady_clock::now();
    Status status;
    seconds.project = timed([this] { return makeProject(); }, status);
    if (status)
        seconds.mixture = timed([this] { return resolveMixture(); }, status);
    if (status)
        status = train();
    if (status)
        status = answer();
    if (status)
        status = writeStarterReport();
    seconds.total = secondsSince(begin);
    if (status && m_stop.stop_requested())
        return cancelled("stopped; what is finished is kept, the same command goes on from there");
    return status;
}

Status StarterJob::makeProject()
{
    KOALA_TRY(m_sources, findStarterSources());
    KOALA_TRY(Project project, makeStarterProject(m_options.directory, m_sources, m_say));
    m_project = std::move(project);
    m_say("Project: " + m_project->directory().string());
    return {};
}

Status StarterJob::resolveMixture()
{
    KOALA_TRY(const Mixture recipe, readMixture(m_project->mixtureFile(kStarterMixture)));
    KOALA_TRY(const ModelEntry model,
        m_project->model(recipe.model.empty() ? kStarterModel : recipe.model));
    ResolvedMixture::Options options;
    options.projectDirectory = m_project->directory();
    KOALA_TRY(options.chatTemplate, templateOf(recipe, model));
    options.stop = m_stop;
    KOALA_TRY(const auto tokenizer, loadTokenizer(model.path));
    KOALA_TRY(const auto resolved, ResolvedMixture::open(recipe, tokenizer, options));
    mixture = resolved->result();
    orderSha256 = resolved->orderSha256();
    m_say("Mixture:");
    const auto line = [&](const std::string& name, const MixtureAmounts& taken,
                          const MixtureAmounts& held) {
        m_say(fmt::format("  {:<22} {:>5} rows {:>8} tokens {:>8} trained {:>5} held out", name,
            taken.rows, taken.tokens, taken.trainedTokens, held.rows));
    };
    for (const SourceCounts& source : mixture.sources)
        line(source.dataset, source.taken, source.heldOut);
    line("all", mixture.total, mixture.heldOut);
    return {};
}

// The newest finished run of the starter recipe on the starter mixture.
std::optional<RunSummary> StarterJob::finishedRun() const
{
    const auto runs = listRuns(m_project->runsDirectory());
    if (!runs)
        return std::nullopt;
    for (const RunSummary& run : *runs)
        if (run.phase == RunPhase::Done && run.recipe == kRecipe &&
            run.mixture == kStarterMixture && !run.checkpoints.empty())
            return run;
    return std::nullopt;
}

Status StarterJob::train()
{
    const std::optional<RunSummary> earlier = m_options.fresh ? std::nullopt : finishedRun();
    if (earlier) {
        training = *earlier;
        trainingReused = true;
        m_say("Fine-tune: reusing the run " + training.id + " (--fresh trains again)");
    } else {
        const std::string runId = newRunId(kRecipe);
        Status status;
        seconds.training = timed([&] { return followTraining(runId); }, status);
        KOALA_RETURN_IF_ERROR(std::move(status));
        KOALA_TRY(training, readRunSummary(m_project->runsDirectory() / runId));
        if (training.phase != RunPhase::Done)
            return internalError(fmt::format("the run {} ended as {}: {}", runId,
                runPhaseName(training.phase), training.message));
    }
    KOALA_TRY(const CheckpointInfo checkpoint, latestVerifiedCheckpoint(training.directory));
    step = checkpoint.step;
    return readLosses();
}

Status StarterJob::readLosses()
{
    constexpr std::size_t kSteps = 5;
    EventLogReader reader(training.directory);
    KOALA_TRY(const std::vector<Event> events, reader.poll());
    std::map<std::int64_t, double> losses; // of a step done again after a resume the later counts
    for (const Event& event : events)
        if (const auto* done = std::get_if<StepEvent>(&event.body))
            losses[done->step] = done->loss;
    std::vector<double> inOrder;
    for (const auto& [number, loss] : losses)
        inOrder.push_back(loss);
    if (inOrder.size() < kSteps)
        return {};
    const auto mean = [](auto begin, auto end) {
        return std::accumulate(begin, end, 0.0) / double(kSteps);
    };
    lossAtStart = mean(inOrder.begin(), inOrder.begin() + kSteps);
    lossAtEnd = mean(inOrder.end() - kSteps, inOrder.end());
    return {};
}

Status StarterJob::followTraining(const std::string& runId)
{
    const fs::path log = m_project->directory() / "studies" / "starter" / "train.log";
    KOALA_RETURN_IF_ERROR(createDirectories(log.parent_path()));
    ProcessOptions options;
    options.arguments = {(programDirectory() / "koala").string(), "--project",
        m_project->directory().string(), "train", kRecipe, "--model", kStarterModel, "--mixture",
        kStarterMixture, "--run", runId};
    options.outputFile = log;
    m_say(fmt::format("Fine-tune: koala train {} --run {}", kRecipe, runId));
    KOALA_TRY(ChildProcess child, ChildProcess::start(options));
    EventLogReader events(m_project->runsDirectory() / runId);
    RunState state;
    std::optional<int> status;
    bool asked = false;
    while (!status) {
        status = child.waitFor(std::chrono::milliseconds(200));
        if (m_stop.stop_requested() && !asked) {
            asked = true;
            child.signal(SIGTERM);
        }
        if (const auto news = events.poll()) {
            state.add(*news);
            if (news->empty())
                continue;
        }
        if (state.lastStep)
            m_show(fmt::format("  step {} of {}  loss {:.3f}  {:.0f} tokens a second", state.step,
                state.plan ? state.plan->totalSteps : 0, state.lastStep->loss,
                state.lastStep->tokensPerSecond));
        else if (!state.activity.empty())
            m_show("  " + state.activity);
    }
    if (asked)
        return cancelled("stopped while training; the same command trains again");
    if (*status != 0)
        return internalError(fmt::format("koala train ended with status {}: {}\nAll of it is in {}",
            *status, lastWords(log), log.string()));
    return {};
}

Status StarterJob::answer()
{
    baseName = slugify(kStarterModel);
    tunedName = slugify(fmt::format("{}-step-{}", training.id, step)); // as the window names them
    auto begin = std::chrono::steady_clock::now();
    m_say("Answers: loading base and adapter into one process");
    EngineRequest request;
    request.models = fmt::format("{},{}@{}", kStarterModel, training.id, step);
    request.threads = m_options.threads;
    request.contextTokens = 2048;
    KOALA_TRY(OpenedEngine opened, openEngine(m_context, request));
    if (opened.models.size() != 2)
        return internalError("the run's checkpoint is no adapter; the starter recipe makes one");
    seconds.loading = secondsSince(begin);

    begin = std::chrono::steady_clock::now();
    const fs::path& data = m_sources.dataDirectory;
    const int perSet = m_options.promptsPerSet;
    KOALA_RETURN_IF_ERROR(
        askSet(opened, m_project->promptSetFile(kStarterInstructionPrompts), perSet));
    KOALA_RETURN_IF_ERROR(
        askSet(opened, m_project->promptSetFile(kStarterConversationPrompts), perSet));
    KOALA_RETURN_IF_ERROR(askSet(opened, data / "identity_paraphrases.jsonl", 0));
    KOALA_RETURN_IF_ERROR(askSet(opened, data / "ordinary_questions.jsonl", 0));
    seconds.answers = secondsSince(begin);
    identity = checkAnswers(answers[2].prompts, answers[2].base, answers[2].tuned);
    ordinary = checkAnswers(answers[3].prompts, answers[3].base, answers[3].tuned);
    return {};
}

// Base and tuned model answer the same prompts at the same time, in one batch.
Status StarterJob::askSet(OpenedEngine& opened, const fs::path& promptFile, int limit)
{
    KOALA_TRY(PromptSet all, loadPromptSet(promptFile));
    PromptSet prompts = firstOf(std::move(all), limit);
    struct Side {
        ModelInfo model;
        fs::path file;
        std::size_t done = 0;
        Result<GenerateSummary> result = GenerateSummary{};
    };
    std::array<Side, 2> sides;
    for (std::size_t i = 0; i < 2; ++i) {
        sides[i].model = opened.models[i];
        KOALA_TRY(sides[i].file,
            answerSetFile(m_project->directory(), prompts.slug, i == 0 ? baseName : tunedName));
    }
    std::mutex mutex;
    const auto ask = [&](Side& side) {
        GenerateOptions options;
        options.model = side.model;
        options.settings.temperature = 0;
        options.settings.maxTokens = m_options.maxTokens;
        options.concurrency = 16;
        options.again = m_options.fresh;
        side.result = generateAnswers(
            *opened.engine, prompts, side.file, options,
            [&](const GenerateProgress& progress) {
                const std::lock_guard lock(mutex);
                side.done = progress.done;
                m_show(fmt::format("  {}: {} of {} answers", prompts.slug,
                    sides[0].done + sides[1].done, 2 * prompts.prompts.size()));
            },
            m_stop);
    };
    {
        const std::jthread base([&] { ask(sides[0]); });
        ask(sides[1]);
    }
    StarterAnswers set{
        std::move(prompts), AnswerSetReader(sides[0].file), AnswerSetReader(sides[1].file)};
    for (Side& side : sides) {
        KOALA_TRY(const GenerateSummary summary, std::move(side.result));
        if (!summary.problems.empty())
            return internalError("an answer failed: " + summary.problems.front());
        newTokens += summary.progress.newTokens;
    }
    for (AnswerSetReader* reader : {&set.base, &set.tuned})
        if (const auto read = reader->poll(); !read)
            return read.error();
    answers.push_back(std::move(set));
    if (m_stop.stop_requested())
        return cancelled("stopped; what is answered is kept, the same command goes on from there");
    return {};
}

Status StarterJob::writeStarterReport()
{
    Report page;
    page.title = "Starter: before and after the fine-tune";
    page.left = fmt::format("{} (base)", kStarterModel);
    page.right = fmt::format("{} @ {}", training.id, step);
    const auto loss = [](std::optional<double> value) {
        return value ? fmt::format("{:.3f}", *value) : std::string("not measured");
    };
    page.facts = {{"Training rows", std::to_string(mixture.total.rows)},
        {"Training loss", fmt::format("{} over the first five steps, {} over the last five",
                              loss(lossAtStart), loss(lossAtEnd))},
        {"Held-out loss", fmt::format("{} before, {} after", loss(training.heldOutFirst),
                              loss(training.heldOutLast))},
        {"Says that it is Koala", fmt::format("{} of {} before, {} of {} after", identity.rightLeft,
                                      identity.asked, identity.rightRight, identity.asked)},
        {"Ordinary questions right",
            fmt::format("{} of {} before, {} of {} after", ordinary.rightLeft, ordinary.asked,
                ordinary.rightRight, ordinary.asked)},
        {"Decoding",
            fmt::format("always the likeliest token, at most {} tokens", m_options.maxTokens)}};
    PreferenceCounts both = identity.counts;
    both += ordinary.counts;
    page.tables.push_back({"Checked questions",
        "Counted by looking for the expected words, without a judge: a win is a question that only "
        "the "
        "tuned model answered as expected, a loss one that only the base did; ties are right in "
        "both. "
        "This measures identity and simple facts only.",
        {{"who it is (10 paraphrases)", identity.counts},
            {"ordinary questions (20)", ordinary.counts}, {"all", both}}});
    const std::array<const char*, 4> titles{"Instruction-style prompts, most different first",
        "Conversational prompts, most different first", "Who it is", "Ordinary questions"};
    std::vector<AnswerComparison> comparisons;
    for (const StarterAnswers& set : answers)
        comparisons.push_back(compareAnswers(set.prompts, set.base, set.tuned, {}));
    for (std::size_t i = 0; i < comparisons.size(); ++i) {
        if (i < 2)
            sortMostDifferentFirst(comparisons[i].rows);
        page.sections.push_back({titles[i], comparisons[i].rows});
    }
    report = m_project->directory() / "studies" / "starter" / "report" / "index.html";
    return writeReport(report, page);
}

} // namespace koala
