// koala mixture: its verbs, one file each, and what they share; show is short enough to stay here.
#include <cstdio>

#include "app/koala/commands.h"
#include "app/koala/mixture_verbs.h"
#include "core/base/utf8.h"

namespace koala {
namespace {

int showMixture(const CommandContext& context, const RecipeOptions& options)
{
    const auto project = openProject(context);
    if (!project.ok())
        return fail(project.error());
    const auto named = findMixture(*project, options.recipe);
    if (!named.ok())
        return fail(named.error());
    const OrderedJson json = toJson(named->mixture);
    std::puts(context.json ? toLine(json).c_str() : json.dump(1).c_str());
    return kDone;
}

} // namespace

CLI::App* addRecipeVerb(CLI::App& noun, CommandContext& context, const std::string& name,
    const std::string& help, const std::shared_ptr<RecipeOptions>& options, RecipeVerb run)
{
    CLI::App* verb = addVerb(noun, context, name, help);
    verb->add_option("recipe", options->recipe, "a mixture of the project, or a file")->required();
    verb->callback([&context, options, run] {
        context.action = [&context, options, run] { return run(context, *options); };
    });
    return verb;
}

Result<std::shared_ptr<const ResolvedMixture>> openRecipe(
    const CommandContext& context, const std::string& recipe)
{
    KOALA_TRY(const Project project, openProject(context));
    KOALA_TRY(const NamedMixture named, findMixture(project, recipe));
    return openMixture(project, named.mixture, {});
}

OrderedJson amountsJson(const MixtureAmounts& amounts)
{
    return {{"rows", amounts.rows}, {"tokens", amounts.tokens},
        {"trained_tokens", amounts.trainedTokens}};
}

OrderedJson termsJson(const std::vector<SourceTerms>& sources)
{
    OrderedJson list = OrderedJson::array();
    for (const SourceTerms& source : sources)
        list.push_back(toJson(source));
    return list;
}

void printTerms(std::FILE* out, const std::vector<SourceTerms>& sources)
{
    for (const SourceTerms& source : sources)
        std::fprintf(out, "licence of %s: %s%s%s\n", plain(source.dataset).c_str(),
            source.licence.empty() ? "not stated" : plain(source.licence).c_str(),
            source.terms.empty() ? "" : "; ", plain(source.terms).c_str());
    if (const std::string notice = nonCommercialNotice(sources); !notice.empty())
        std::fprintf(out, "%s\n", plain(notice).c_str());
}

std::string plain(const std::string& text)
{
    std::string out = toValidUtf8(text);
    for (char& c : out)
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
            c = ' ';
    return out;
}

void addMixtureCommand(CLI::App& koala, CommandContext& context)
{
    CLI::App* noun = koala.add_subcommand(
        "mixture", "mixtures: make, show, build, compare, measure, look at tokens, export");
    noun->require_subcommand(1);
    addMixtureNew(*noun, context);
    addMixtureTemplates(*noun, context);
    addRecipeVerb(*noun, context, "show", "the recipe itself", std::make_shared<RecipeOptions>(),
        showMixture);
    addMixtureBuild(*noun, context);
    addMixtureDiff(*noun, context);
    addMixtureStats(*noun, context);
    addMixtureTokens(*noun, context);
    addMixtureExport(*noun, context);
}

} // namespace koala
