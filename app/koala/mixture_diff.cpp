// koala mixture diff: what differs between two mixtures of the project.
#include "core/data/mix/mixture_diff.h"

#include <cstdio>

#include "app/koala/mixture_verbs.h"

namespace koala {
namespace {

OrderedJson settingsJson(const std::vector<SettingDifference>& settings)
{
    OrderedJson list = OrderedJson::array();
    const auto value = [](const std::string& text) {
        return text.empty() ? OrderedJson(nullptr) : OrderedJson::parse(text);
    };
    for (const SettingDifference& one : settings)
        list.push_back(
            {{"name", one.name}, {"before", value(one.before)}, {"after", value(one.after)}});
    return list;
}

OrderedJson rowsJson(const std::vector<SampleRow>& rows)
{
    OrderedJson list = OrderedJson::array();
    for (const SampleRow& row : rows)
        list.push_back({{"uid", row.uid}, {"row", row.row}, {"text", row.text}});
    return list;
}

OrderedJson sideJson(const std::optional<SourceCounts>& counts, const std::optional<double>& share)
{
    if (!counts)
        return nullptr;
    OrderedJson json = amountsJson(counts->taken);
    json["share"] = *share;
    json["epochs"] = counts->epochs;
    json["held_out"] = amountsJson(counts->heldOut);
    return json;
}

OrderedJson toJson(const MixtureDifference& difference)
{
    OrderedJson sources = OrderedJson::array();
    for (const SourceDifference& source : difference.sources)
        sources.push_back(
            {{"dataset", source.dataset}, {"before", sideJson(source.before, source.shareBefore)},
                {"after", sideJson(source.after, source.shareAfter)},
                {"settings", settingsJson(source.settings)}, {"gained", source.gained},
                {"lost", source.lost}, {"repeated", source.repeated},
                {"gained_rows", rowsJson(source.gainedRows)},
                {"lost_rows", rowsJson(source.lostRows)}});
    return {{"settings", settingsJson(difference.settings)}, {"sources", std::move(sources)},
        {"before", {{"total", amountsJson(difference.totalBefore)},
                       {"held_out", amountsJson(difference.heldOutBefore)},
                       {"order_sha256", difference.orderBefore}}},
        {"after", {{"total", amountsJson(difference.totalAfter)},
                      {"held_out", amountsJson(difference.heldOutAfter)},
                      {"order_sha256", difference.orderAfter}}},
        {"gained", difference.gained}, {"lost", difference.lost}, {"repeated", difference.repeated},
        {"same_order", difference.sameOrder()}};
}

void printSettings(const std::vector<SettingDifference>& settings, const char* indent)
{
    for (const SettingDifference& one : settings)
        std::printf("%s%s: %s -> %s\n", indent, one.name.c_str(),
            one.before.empty() ? "-" : one.before.c_str(),
            one.after.empty() ? "-" : one.after.c_str());
}

std::string change(std::uint64_t before, std::uint64_t after)
{
    return before == after ? std::to_string(after)
                           : fmt::format("{} -> {} ({:+d})", before, after,
                                 std::int64_t(after) - std::int64_t(before));
}

void printRows(const char* sign, std::uint64_t count, const std::vector<SampleRow>& rows)
{
    if (count == 0)
        return;
    std::printf("  %s %llu rows, for example\n", sign, static_cast<unsigned long long>(count));
    for (const SampleRow& row : rows)
        std::printf("    %s %s  %s\n", sign, row.uid.c_str(), row.text.c_str());
}

void print(const MixtureDifference& difference)
{
    printSettings(difference.settings, "");
    for (const SourceDifference& source : difference.sources) {
        const SourceCounts before = source.before.value_or(SourceCounts{});
        const SourceCounts after = source.after.value_or(SourceCounts{});
        std::printf("%s%s\n", source.dataset.c_str(),
            !source.before  ? " (only in the second)"
            : !source.after ? " (only in the first)"
                            : "");
        printSettings(source.settings, "  ");
        std::printf("  share %.2f %% -> %.2f %%; rows %s; tokens %s; trained tokens %s\n",
            100 * source.shareBefore.value_or(0), 100 * source.shareAfter.value_or(0),
            change(before.taken.rows, after.taken.rows).c_str(),
            change(before.taken.tokens, after.taken.tokens).c_str(),
            change(before.taken.trainedTokens, after.taken.trainedTokens).c_str());
        if (source.repeated > 0)
            std::printf("  %llu rows are seen another number of times\n",
                static_cast<unsigned long long>(source.repeated));
        printRows("+", source.gained, source.gainedRows);
        printRows("-", source.lost, source.lostRows);
    }
    std::printf("total: rows %s; tokens %s; trained tokens %s\n",
        change(difference.totalBefore.rows, difference.totalAfter.rows).c_str(),
        change(difference.totalBefore.tokens, difference.totalAfter.tokens).c_str(),
        change(difference.totalBefore.trainedTokens, difference.totalAfter.trainedTokens).c_str());
    if (difference.sameOrder())
        std::printf("same order: %s\n", difference.orderAfter.c_str());
    else
        std::printf(
            "order: %s -> %s\n", difference.orderBefore.c_str(), difference.orderAfter.c_str());
}

int diffMixtures(const CommandContext& context, const RecipeOptions& options)
{
    const auto before = openRecipe(context, options.recipe);
    if (!before.ok())
        return fail(before.error());
    const auto after = openRecipe(context, options.other);
    if (!after.ok())
        return fail(after.error());
    const auto difference = compareMixtures(**before, **after);
    if (!difference.ok())
        return fail(difference.error());
    if (context.json)
        std::puts(toLine(toJson(*difference)).c_str());
    else
        print(*difference);
    return kDone;
}

} // namespace

void addMixtureDiff(CLI::App& noun, CommandContext& context)
{
    auto options = std::make_shared<RecipeOptions>();
    addRecipeVerb(noun, context, "diff", "what differs between two mixtures, with sample rows",
        options, diffMixtures)
        ->add_option("other", options->other, "the second mixture")
        ->required();
}

} // namespace koala
