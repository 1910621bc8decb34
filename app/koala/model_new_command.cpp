// koala model new: random weights to train from scratch.
#include <cstdio>
#include <stop_token>

#include <signal.h>

#include "app/koala/model_verbs.h"
#include "app/koala/project_context.h"
#include "app/koala/signal_watcher.h"
#include "core/weights/random_model.h"
#include "core/weights/weight_config.h"

namespace koala {
namespace {

struct NewOptions {
    std::string name;
    std::string config = "debug";
    std::string tokenizer;
    std::int64_t seed = 42;
};

Result<ModelEntry> makeModel(
    const CommandContext& context, const NewOptions& options, std::stop_token stop)
{
    KOALA_TRY(const Project project, openProject(context));
    KOALA_TRY(const std::shared_ptr<const Tokenizer> tokenizer, loadTokenizer(options.tokenizer));
    KOALA_TRY(ModelConfig config, configNamedOrRead(options.config));
    config.vocabularySize = std::max(config.vocabularySize, tokenizer->vocabularySize());
    config.ropeLayout = RopeLayout::HalfSplit;
    ModelEntry entry;
    entry.slug = options.name;
    entry.title = fmt::format("{} with random weights, seed {}", options.config, options.seed);
    KOALA_TRY(ImportedModel staged, project.beginModel(entry.slug));
    const SourceModel model = randomModel(config, std::uint64_t(options.seed));
    KOALA_RETURN_IF_ERROR(writeModelFolder(staged.weights, model,
        {.type = TensorType::F32, .tokenizerPath = options.tokenizer}, tensorProgress(stop)));
    KOALA_TRY(entry.sha256, checkpointSha256(staged.weights));
    return project.publishModel(std::move(staged), entry, {});
}

int runNew(const CommandContext& context, const NewOptions& options)
{
    std::stop_source stop;
    const SignalWatcher watcher({SIGINT, SIGTERM}, [&](int) { stop.request_stop(); });
    const auto entry = makeModel(context, options, stop.get_token());
    if (!entry.ok())
        return fail(entry.error());
    if (context.json)
        std::puts(toLine(toJson(*entry)).c_str());
    else
        std::printf("%s: %s\n", entry->slug.c_str(), entry->title.c_str());
    return kDone;
}

} // namespace

void addModelNew(CLI::App& noun, CommandContext& context)
{
    CLI::App* verb = addVerb(noun, context, "new", "random weights, to train from scratch");
    auto options = std::make_shared<NewOptions>();
    verb->add_option("name", options->name, "name of the model")->required();
    verb->add_option("--config", options->config, "debug, 1b, 7b … or a config.json");
    verb->add_option(
            "--tokenizer", options->tokenizer, "tokenizer.model, or a folder or GGUF with one")
        ->required();
    verb->add_option("--seed", options->seed, "start of the random numbers");
    verb->callback([&context, options] {
        context.action = [&context, options] { return runNew(context, *options); };
    });
}

} // namespace koala
