// app/koala/project_context.h: opening what commands name: the project, a mixture with its
// tokeniser.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "app/koala/command.h"
#include "core/data/mix/training_stream.h"
#include "core/store/project.h"

namespace koala {

Result<Project> openProject(const CommandContext& context);

// A mixture by its slug or as a file.
struct NamedMixture {
    fs::path path;
    Mixture mixture;
};
Result<NamedMixture> findMixture(const Project& project, const std::string& recipe);

// A model's tokeniser, and the template that its model.json or its file names ("" where none does).
struct ModelTokenizer {
    std::shared_ptr<const Tokenizer> tokenizer;
    std::string templateName;
};
Result<ModelTokenizer> loadModelTokenizer(const Project& project, const std::string& model);

// The mixture with its datasets opened and its tokens counted by its model's tokeniser.
Result<std::shared_ptr<const ResolvedMixture>> openMixture(
    const Project& project, const Mixture& mixture, std::stop_token stop);

} // namespace koala
