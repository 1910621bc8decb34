// koala model verify: is this the model it was, and is it whole?
#include <cstdio>

#include "app/koala/model_verbs.h"
#include "app/koala/project_context.h"
#include "core/base/sha256.h"
#include "core/run/checkpoints.h"
#include "core/weights/weight_difference.h"

namespace koala {
namespace {

struct VerifyOptions {
    std::string model;
    std::string config;
    bool tensors = false;
};

Status checkManifest(const ResolvedModel& model)
{
    std::error_code code;
    for (const fs::path& folder : {model.adapter, model.checkpoint})
        if (!folder.empty() && fs::exists(folder / "manifest.json", code))
            KOALA_RETURN_IF_ERROR(verifyCheckpoint(folder));
    return {};
}

// What the project noted when the model was imported; "" for a path.
std::string notedSha256(const CommandContext& context, const ResolvedModel& model)
{
    if (!model.adapter.empty())
        return model.baseSha256;
    const auto project = openProject(context);
    if (!project.ok())
        return {};
    const auto entry = project->model(model.name);
    return entry.ok() ? entry->sha256 : std::string();
}

Result<OrderedJson> tensorFacts(const SourceModel& model)
{
    OrderedJson list = OrderedJson::array();
    for (const SourceTensor& tensor : model.tensors) {
        std::vector<std::byte> data(tensor.bytes());
        KOALA_RETURN_IF_ERROR(tensor.read(data));
        list.push_back(
            {{"name", tensor.name}, {"type", tensorTypeName(tensor.type)}, {"shape", tensor.shape},
                {"sha256", sha256Hex({reinterpret_cast<const char*>(data.data()), data.size()})}});
    }
    return list;
}

Result<OrderedJson> verifyModel(const CommandContext& context, const VerifyOptions& options)
{
    KOALA_TRY(const ResolvedModel resolved, resolveModelName(context, options.model));
    KOALA_RETURN_IF_ERROR(checkManifest(resolved));
    KOALA_TRY(const SourceModel model, openResolvedModel(resolved, {options.config}));
    printNotes(model);
    std::error_code code;
    const bool isFolder = fs::is_directory(resolved.checkpoint, code);
    const bool isHf =
        isFolder && model.format.starts_with("Hugging Face") && !model.format.ends_with(".bin");
    std::string sha256;
    if (!isFolder) {
        KOALA_TRY(sha256, sha256File(resolved.checkpoint));
    } else if (isHf) {
        KOALA_TRY(sha256, checkpointSha256(resolved.checkpoint));
    }
    const std::string noted = notedSha256(context, resolved);
    if (!noted.empty() && noted != sha256)
        return invalidInput(fmt::format(
            "{}: its weights are not those that were imported: sha256 {} now, {} then. Import the "
            "model again under another name, or put the old file back",
            resolved.checkpoint.string(), sha256, noted));
    KOALA_TRY(const ValueSum sum, sumOf(model));
    if (sum.notFinite > 0)
        return invalidInput(
            fmt::format("{}: {} of its values are no numbers (NaN or infinite); the "
                        "training diverged or the file is damaged",
                resolved.name, sum.notFinite));
    OrderedJson facts{{"name", resolved.name}, {"path", resolved.checkpoint.string()},
        {"format", model.format}, {"sha256", sha256}, {"noted_sha256", noted},
        {"parameters", model.config.parameterCount()}, {"sum", sum.weights},
        {"sum_with_rotary_buffers", sum.withRotaryBuffers}};
    if (options.tensors) {
        KOALA_TRY(facts["tensors"], tensorFacts(model));
    }
    return facts;
}

int run(const CommandContext& context, const VerifyOptions& options)
{
    const auto facts = verifyModel(context, options);
    if (!facts.ok())
        return fail(facts.error());
    std::puts(context.json ? toLine(*facts).c_str() : facts->dump(1).c_str());
    return kDone;
}

} // namespace

void addModelVerify(CLI::App& noun, CommandContext& context)
{
    CLI::App* verb = addVerb(noun, context, "verify",
        "read every value: hashes as noted, nothing missing, all numbers finite");
    auto options = std::make_shared<VerifyOptions>();
    verb->add_option("model", options->model, "a slug, RUN@STEP, a file or a folder")->required();
    verb->add_option("--config", options->config, "for weights alone: 7b … or a config.json");
    verb->add_flag("--tensors", options->tensors, "name each tensor with its hash");
    verb->callback([&context, options] {
        context.action = [&context, options] { return run(context, *options); };
    });
}

} // namespace koala
