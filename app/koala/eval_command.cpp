// app/koala/eval_command.cpp: koala eval prompts | generate | compare | stats | report.
#include <csignal>
#include <cstdio>

#include <fmt/format.h>

#include "app/koala/commands.h"
#include "app/koala/open_engine.h"
#include "app/koala/signal_watcher.h"
#include "core/base/json.h"
#include "core/base/utf8.h"
#include "core/client/http_engine.h"
#include "core/eval/comparison.h"
#include "core/eval/generate.h"
#include "core/eval/report.h"
#include "core/serve/token_file.h"
#include "core/stats/preference.h"
#include "core/study/journal.h"
#include "core/study/study.h"

namespace koala {
namespace {

// A slug of the project, or a file.
Result<PromptSet> findPromptSet(const CommandContext& context, const std::string& name)
{
    std::error_code code;
    if (isSafeName(name))
        if (const auto folder = context.projectDirectory())
            if (const fs::path file = *folder / "prompts" / (name + ".jsonl");
                fs::exists(file, code))
                return loadPromptSet(file);
    if (fs::exists(name, code))
        return loadPromptSet(name);
    return notFound(fmt::format(
        "there is no prompt set {}; koala eval prompts lists those of the project", name));
}

OrderedJson toJson(const PreferenceCounts& counts)
{
    const PreferenceSummary summary = summarize(counts);
    return {{"wins", counts.wins}, {"ties", counts.ties}, {"losses", counts.losses},
        {"both_bad", counts.bothBad}, {"n", counts.total()}, {"win_share", summary.winShare},
        {"win_interval", {summary.winInterval.low, summary.winInterval.high}},
        {"at_least_tied_share", summary.atLeastTiedShare},
        {"at_least_tied_interval",
            {summary.atLeastTiedInterval.low, summary.atLeastTiedInterval.high}},
        {"p", summary.pValue}};
}

// ---- prompts

Result<int> listPrompts(const CommandContext& context, const std::string& wanted)
{
    std::vector<PromptSet> sets;
    if (!wanted.empty()) {
        KOALA_TRY(PromptSet set, findPromptSet(context, wanted));
        sets.push_back(std::move(set));
    } else {
        KOALA_TRY(const fs::path folder, context.projectDirectory());
        KOALA_TRY(const Project project, Project::open(folder));
        KOALA_TRY(const std::vector<std::string> slugs, project.promptSets());
        for (const std::string& slug : slugs) {
            Result<PromptSet> set = loadPromptSet(project.promptSetFile(slug));
            if (set)
                sets.push_back(std::move(set).value());
            else
                std::fprintf(stderr, "%s\n", set.error().message.c_str());
        }
    }
    bool bad = false;
    for (const PromptSet& set : sets) {
        bad = bad || !set.badLines.empty();
        for (const BadLine& line : set.badLines)
            std::fprintf(stderr, "%s: %s\n", set.slug.c_str(), line.reason.c_str());
        if (context.json) {
            OrderedJson json{{"prompt_set", set.slug}, {"prompts", set.prompts.size()},
                {"bad_lines", set.badLines.size()}, {"groups", set.groups()}};
            std::printf("%s\n", toLine(json).c_str());
            continue;
        }
        std::printf("%-28s %5zu prompts in %zu groups\n", set.slug.c_str(), set.prompts.size(),
            set.groups().size());
        if (!wanted.empty())
            for (const Prompt& prompt : set.prompts)
                std::printf("%-24s %s\n", prompt.id.c_str(), elided(prompt.text(), 90).c_str());
    }
    return bad ? int(kIncomplete) : int(kDone);
}

// ---- generate

struct GenerateArguments {
    EngineRequest engine;
    std::string promptSet;
    std::string answerSet;
    std::string url;
    std::string tokenFile;
    int limit = 0;
    int concurrency = 16;
    GenerationSettings settings;
};

struct ChosenEngine {
    std::shared_ptr<Engine> engine;
    std::string model;
};

Result<ChosenEngine> chooseEngine(const CommandContext& context, const GenerateArguments& arguments)
{
    if (arguments.url.empty()) {
        std::fprintf(stderr, "loading %s\n", arguments.engine.models.c_str());
        KOALA_TRY(OpenedEngine opened, openEngine(context, arguments.engine));
        return ChosenEngine{opened.engine, opened.chosen};
    }
    std::string token;
    if (!arguments.tokenFile.empty()) {
        KOALA_TRY(token, readFile(arguments.tokenFile, 4096));
        token.erase(token.find_last_not_of(" \r\n") + 1);
    }
    return ChosenEngine{
        std::make_shared<HttpEngine>(arguments.url, token), arguments.engine.models};
}

// At most two lines a second: a JSON object each, or a line on the terminal that is drawn over.
class ProgressPrinter {
public:
    explicit ProgressPrinter(bool json) : m_json(json) {}
    void operator()(const GenerateProgress& progress)
    {
        const auto now = std::chrono::steady_clock::now();
        const bool last = progress.done + progress.failed >= progress.total;
        if (!last && m_shown && now - *m_shown < std::chrono::milliseconds(500))
            return;
        m_shown = now;
        const double rate =
            progress.seconds > 0 ? double(progress.newTokens) / progress.seconds : 0;
        if (m_json) {
            OrderedJson json{{"event", "progress"}, {"done", progress.done},
                {"total", progress.total}, {"failed", progress.failed},
                {"tokens_per_second", rate}};
            std::printf("%s\n", toLine(json).c_str());
            std::fflush(stdout);
        } else if (showsProgress()) {
            std::fprintf(stderr, "\r%zu of %zu answered, %.0f tokens a second ", progress.done,
                progress.total, rate);
            if (last)
                std::fprintf(stderr, "\n");
        }
    }

private:
    bool m_json;
    std::optional<std::chrono::steady_clock::time_point> m_shown;
};

Result<int> generate(const CommandContext& context, const GenerateArguments& arguments)
{
    std::stop_source stop;
    const SignalWatcher watcher({SIGINT, SIGTERM}, [&](int) { stop.request_stop(); });
    KOALA_TRY(const fs::path project, context.projectDirectory());
    KOALA_TRY(const PromptSet prompts, findPromptSet(context, arguments.promptSet));
    KOALA_TRY(const ChosenEngine chosen, chooseEngine(context, arguments));
    GenerateOptions options;
    KOALA_TRY(options.model, findModel(*chosen.engine, chosen.model));
    options.endpoint = arguments.url;
    options.settings = arguments.settings;
    options.concurrency = arguments.concurrency;
    if (arguments.limit > 0)
        for (const Prompt& prompt : prompts.prompts)
            if (int(options.promptIds.size()) < arguments.limit)
                options.promptIds.push_back(prompt.id);
    const std::string name =
        arguments.answerSet.empty() ? slugify(arguments.engine.models) : arguments.answerSet;
    KOALA_TRY(const fs::path file, answerSetFile(project, prompts.slug, name));
    KOALA_TRY(const GenerateSummary summary, generateAnswers(*chosen.engine, prompts, file, options,
                                                 ProgressPrinter(context.json), stop.get_token()));
    for (const std::string& problem : summary.problems)
        std::fprintf(stderr, "%s\n", problem.c_str());
    const GenerateProgress& progress = summary.progress;
    if (context.json) {
        OrderedJson json{{"event", "done"}, {"prompt_set", prompts.slug}, {"answer_set", name},
            {"path", file.string()}, {"done", progress.done}, {"total", progress.total},
            {"failed", progress.failed}, {"new_tokens", progress.newTokens},
            {"seconds", progress.seconds}, {"cancelled", summary.cancelled}};
        std::printf("%s\n", toLine(json).c_str());
    } else {
        std::printf("%zu of %zu prompts answered by %s in %s\n", progress.done, progress.total,
            name.c_str(), file.string().c_str());
    }
    if (summary.cancelled)
        return int(kCancelled);
    if (progress.failed > 0 && progress.done == 0)
        return unavailable(summary.problems.front());
    return progress.failed > 0 ? int(kIncomplete) : int(kDone);
}

// ---- compare, report

struct PairArguments {
    std::string left;
    std::string right;
    std::string promptSet;
    std::string out;
};

struct LoadedPair {
    PromptSet prompts;
    AnswerSetReader left;
    AnswerSetReader right;
    Study study; // where votes on this pair go; its folder may not exist yet
    std::vector<Vote> votes;
};

Result<AnswerSetReader> readAnswers(
    const fs::path& project, const std::string& promptSet, const std::string& name)
{
    KOALA_TRY(const fs::path file, answerSetFile(project, promptSet, name));
    AnswerSetReader reader(file);
    KOALA_TRY([[maybe_unused]] const std::size_t count, reader.poll());
    if (reader.size() == 0)
        return notFound(
            fmt::format("there are no answers {} to the prompt set {}; make them with: koala "
                        "eval generate --model M --prompts {} --answers {}",
                name, promptSet, promptSet, name));
    return reader;
}

Result<LoadedPair> loadPair(
    const CommandContext& context, const PairArguments& arguments, bool makeStudy)
{
    KOALA_TRY(const fs::path project, context.projectDirectory());
    KOALA_TRY(PromptSet prompts, findPromptSet(context, arguments.promptSet));
    KOALA_TRY(AnswerSetReader left, readAnswers(project, prompts.slug, arguments.left));
    KOALA_TRY(AnswerSetReader right, readAnswers(project, prompts.slug, arguments.right));
    LoadedPair pair{std::move(prompts), std::move(left), std::move(right), {}, {}};
    if (makeStudy) {
        KOALA_TRY(pair.study,
            openBrowsingStudy(project, pair.prompts.slug, arguments.left, arguments.right));
    } else if (const auto studies = listStudies(project)) {
        for (const Study& study : *studies)
            if (study.promptSet == pair.prompts.slug && study.left == arguments.left &&
                study.right == arguments.right)
                pair.study = study;
    }
    if (!pair.study.directory.empty()) {
        KOALA_TRY(JournalContents journal, readJournal(pair.study.journalFile()));
        pair.votes = std::move(journal.votes);
    }
    return pair;
}

Result<int> compare(const CommandContext& context, const PairArguments& arguments)
{
    KOALA_TRY(const LoadedPair pair, loadPair(context, arguments, false));
    const AnswerComparison comparison =
        compareAnswers(pair.prompts, pair.left, pair.right, pair.votes);
    if (context.json) {
        OrderedJson json{{"prompt_set", pair.prompts.slug}, {"left", arguments.left},
            {"right", arguments.right}, {"prompts", pair.prompts.prompts.size()},
            {"answered_left", comparison.answeredLeft},
            {"answered_right", comparison.answeredRight},
            {"both_answered", comparison.bothAnswered}, {"equal_texts", comparison.equalTexts},
            {"mean_difference", comparison.meanDifference},
            {"mean_words_left", comparison.meanWordsLeft},
            {"mean_words_right", comparison.meanWordsRight},
            {"mean_repetition_left", comparison.meanRepetitionLeft},
            {"mean_repetition_right", comparison.meanRepetitionRight},
            {"votes_of_right", toJson(comparison.votes)}};
        std::printf("%s\n", toLine(json).c_str());
        return int(kDone);
    }
    std::printf("%s: %zu prompts, both answered %zu (%zu with the same text)\n",
        pair.prompts.slug.c_str(), pair.prompts.prompts.size(), comparison.bothAnswered,
        comparison.equalTexts);
    std::printf("words in an answer, on average: A %.1f, B %.1f; difference %.2f\n",
        comparison.meanWordsLeft, comparison.meanWordsRight, comparison.meanDifference);
    std::printf("votes for B (%s) against A (%s): %s\n", arguments.right.c_str(),
        arguments.left.c_str(), inWords(summarize(comparison.votes)).c_str());
    return int(kDone);
}

ReportTable votesTable(const AnswerComparison& comparison)
{
    ReportTable table{
        "Votes", "Cast by people while browsing; the names of the models were seen.", {}};
    for (const auto& [group, counts] : comparison.votesByGroup)
        table.rows.push_back({group.empty() ? "no group" : group, counts});
    table.rows.push_back({"all", comparison.votes});
    return table;
}

Result<int> report(const CommandContext& context, const PairArguments& arguments)
{
    KOALA_TRY(const LoadedPair pair, loadPair(context, arguments, true));
    AnswerComparison comparison = compareAnswers(pair.prompts, pair.left, pair.right, pair.votes);
    Report page;
    page.title =
        fmt::format("{} against {} on {}", arguments.right, arguments.left, pair.prompts.slug);
    page.left = arguments.left;
    page.right = arguments.right;
    page.facts = {{"Prompts", fmt::format("{}, both answered {}", pair.prompts.prompts.size(),
                                  comparison.bothAnswered)},
        {"Same text", fmt::format("{}", comparison.equalTexts)},
        {"Words in an answer, on average",
            fmt::format("A {:.1f}, B {:.1f}", comparison.meanWordsLeft, comparison.meanWordsRight)},
        {"Word difference, on average", fmt::format("{:.2f}", comparison.meanDifference)},
        {"Repeated words",
            fmt::format("A {:.0f} %, B {:.0f} %", 100 * comparison.meanRepetitionLeft,
                100 * comparison.meanRepetitionRight)}};
    page.tables.push_back(votesTable(comparison));
    sortMostDifferentFirst(comparison.rows);
    page.sections.push_back({"Answers, most different first", comparison.rows});
    const fs::path file = arguments.out.empty() ? pair.study.reportFile() : fs::path(arguments.out);
    KOALA_RETURN_IF_ERROR(writeReport(file, page));
    if (context.json)
        std::printf("%s\n", toLine(OrderedJson{{"path", file.string()}}).c_str());
    else
        std::printf("%s\n", file.string().c_str());
    return int(kDone);
}

// ---- stats

Result<int> stats(const CommandContext& context, const std::string& name)
{
    std::error_code code;
    fs::path journal = name;
    std::map<std::string, std::string> groupOf;
    if (!fs::is_regular_file(name, code)) {
        KOALA_TRY(const fs::path project, context.projectDirectory());
        if (!isSafeName(name))
            return invalidInput(
                fmt::format("\"{}\" is neither a journal nor the name of a study", name));
        KOALA_TRY(const Study study, loadStudy(project / "studies" / name));
        journal = study.journalFile();
        if (const auto prompts = findPromptSet(context, study.promptSet))
            for (const Prompt& prompt : prompts->prompts)
                groupOf[prompt.id] = prompt.group;
    }
    KOALA_TRY(const JournalContents contents, readJournal(journal));
    const std::vector<Vote> standing = standingVotes(contents.votes);
    const PreferenceCounts counts = countRight(standing);
    const auto groups = countRightByGroup(standing, groupOf);
    if (context.json) {
        OrderedJson json{{"votes", contents.votes.size()}, {"standing", standing.size()},
            {"right_against_left", toJson(counts)}, {"groups", OrderedJson::object()}};
        for (const auto& [group, of] : groups)
            json["groups"][group] = toJson(of);
        std::printf("%s\n", toLine(json).c_str());
        return int(kDone);
    }
    std::printf("right against left: %s\n", inWords(summarize(counts)).c_str());
    for (const auto& [group, of] : groups)
        std::printf("%-24s %s\n", group.empty() ? "no group" : group.c_str(),
            inWords(summarize(of)).c_str());
    return int(kDone);
}

// ---- the command line

template <typename Run>
void onChosen(CLI::App& verb, CommandContext& context, Run run)
{
    verb.callback([&context, run] {
        context.action = [run] {
            const Result<int> code = run();
            return code ? *code : fail(code.error());
        };
    });
}

void addGenerate(CLI::App& noun, CommandContext& context)
{
    CLI::App* verb =
        addVerb(noun, context, "generate", "answer the prompts of a set that have no answer yet");
    const auto arguments = std::make_shared<GenerateArguments>();
    GenerationSettings& settings = arguments->settings;
    settings.temperature = 0;
    settings.maxTokens = 128;
    verb->add_option("--model", arguments->engine.models, "model, or its name at --url")
        ->required();
    verb->add_option("--prompts", arguments->promptSet, "prompt set of the project, or a file")
        ->required();
    verb->add_option(
        "--answers", arguments->answerSet, "name of the answer set; default: from the model's");
    verb->add_option("--url", arguments->url, "ask this server instead of computing here");
    verb->add_option("--token-file", arguments->tokenFile, "file with the token of that server");
    verb->add_option("--limit", arguments->limit, "only the first so many prompts")
        ->check(CLI::Range(0, 1 << 30));
    verb->add_option("--concurrency", arguments->concurrency, "prompts at a time")
        ->capture_default_str()
        ->check(CLI::Range(1, 256));
    verb->add_option("--max-tokens", settings.maxTokens, "longest answer")->capture_default_str();
    verb->add_option("--temperature", settings.temperature, "0: always the likeliest token")
        ->capture_default_str();
    verb->add_option("--top-p", settings.topP, "keep the likeliest tokens of this total share")
        ->capture_default_str();
    verb->add_option("--top-k", settings.topK, "keep this many tokens; 0: all")
        ->capture_default_str();
    verb->add_option("--seed", settings.seed, "the same seed gives the same answers")
        ->capture_default_str();
    addEngineOptions(*verb, arguments->engine);
    onChosen(*verb, context, [&context, arguments] { return generate(context, *arguments); });
}

void addPair(
    CLI::App& noun, CommandContext& context, const char* name, const char* help, bool writes)
{
    CLI::App* verb = addVerb(noun, context, name, help);
    const auto arguments = std::make_shared<PairArguments>();
    verb->add_option("A", arguments->left, "answer set on the left")->required();
    verb->add_option("B", arguments->right, "answer set on the right")->required();
    verb->add_option("--prompts", arguments->promptSet, "prompt set")->required();
    if (writes)
        verb->add_option(
            "--out", arguments->out, "where the page goes; default: the folder of the study");
    onChosen(*verb, context, [&context, arguments, writes] {
        return writes ? report(context, *arguments) : compare(context, *arguments);
    });
}

} // namespace

void addEvalCommand(CLI::App& koala, CommandContext& context)
{
    CLI::App* noun = koala.add_subcommand("eval", "prompt sets, answers, comparisons, reports");
    noun->require_subcommand(1);
    CLI::App* prompts =
        addVerb(*noun, context, "prompts", "list the prompt sets, or the prompts of one");
    const auto promptSet = std::make_shared<std::string>();
    prompts->add_option("set", *promptSet, "prompt set of the project, or a file");
    onChosen(*prompts, context, [&context, promptSet] { return listPrompts(context, *promptSet); });
    addGenerate(*noun, context);
    addPair(*noun, context, "compare", "measure two answer sets against each other", false);
    addPair(*noun, context, "report", "write a comparison as one HTML page", true);
    CLI::App* counted =
        addVerb(*noun, context, "stats", "wins, ties and losses of a study or a journal");
    const auto study = std::make_shared<std::string>();
    counted->add_option("study", *study, "name of a study, or a journal.jsonl")->required();
    onChosen(*counted, context, [&context, study] { return stats(context, *study); });
}

} // namespace koala
