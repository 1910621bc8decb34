// The report of a mixture's diversity as JSON: what `koala mixture stats --json` prints.
#include <cmath>

#include "core/data/mix/diversity.h"

namespace koala {
namespace {

OrderedJson toJson(const std::vector<NgramVariety>& list)
{
    OrderedJson json = OrderedJson::array();
    for (const NgramVariety& one : list)
        json.push_back({{"n", one.n}, {"total", one.total}, {"distinct", one.distinct},
            {"share", one.share()}});
    return json;
}

OrderedJson toJson(const Quantiles& q)
{
    return {{"least", q.least}, {"p5", q.p5}, {"p25", q.p25}, {"median", q.median}, {"p75", q.p75},
        {"p95", q.p95}, {"most", q.most}, {"mean", q.mean}};
}

OrderedJson toJson(const std::vector<NamedCount>& list, const char* name)
{
    OrderedJson json = OrderedJson::array();
    for (const NamedCount& one : list)
        json.push_back({{name, one.name}, {"rows", one.rows}});
    return json;
}

// An infinite bound is null.
OrderedJson toJson(const std::optional<OddsRatio>& odds)
{
    if (!odds)
        return nullptr;
    const auto number = [](double value) {
        return std::isfinite(value) ? OrderedJson(value) : OrderedJson(nullptr);
    };
    return {
        {"log_odds", number(odds->log)}, {"low", number(odds->low)}, {"high", number(odds->high)}};
}

OrderedJson toJson(const FeatureAssociation& one)
{
    return {{"feature", one.feature}, {"title", one.title}, {"good", one.good},
        {"good_with", one.goodWith}, {"bad", one.bad}, {"bad_with", one.badWith},
        {"odds", toJson(one.odds)}, {"pairs", one.pairs}, {"only_good", one.onlyGood},
        {"only_bad", one.onlyBad}, {"paired_odds", toJson(one.pairedOdds)}};
}

} // namespace

OrderedJson toJson(const DiversityReport& report)
{
    OrderedJson verbs = OrderedJson::array();
    for (const RequestVerb& verb : report.verbs)
        verbs.push_back(
            {{"verb", verb.verb}, {"rows", verb.rows}, {"objects", toJson(verb.objects, "word")}});
    OrderedJson sources = OrderedJson::array();
    for (const SourceDiversity& source : report.sources)
        sources.push_back({{"dataset", source.dataset}, {"rows", source.rows},
            {"multi_turn", source.multiTurn}, {"distinct_2", source.bigrams.share()}});
    OrderedJson associations = OrderedJson::array();
    for (const FeatureAssociation& one : report.associations)
        associations.push_back(toJson(one));
    return {{"rows", report.rows}, {"distinct_rows", report.distinct}, {"sampled", report.sampled},
        {"seed", report.seed}, {"requests", toJson(report.requests)},
        {"answers", toJson(report.answers)},
        {"near_duplicates", {{"prompts", report.prompts}, {"groups", report.nearGroups},
                                {"rows", report.nearRows}, {"largest", report.largestNearGroup}}},
        {"multi_turn", report.multiTurn}, {"languages", toJson(report.languages, "language")},
        {"rows_with_verb", report.rowsWithVerb}, {"verbs", std::move(verbs)},
        {"tokens", toJson(report.tokens)}, {"request_words", toJson(report.requestWords)},
        {"answer_words", toJson(report.answerWords)}, {"rounds", toJson(report.rounds)},
        {"sources", std::move(sources)}, {"labelled", report.labelled},
        {"associations", std::move(associations)}};
}

} // namespace koala
