// app/koala/mixture_verbs.h: the verbs of `koala mixture`, one file each; and what they share.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>

#include "app/koala/command.h"
#include "app/koala/project_context.h"

namespace koala {

struct RecipeOptions {
    std::string recipe;
    std::string other;    // diff: the second mixture
    std::int64_t row = 1; // place in the epoch, from 1
    std::string out;
    std::string as; // tokens: a published program
    std::int64_t sample = 20'000;
};
using RecipeVerb = int (*)(const CommandContext&, const RecipeOptions&);
CLI::App* addRecipeVerb(CLI::App& noun, CommandContext& context, const std::string& name,
    const std::string& help, const std::shared_ptr<RecipeOptions>& options, RecipeVerb run);

// Each adds itself to `koala mixture`.
void addMixtureNew(CLI::App& noun, CommandContext& context);
void addMixtureTemplates(CLI::App& noun, CommandContext& context);
void addMixtureBuild(CLI::App& noun, CommandContext& context);
void addMixtureDiff(CLI::App& noun, CommandContext& context);
void addMixtureStats(CLI::App& noun, CommandContext& context);
void addMixtureTokens(CLI::App& noun, CommandContext& context);
void addMixtureExport(CLI::App& noun, CommandContext& context);

// The named mixture with its datasets, counted by its model's tokeniser.
Result<std::shared_ptr<const ResolvedMixture>> openRecipe(
    const CommandContext& context, const std::string& recipe);

OrderedJson amountsJson(const MixtureAmounts& amounts);

// Licences and terms of the sources, and which of them are non-commercial.
OrderedJson termsJson(const std::vector<SourceTerms>& sources);
void printTerms(std::FILE* out, const std::vector<SourceTerms>& sources);

// Foreign text on a terminal: no control characters.
std::string plain(const std::string& text);

} // namespace koala
