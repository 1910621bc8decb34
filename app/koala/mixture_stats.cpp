// koala mixture stats: how varied a mixture is, and what its good answers look like.
#include <cmath>
#include <cstdio>

#include <csignal>

#include "app/koala/mixture_verbs.h"
#include "app/koala/signal_watcher.h"
#include "core/data/mix/diversity.h"

namespace koala {
namespace {

using Count = unsigned long long;

double percent(std::uint64_t part, std::uint64_t whole)
{
    return whole > 0 ? 100.0 * double(part) / double(whole) : 0.0;
}

void printQuantiles(const char* name, const Quantiles& q)
{
    std::printf("%-16s %8llu %8llu %8llu %8llu %8llu %8llu %8llu\n", name, Count(q.least),
        Count(q.p5), Count(q.p25), Count(q.median), Count(q.p75), Count(q.p95), Count(q.most));
}

void printOdds(const char* what, const std::optional<OddsRatio>& odds)
{
    if (odds)
        std::printf("    log odds%s %+.2f (95 %%: %+.2f to %+.2f)\n", what, odds->log, odds->low,
            odds->high);
}

void printAssociations(const DiversityReport& report)
{
    if (report.associations.empty())
        return;
    std::printf("surface of good and bad answers (%llu with a label)\n", Count(report.labelled));
    for (const FeatureAssociation& one : report.associations) {
        std::printf("  %s: %.1f %% of good, %.1f %% of bad\n", std::string(one.title).c_str(),
            percent(one.goodWith, one.good), percent(one.badWith, one.bad));
        printOdds("", one.odds);
        printOdds(fmt::format(" over {} pairs ({} only good, {} only bad)", one.pairs, one.onlyGood,
                      one.onlyBad)
                      .c_str(),
            one.pairedOdds);
    }
}

void print(const DiversityReport& report)
{
    std::printf("%llu rows an epoch, %llu of them different; %llu read%s\n", Count(report.rows),
        Count(report.distinct), Count(report.sampled),
        report.sampled < report.distinct ? fmt::format(" (sample of seed {})", report.seed).c_str()
                                         : "");
    for (const auto& [name, list] :
        {std::pair("requests", &report.requests), std::pair("answers", &report.answers)})
        for (const NgramVariety& grams : *list)
            std::printf("distinct %d-grams of %s: %llu of %llu (%.1f %%)\n", grams.n, name,
                Count(grams.distinct), Count(grams.total), 100 * grams.share());
    std::printf("near duplicates among %llu first requests: %llu in %llu groups, the largest of "
                "%llu\n",
        Count(report.prompts), Count(report.nearRows), Count(report.nearGroups),
        Count(report.largestNearGroup));
    std::printf(
        "dialogues of several rounds: %.1f %%\n", percent(report.multiTurn, report.sampled));
    std::printf("languages:");
    for (const NamedCount& one : report.languages)
        std::printf(" %s %.1f %%", one.name.empty() ? "unknown" : one.name.c_str(),
            percent(one.rows, report.sampled));
    std::printf("\nrequests begin with a known verb: %.1f %%\n",
        percent(report.rowsWithVerb, report.sampled));
    for (const RequestVerb& verb : report.verbs) {
        std::printf("  %-12s %7llu ", verb.verb.c_str(), Count(verb.rows));
        for (const NamedCount& object : verb.objects)
            std::printf(" %s %llu", object.name.c_str(), Count(object.rows));
        std::printf("\n");
    }
    std::printf("%-16s %8s %8s %8s %8s %8s %8s %8s\n", "lengths", "least", "5 %", "25 %", "median",
        "75 %", "95 %", "most");
    printQuantiles("tokens", report.tokens);
    printQuantiles("request words", report.requestWords);
    printQuantiles("answer words", report.answerWords);
    printQuantiles("rounds", report.rounds);
    for (const SourceDiversity& source : report.sources)
        std::printf("%-20s %8llu rows, %5.1f %% of several rounds, distinct 2-grams %.1f %%\n",
            source.dataset.c_str(), Count(source.rows), percent(source.multiTurn, source.rows),
            100 * source.bigrams.share());
    printAssociations(report);
}

int showStats(const CommandContext& context, const RecipeOptions& options)
{
    std::stop_source stop;
    int signalNumber = 0;
    const SignalWatcher watcher({SIGINT, SIGTERM}, [&](int number) {
        signalNumber = number;
        stop.request_stop();
    });
    const auto mixture = openRecipe(context, options.recipe);
    if (!mixture.ok())
        return fail(mixture.error());
    DiversityOptions measure;
    measure.sample = std::uint64_t(options.sample);
    measure.stop = stop.get_token();
    if (context.json) // for the window
        measure.progress = [](std::uint64_t done, std::uint64_t total) {
            std::puts(
                toLine(OrderedJson{{"type", "progress"}, {"rows", done}, {"total_rows", total}})
                    .c_str());
            std::fflush(stdout);
        };
    else if (showsProgress())
        measure.progress = [](std::uint64_t done, std::uint64_t total) {
            std::fprintf(stderr, "\rreading: %llu of %llu rows %s", Count(done), Count(total),
                done == total ? "\n" : "");
        };
    const auto report = measureDiversity(**mixture, measure);
    if (signalNumber != 0)
        return signalNumber == SIGINT ? kCancelled : kEnded;
    if (!report.ok())
        return fail(report.error());
    if (context.json)
        std::puts(toLine(toJson(*report)).c_str());
    else
        print(*report);
    return kDone;
}

} // namespace

void addMixtureStats(CLI::App& noun, CommandContext& context)
{
    auto options = std::make_shared<RecipeOptions>();
    addRecipeVerb(noun, context, "stats",
        "variety, languages, requests, lengths, and the surface of good answers", options,
        showStats)
        ->add_option("--sample", options->sample, "rows read, all of a prompt or none; 0: all")
        ->check(CLI::NonNegativeNumber);
}

} // namespace koala
