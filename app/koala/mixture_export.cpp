// koala mixture export: what a run on another machine needs (contracts, section 9).
#include <algorithm>
#include <cstdio>
#include <set>

#include "app/koala/mixture_verbs.h"
#include "core/data/clean/steps.h"

namespace koala {
namespace {

// The licences of the mixture's datasets, named before a byte is written.
Result<std::vector<SourceTerms>> termsOf(const Project& project, const Mixture& mixture)
{
    std::vector<SourceTerms> list;
    for (const MixtureSource& source : mixture.sources) {
        const auto known = std::find_if(list.begin(), list.end(),
            [&](const SourceTerms& one) { return one.dataset == source.dataset; });
        if (known != list.end())
            continue;
        KOALA_TRY(const DatasetManifest manifest,
            readDatasetManifest(project.datasetsDirectory() / source.dataset));
        list.push_back(
            sourceTerms(source.dataset, manifest.title, manifest.licence, manifest.terms));
    }
    return list;
}

// The mixture's own exclusions, and what the datasets' cleaning steps compare with.
Result<std::set<std::string>> promptSetsOf(const Project& project, const Mixture& mixture)
{
    std::set<std::string> sets(mixture.excludePrompts.begin(), mixture.excludePrompts.end());
    for (const MixtureSource& source : mixture.sources) {
        KOALA_TRY(
            const CleaningSteps steps, readSteps(project.datasetsDirectory() / source.dataset));
        for (const CleaningStep& step : steps.steps) {
            KOALA_TRY(const std::vector<std::string> wanted, promptSetsOf(step));
            sets.insert(wanted.begin(), wanted.end());
        }
    }
    return sets;
}

// A project with this mixture and its datasets: it builds the same order.
Result<std::vector<SourceTerms>> writeExport(
    const CommandContext& context, const RecipeOptions& options)
{
    KOALA_TRY(const Project project, openProject(context));
    KOALA_TRY(const NamedMixture named, findMixture(project, options.recipe));
    KOALA_TRY(std::vector<SourceTerms> terms, termsOf(project, named.mixture));
    printTerms(stderr, terms);
    KOALA_TRY(const Project copy, Project::create(options.out, project.name()));
    for (const MixtureSource& source : named.mixture.sources) {
        const fs::path from = project.datasetsDirectory() / source.dataset;
        const fs::path folder = copy.datasetsDirectory() / source.dataset;
        std::error_code code;
        if (fs::exists(folder, code))
            continue;
        KOALA_RETURN_IF_ERROR(createDirectories(folder));
        for (const char* file : {"rows.jsonl", "steps.json", "quarantine.jsonl", "manifest.json"})
            KOALA_RETURN_IF_ERROR(copyFile(from / file, folder / file));
        if (!source.holdOut.listFile.empty()) {
            KOALA_TRY(
                const fs::path list, pathInside(project.directory(), source.holdOut.listFile));
            const fs::path target = copy.directory() / source.holdOut.listFile;
            KOALA_RETURN_IF_ERROR(createDirectories(target.parent_path()));
            KOALA_RETURN_IF_ERROR(copyFile(list, target));
        }
    }
    KOALA_TRY(const std::set<std::string> sets, promptSetsOf(project, named.mixture));
    for (const std::string& set : sets)
        KOALA_RETURN_IF_ERROR(copyFile(project.promptSetFile(set), copy.promptSetFile(set)));
    KOALA_RETURN_IF_ERROR(copyFile(named.path, copy.mixtureFile(named.path.stem().string())));
    OrderedJson licences{{"version", 1}, {"mixture", named.mixture.name}};
    licences["sources"] = termsJson(terms);
    KOALA_RETURN_IF_ERROR(writeJsonFile(copy.directory() / "licences.json", licences));
    return terms;
}

int exportMixture(const CommandContext& context, const RecipeOptions& options)
{
    const auto terms = writeExport(context, options);
    if (!terms.ok())
        return fail(terms.error());
    if (context.json)
        std::puts(
            toLine(OrderedJson{{"path", options.out}, {"licences", termsJson(*terms)}}).c_str());
    else
        std::printf("%s\n", options.out.c_str());
    return kDone;
}

} // namespace

void addMixtureExport(CLI::App& noun, CommandContext& context)
{
    auto options = std::make_shared<RecipeOptions>();
    addRecipeVerb(noun, context, "export", "a project folder with all that a run elsewhere needs",
        options, exportMixture)
        ->add_option("out", options->out, "the new folder")
        ->required();
}

} // namespace koala
