// app/koala/starter_command.cpp: koala starter run: the whole main job without a window, and what
// came of it in words or, with --json, as one object.
#include <csignal>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "app/koala/commands.h"
#include "app/koala/signal_watcher.h"
#include "app/koala/starter_job.h"
#include "core/base/json.h"
#include "core/base/utf8.h"

namespace koala {
namespace {

// --project, $KOALA_PROJECT, the current folder if it is a project, else ~/koala-starter.
fs::path starterDirectory(const CommandContext& context)
{
    if (!context.projectOption.empty())
        return context.projectOption;
    if (const char* named = std::getenv("KOALA_PROJECT"); named != nullptr && *named != '\0')
        return named;
    if (const auto here = context.projectDirectory())
        return *here;
    const char* home = std::getenv("HOME");
    return fs::path(home != nullptr ? home : ".") / "koala-starter";
}

std::string oneLine(const std::string& text, std::size_t characters)
{
    std::string line = toValidUtf8(text);
    for (char& c : line)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
            c = ' ';
    return elided(line, characters);
}

std::string number(std::optional<double> value)
{
    return value ? fmt::format("{:.3f}", *value) : std::string("not measured");
}

void printAnswers(const StarterAnswers& set, std::size_t count)
{
    for (std::size_t i = 0; i < std::min(count, set.prompts.prompts.size()); ++i) {
        const Prompt& prompt = set.prompts.prompts[i];
        const Answer* base = set.base.find(prompt.id);
        const Answer* tuned = set.tuned.find(prompt.id);
        if (base == nullptr || tuned == nullptr)
            continue;
        std::printf("  %s\n    before: %s\n    after:  %s\n", oneLine(prompt.text(), 100).c_str(),
            oneLine(base->text, 160).c_str(), oneLine(tuned->text, 160).c_str());
    }
}

AnswerComparison compared(const StarterAnswers& set)
{
    return compareAnswers(set.prompts, set.base, set.tuned, {});
}

void printWords(const StarterJob& job)
{
    std::printf("\nWhat came of it\n");
    std::printf("Training loss      %s at the start, %s at the end (means of five steps)\n",
        number(job.lossAtStart).c_str(), number(job.lossAtEnd).c_str());
    std::printf("Held-out loss      %s before, %s after\n",
        number(job.training.heldOutFirst).c_str(), number(job.training.heldOutLast).c_str());
    std::printf("Says it is Koala   %zu of %zu before, %zu of %zu after\n", job.identity.rightLeft,
        job.identity.asked, job.identity.rightRight, job.identity.asked);
    std::printf("Ordinary questions %zu of %zu right before, %zu of %zu after\n",
        job.ordinary.rightLeft, job.ordinary.asked, job.ordinary.rightRight, job.ordinary.asked);
    PreferenceCounts counts = job.identity.counts;
    counts += job.ordinary.counts;
    std::printf("Wins and losses    %s\n                   (checked questions: tuned right and "
                "base wrong is a win)\n",
        inWords(summarize(counts)).c_str());
    for (const StarterAnswers* set : {&job.answers[0], &job.answers[1]}) {
        const AnswerComparison measured = compared(*set);
        std::printf(
            "%-24s %zu prompts, %zu answered differently; words an answer: base %.0f, tuned %.0f\n",
            set->prompts.slug.c_str(), measured.bothAnswered,
            measured.bothAnswered - measured.equalTexts, measured.meanWordsLeft,
            measured.meanWordsRight);
    }
    std::printf("\nAnswers before and after\n");
    printAnswers(job.answers[2], 3);
    printAnswers(job.answers[3], 2);
    printAnswers(job.answers[1], 1);
    std::printf("\nReport  %s\n", job.report.string().c_str());
    const StarterSeconds& seconds = job.seconds;
    std::printf("Time    %.0f s: project %.1f, mixture %.1f, fine-tune %.1f%s, loading %.1f, "
                "answers %.1f (%zu tokens)\n",
        seconds.total, seconds.project, seconds.mixture, seconds.training,
        job.trainingReused ? " (reused)" : "", seconds.loading, seconds.answers, job.newTokens);
}

OrderedJson toJson(const MixtureAmounts& amounts)
{
    return {{"rows", amounts.rows}, {"tokens", amounts.tokens},
        {"trained_tokens", amounts.trainedTokens}};
}

OrderedJson toJson(const CheckedCounts& checked)
{
    const PreferenceSummary summary = summarize(checked.counts);
    return {{"asked", checked.asked}, {"right_before", checked.rightLeft},
        {"right_after", checked.rightRight}, {"wins", checked.counts.wins},
        {"losses", checked.counts.losses}, {"p", summary.pValue}};
}

OrderedJson optionalNumber(std::optional<double> value)
{
    return value ? OrderedJson(*value) : OrderedJson(nullptr);
}

OrderedJson toJson(const StarterJob& job)
{
    OrderedJson json;
    json["mixture"] = {{"total", toJson(job.mixture.total)},
        {"held_out", toJson(job.mixture.heldOut)}, {"order_sha256", job.orderSha256},
        {"sources", OrderedJson::object()}};
    for (const SourceCounts& source : job.mixture.sources)
        json["mixture"]["sources"][source.dataset] = toJson(source.taken);
    json["run"] = job.training.id;
    json["step"] = job.step;
    json["training_reused"] = job.trainingReused;
    json["loss_first"] = optionalNumber(job.lossAtStart);
    json["loss_last"] = optionalNumber(job.lossAtEnd);
    json["held_out_before"] = optionalNumber(job.training.heldOutFirst);
    json["held_out_after"] = optionalNumber(job.training.heldOutLast);
    json["identity"] = toJson(job.identity);
    json["ordinary"] = toJson(job.ordinary);
    json["prompt_sets"] = OrderedJson::object();
    for (const StarterAnswers* set : {&job.answers[0], &job.answers[1]}) {
        const AnswerComparison measured = compared(*set);
        json["prompt_sets"][set->prompts.slug] = {{"answered", measured.bothAnswered},
            {"different", measured.bothAnswered - measured.equalTexts},
            {"mean_words_before", measured.meanWordsLeft},
            {"mean_words_after", measured.meanWordsRight}};
    }
    json["answer_sets"] = {job.baseName, job.tunedName};
    json["report"] = job.report.string();
    const StarterSeconds& seconds = job.seconds;
    json["seconds"] = {{"total", seconds.total}, {"project", seconds.project},
        {"mixture", seconds.mixture}, {"training", seconds.training}, {"loading", seconds.loading},
        {"answers", seconds.answers}};
    return json;
}

int runStarter(const CommandContext& context, StarterOptions options)
{
    std::stop_source stop;
    const SignalWatcher watcher({SIGINT, SIGTERM}, [&](int) { stop.request_stop(); });
    options.directory = starterDirectory(context);
    const bool terminal = showsProgress();
    std::FILE* const words = context.json ? stderr : stdout;
    bool drawn = false;
    const auto say = [&](const std::string& text) {
        if (std::exchange(drawn, false))
            std::fprintf(stderr, "\r\033[K");
        std::fprintf(words, "%s\n", text.c_str());
        std::fflush(words);
    };
    const auto show = [&](const std::string& text) {
        if (!terminal)
            return;
        drawn = true;
        std::fprintf(stderr, "\r\033[K%s", text.c_str());
    };
    StarterJob job(std::move(options), say, show, stop.get_token());
    const Status status = job.run();
    if (std::exchange(drawn, false))
        std::fprintf(stderr, "\r\033[K");
    if (!status)
        return fail(status.error());
    if (context.json)
        std::printf("%s\n", toLine(toJson(job)).c_str());
    else
        printWords(job);
    return kDone;
}

} // namespace

void addStarterCommand(CLI::App& koala, CommandContext& context)
{
    CLI::App* noun = koala.add_subcommand("starter", "the starter project");
    noun->require_subcommand(1);
    CLI::App* verb =
        addVerb(*noun, context, "run", "make it, fine-tune, answer before and after, report");
    const auto options = std::make_shared<StarterOptions>();
    verb->add_flag(
        "--fresh", options->fresh, "train and answer again instead of reusing what is finished");
    verb->add_option("--threads", options->threads, "threads of the CPU engine; 0: one a core")
        ->check(CLI::Range(0, 1024));
    verb->callback([&context, options] {
        context.action = [&context, options] { return runStarter(context, *options); };
    });
}

} // namespace koala
