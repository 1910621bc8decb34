// What the verbs of `koala model` share: models by name, types by name, progress.
#include <algorithm>
#include <cctype>
#include <cstdio>

#include "app/koala/model_verbs.h"
#include "app/koala/project_context.h"

namespace koala {

Result<ResolvedModel> resolveModelName(const CommandContext& context, const std::string& name)
{
    const auto project = openProject(context);
    return project.ok() ? project->resolveModel(name) : resolveModelPath(name);
}

Result<SourceModel> openResolvedModel(const ResolvedModel& model, const SourceOptions& options)
{
    KOALA_TRY(SourceModel source, openSourceModel(model.checkpoint, options));
    if (model.adapter.empty())
        return source;
    KOALA_TRY(Adapter adapter, openAdapter(model.adapter, source.config));
    toRopeLayout(adapter, source.config);
    return mergedWith(std::move(source), std::make_shared<const Adapter>(std::move(adapter)));
}

Result<TensorType> tensorTypeFrom(const std::string& name)
{
    std::string upper = name;
    std::transform(upper.begin(), upper.end(), upper.begin(),
        [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    for (const TensorType type : {TensorType::F32, TensorType::F16, TensorType::BF16,
             TensorType::Q8_0, TensorType::Q4_1, TensorType::Q4_0})
        if (tensorTypeName(type) == upper)
            return type;
    return invalidInput(
        "\"" + name + "\" is no type of tensor; choose f32, f16, bf16, q8_0, q4_1 or q4_0");
}

WriteProgress tensorProgress(std::stop_token stop)
{
    return [stop = std::move(stop)](std::size_t done, std::size_t total) {
        if (showsProgress())
            std::fprintf(
                stderr, "\rtensor %zu of %zu%s", done + 1, total, done + 1 == total ? "\n" : "");
        return !stop.stop_requested();
    };
}

Status writeModelFolder(const fs::path& folder, const SourceModel& model,
    const ModelFolder& options, const WriteProgress& progress)
{
    KOALA_TRY(
        const std::shared_ptr<const Tokenizer> tokenizer, loadTokenizer(options.tokenizerPath));
    KOALA_RETURN_IF_ERROR(writeHfModel(folder, model, options.type,
        {.bosId = tokenizer->bosId(), .eosId = tokenizer->eosId()}, progress));
    return writeTokenizerFiles(options.tokenizerPath, options.chatTemplate, folder);
}

void printNotes(const SourceModel& model)
{
    for (const std::string& note : model.notes)
        std::fprintf(stderr, "koala: %s\n", note.c_str());
}

} // namespace koala
