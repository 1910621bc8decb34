// koala model diff | apply: weight differences in the three published schemes.
#include <cstdio>
#include <stop_token>

#include <signal.h>

#include "app/koala/model_verbs.h"
#include "app/koala/signal_watcher.h"
#include "core/base/sha256.h"
#include "core/weights/easylm_file.h"
#include "core/weights/weight_difference.h"

namespace koala {
namespace {

struct DifferenceOptions {
    std::string base;
    std::string other; // the tuned model, or the difference
    std::string out;
    std::string scheme = "easylm";
    std::string config;
    bool apply = false;
};

// The tokeniser that belongs to the result: Alpaca and FastChat enlarge it, so the other model's
// counts where it has one.
fs::path tokenizerOf(const ResolvedModel& base, const ResolvedModel& other)
{
    return loadTokenizer(other.checkpoint).ok() ? other.checkpoint : base.checkpoint;
}

Status writeFolder(const SourceModel& model, TensorType type, const fs::path& tokenizerPath,
    const fs::path& out, const WriteProgress& progress)
{
    const fs::path parent = out.has_parent_path() ? out.parent_path() : fs::path(".");
    KOALA_TRY(TemporaryDirectory staging, TemporaryDirectory::create(parent, ".difference"));
    // Published differences come without a tokeniser at times.
    KOALA_RETURN_IF_ERROR(
        loadTokenizer(tokenizerPath).ok()
            ? writeModelFolder(staging.path(), model, {type, tokenizerPath}, progress)
            : writeHfModel(staging.path(), model, type, {}, progress));
    KOALA_RETURN_IF_ERROR(publishDirectory(staging.path(), out));
    staging.release();
    return {};
}

Result<OrderedJson> makeOrApply(
    const CommandContext& context, const DifferenceOptions& options, std::stop_token stop)
{
    const auto scheme = differenceSchemeFrom(options.scheme);
    if (!scheme)
        return invalidInput("\"" + options.scheme +
                            "\" is no scheme; choose easylm, fastchat or alpaca with --scheme");
    std::error_code code;
    if (fs::exists(options.out, code))
        return invalidInput(
            options.out + " exists already; choose another name or remove it first");
    KOALA_TRY(const ResolvedModel baseName, resolveModelName(context, options.base));
    KOALA_TRY(const ResolvedModel otherName, resolveModelName(context, options.other));
    KOALA_TRY(const SourceModel base, openResolvedModel(baseName, {options.config}));
    KOALA_TRY(const SourceModel other, openResolvedModel(otherName, {options.config}));
    KOALA_TRY(const SourceModel result,
        options.apply ? withDifference(base, other, *scheme) : differenceOf(base, other, *scheme));
    const WriteProgress progress = tensorProgress(std::move(stop));
    const TensorType type = differenceType(*scheme);
    if (*scheme == DifferenceScheme::EasyLm)
        KOALA_RETURN_IF_ERROR(writeEasyLm(options.out, result, type, kFlaxChunkBytes, progress));
    else
        KOALA_RETURN_IF_ERROR(
            writeFolder(result, type, tokenizerOf(baseName, otherName), options.out, progress));
    SourceOptions reread{options.config};
    KOALA_TRY(const SourceModel written, openSourceModel(options.out, reread));
    KOALA_TRY(const ValueSum sum, sumOf(written));
    OrderedJson facts{{"path", options.out}, {"scheme", options.scheme},
        {"type", tensorTypeName(type)}, {"sum", sum.weights},
        {"sum_with_rotary_buffers", sum.withRotaryBuffers}, {"not_finite", sum.notFinite}};
    if (fs::is_directory(options.out, code)) {
        KOALA_TRY(facts["sha256"], checkpointSha256(options.out));
    } else {
        KOALA_TRY(facts["sha256"], sha256File(options.out));
    }
    return facts;
}

int run(const CommandContext& context, const DifferenceOptions& options)
{
    std::stop_source stop;
    const SignalWatcher watcher({SIGINT, SIGTERM}, [&](int) { stop.request_stop(); });
    const auto facts = makeOrApply(context, options, stop.get_token());
    if (!facts.ok())
        return fail(facts.error());
    if (context.json)
        std::puts(toLine(*facts).c_str());
    else
        std::printf("%s written: sha256 %s, sum of all values %.4f (%.4f with rotary buffers)\n",
            options.out.c_str(), (*facts)["sha256"].get<std::string>().c_str(),
            (*facts)["sum"].get<double>(), (*facts)["sum_with_rotary_buffers"].get<double>());
    if ((*facts)["not_finite"].get<std::uint64_t>() == 0)
        return kDone;
    std::fprintf(stderr, "koala: the result holds values that are no numbers: the two models do "
                         "not belong together, or one is damaged\n");
    return kIncomplete;
}

void addOne(CLI::App& noun, CommandContext& context, bool apply)
{
    CLI::App* verb = apply ? addVerb(noun, context, "apply", "a base with a difference added to it")
                           : addVerb(noun, context, "diff", "what a fine-tune changed in its base");
    auto options = std::make_shared<DifferenceOptions>();
    options->apply = apply;
    verb->add_option("base", options->base, "the base: a slug, a file or a folder")->required();
    verb->add_option(apply ? "difference" : "tuned", options->other,
            apply ? "the difference" : "the fine-tuned model")
        ->required();
    verb->add_option("out", options->out, "the file or folder to write; it must not exist")
        ->required();
    verb->add_option("--scheme", options->scheme,
        "easylm (bf16, a streaming file), fastchat (fp16) or alpaca (fp32), both folders");
    verb->add_option("--config", options->config, "for weights alone: 7b … or a config.json");
    verb->callback([&context, options] {
        context.action = [&context, options] { return run(context, *options); };
    });
}

} // namespace

void addModelDifferences(CLI::App& noun, CommandContext& context)
{
    addOne(noun, context, false);
    addOne(noun, context, true);
}

} // namespace koala
