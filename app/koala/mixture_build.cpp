// koala mixture build: exact counts by source, the order, and the licences that come along.
#include <cstdio>

#include "app/koala/mixture_verbs.h"

namespace koala {
namespace {

OrderedJson buildFacts(const ResolvedMixture& mixture)
{
    const MixtureResult& result = mixture.result();
    OrderedJson sources = OrderedJson::array();
    for (const SourceCounts& counts : result.sources) {
        OrderedJson source{{"dataset", counts.dataset}};
        source.update(amountsJson(counts.taken));
        source["epochs"] = counts.epochs;
        source["available"] = amountsJson(counts.available);
        source["held_out"] = amountsJson(counts.heldOut);
        source["left_out"] = counts.leftOut;
        sources.push_back(std::move(source));
    }
    const TrainingStream stream(
        std::shared_ptr<const ResolvedMixture>(&mixture, [](const ResolvedMixture*) {}),
        StreamPart::Training);
    OrderedJson json{{"name", mixture.mixture().name}, {"sources", sources},
        {"total", amountsJson(result.total)}, {"held_out", amountsJson(result.heldOut)},
        {"sequences", stream.sequences(0)}, {"order_sha256", mixture.orderSha256()}};
    json["licences"] = termsJson(mixture.terms());
    return json;
}

int buildMixture(const CommandContext& context, const RecipeOptions& options)
{
    const auto mixture = openRecipe(context, options.recipe);
    if (!mixture.ok())
        return fail(mixture.error());
    const OrderedJson facts = buildFacts(**mixture);
    if (context.json) {
        std::puts(toLine(facts).c_str());
        return kDone;
    }
    std::printf("%-20s %9s %11s %11s %8s %9s\n", "source", "rows", "tokens", "trained", "epochs",
        "held out");
    for (const SourceCounts& counts : (*mixture)->result().sources)
        std::printf("%-20s %9llu %11llu %11llu %8.2f %9llu\n", counts.dataset.c_str(),
            static_cast<unsigned long long>(counts.taken.rows),
            static_cast<unsigned long long>(counts.taken.tokens),
            static_cast<unsigned long long>(counts.taken.trainedTokens), counts.epochs,
            static_cast<unsigned long long>(counts.heldOut.rows));
    const MixtureResult& result = (*mixture)->result();
    std::printf("%-20s %9llu %11llu %11llu %8s %9llu\n", "total",
        static_cast<unsigned long long>(result.total.rows),
        static_cast<unsigned long long>(result.total.tokens),
        static_cast<unsigned long long>(result.total.trainedTokens), "",
        static_cast<unsigned long long>(result.heldOut.rows));
    std::printf("%llu sequences of up to %lld tokens; order %s\n",
        static_cast<unsigned long long>(facts["sequences"].get<std::uint64_t>()),
        static_cast<long long>((*mixture)->mixture().packingLength),
        (*mixture)->orderSha256().c_str());
    printTerms(stdout, (*mixture)->terms());
    return kDone;
}

} // namespace

void addMixtureBuild(CLI::App& noun, CommandContext& context)
{
    addRecipeVerb(noun, context, "build", "exact counts by source, licences, and the order",
        std::make_shared<RecipeOptions>(), buildMixture);
}

} // namespace koala
