#include "core/data/clean/cleaning.h"

namespace koala {
namespace {

OrderedJson spansJson(const std::vector<TextSpan>& spans)
{
    OrderedJson list = OrderedJson::array();
    for (const TextSpan& span : spans)
        list.push_back({{"turn", span.turn}, {"begin", span.begin}, {"end", span.end}});
    return list;
}

std::vector<TextSpan> spansFrom(const Json& list)
{
    std::vector<TextSpan> spans;
    if (list.is_array())
        for (const Json& item : list)
            if (item.is_object())
                spans.push_back({std::uint32_t(integerOr(item, "turn", 0)),
                    std::uint32_t(integerOr(item, "begin", 0)),
                    std::uint32_t(integerOr(item, "end", 0))});
    return spans;
}

OrderedJson exampleJson(const StepExample& example)
{
    OrderedJson json{{"row", example.row}};
    if (example.otherRow)
        json["other_row"] = *example.otherRow;
    json["reason"] = example.reason;
    if (!example.spans.empty())
        json["spans"] = spansJson(example.spans);
    if (!example.otherSpans.empty())
        json["other_spans"] = spansJson(example.otherSpans);
    if (!example.before.empty() || !example.after.empty()) {
        json["before"] = example.before;
        json["after"] = example.after;
    }
    if (!example.otherText.empty())
        json["other_text"] = example.otherText;
    return json;
}

StepExample exampleFrom(const Json& json)
{
    StepExample example;
    example.row = std::uint64_t(integerOr(json, "row", 0));
    if (memberOr(json, "other_row").is_number())
        example.otherRow = std::uint64_t(integerOr(json, "other_row", 0));
    example.reason = stringOr(json, "reason", "");
    example.spans = spansFrom(memberOr(json, "spans"));
    example.otherSpans = spansFrom(memberOr(json, "other_spans"));
    example.before = stringOr(json, "before", "");
    example.after = stringOr(json, "after", "");
    example.otherText = stringOr(json, "other_text", "");
    return example;
}

OrderedJson stepJson(const StepReport& step)
{
    OrderedJson examples = OrderedJson::array();
    for (const StepExample& example : step.examples)
        examples.push_back(exampleJson(example));
    OrderedJson facts = OrderedJson::array();
    for (const auto& [name, value] : step.facts)
        facts.push_back({name, value});
    return {{"id", step.id}, {"type", step.type}, {"rows_before", step.rowsBefore},
        {"rows_after", step.rowsAfter}, {"taken", step.taken}, {"edited", step.edited},
        {"tagged", step.tagged}, {"facts", facts}, {"seconds", step.seconds},
        {"examples", examples}};
}

std::uint64_t countAt(const Json& json, std::string_view key)
{
    return std::uint64_t(std::max<std::int64_t>(0, integerOr(json, key, 0)));
}

} // namespace

OrderedJson toJson(const CleaningReport& report)
{
    OrderedJson steps = OrderedJson::array();
    for (const StepReport& step : report.steps)
        steps.push_back(stepJson(step));
    return {{"rows", report.rows}, {"kept", report.kept}, {"edited", report.edited},
        {"tagged", report.tagged}, {"effective_sha256", report.effectiveSha256},
        {"seconds", report.seconds}, {"steps", steps}};
}

Result<CleaningReport> cleaningReportFromJson(const Json& json, std::string_view what)
{
    const Json& steps = memberOr(json, "steps");
    if (!steps.is_array())
        return invalidInput(std::string(what) + " is no report of cleaning steps");
    CleaningReport report;
    report.rows = countAt(json, "rows");
    report.kept = countAt(json, "kept");
    report.edited = countAt(json, "edited");
    report.tagged = countAt(json, "tagged");
    report.effectiveSha256 = stringOr(json, "effective_sha256", "");
    report.seconds = numberOr(json, "seconds", 0.0);
    for (const Json& item : steps) {
        StepReport step;
        step.id = stringOr(item, "id", "");
        step.type = stringOr(item, "type", "");
        step.rowsBefore = countAt(item, "rows_before");
        step.rowsAfter = countAt(item, "rows_after");
        step.taken = countAt(item, "taken");
        step.edited = countAt(item, "edited");
        step.tagged = countAt(item, "tagged");
        step.seconds = numberOr(item, "seconds", 0.0);
        for (const Json& example : memberOr(item, "examples"))
            step.examples.push_back(exampleFrom(example));
        for (const Json& fact : memberOr(item, "facts"))
            if (fact.is_array() && fact.size() == 2 && fact[0].is_string() && fact[1].is_string())
                step.facts.emplace_back(fact[0].get<std::string>(), fact[1].get<std::string>());
        report.steps.push_back(std::move(step));
    }
    return report;
}

} // namespace koala
