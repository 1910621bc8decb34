#include "app/koala/project_context.h"

#include <cstdio>

#include "core/weights/checkpoint.h"

namespace koala {

Result<Project> openProject(const CommandContext& context)
{
    KOALA_TRY(const fs::path directory, context.projectDirectory());
    return Project::open(directory);
}

Result<NamedMixture> findMixture(const Project& project, const std::string& recipe)
{
    NamedMixture named;
    std::error_code code;
    named.path = project.mixtureFile(recipe);
    if (!isSafeName(recipe) || !fs::exists(named.path, code)) {
        named.path = recipe;
        if (!fs::is_regular_file(named.path, code))
            return notFound("this project has no mixture \"" + recipe +
                            "\", and there is no such file; make one "
                            "with: koala mixture new");
    }
    KOALA_TRY(named.mixture, readMixture(named.path));
    return named;
}

Result<ModelTokenizer> loadModelTokenizer(const Project& project, const std::string& model)
{
    KOALA_TRY(const ResolvedModel resolved, project.resolveModel(model));
    ModelTokenizer loaded;
    KOALA_TRY(loaded.tokenizer, loadTokenizer(resolved.checkpoint));
    loaded.templateName = resolved.templateName;
    if (loaded.templateName.empty()) {
        KOALA_TRY(const std::shared_ptr<const Checkpoint> checkpoint,
            openCheckpoint(resolved.checkpoint));
        loaded.templateName = checkpoint->templateHint();
    }
    return loaded;
}

Result<std::shared_ptr<const ResolvedMixture>> openMixture(
    const Project& project, const Mixture& mixture, std::stop_token stop)
{
    if (mixture.model.empty())
        return invalidInput("the mixture \"" + mixture.name +
                            "\" names no model, so its tokens cannot be counted; "
                            "set \"model\" in it");
    KOALA_TRY(const ModelTokenizer model, loadModelTokenizer(project, mixture.model));
    const std::string& name =
        mixture.chatTemplate.empty() ? model.templateName : mixture.chatTemplate;
    if (name.empty())
        return invalidInput("neither the mixture \"" + mixture.name +
                            "\" nor its model names a chat template; set "
                            "\"template\" in the mixture");
    ResolvedMixture::Options options;
    KOALA_TRY(options.chatTemplate, templateFromName(name));
    options.projectDirectory = project.directory();
    options.stop = std::move(stop);
    if (showsProgress())
        options.progress = [](std::uint64_t done, std::uint64_t total) {
            std::fprintf(stderr, "\rcounting tokens: %llu of %llu rows ",
                static_cast<unsigned long long>(done), static_cast<unsigned long long>(total));
            if (done >= total)
                std::fputs("\n", stderr);
        };
    return ResolvedMixture::open(mixture, model.tokenizer, options);
}

} // namespace koala
