// koala model import: links what can be used as it lies (GGUF, Hugging Face safetensors) and
// converts every other format once, into a Hugging Face folder of the project.
#include <cstdio>
#include <stop_token>

#include <signal.h>

#include "app/koala/model_verbs.h"
#include "app/koala/project_context.h"
#include "app/koala/signal_watcher.h"

namespace koala {
namespace {

struct ImportOptions {
    std::string path;
    std::string name;
    std::string licence;
    std::string chatTemplate;
    std::string config;
    std::string tokenizer;
};

// GGUF and safetensors folders are mapped by the engine and the trainer as they are.
bool isLinked(const fs::path& path)
{
    std::error_code code;
    if (fs::is_directory(path, code))
        return fs::exists(path / "model.safetensors", code) ||
               fs::exists(path / "model.safetensors.index.json", code);
    const auto head = readHead(path, 4);
    return head.ok() && *head == "GGUF";
}

// --tokenizer, else what lies with the weights.
Result<fs::path> tokenizerOf(const ImportOptions& options)
{
    if (!options.tokenizer.empty())
        return fs::path(options.tokenizer);
    std::error_code code;
    const fs::path path = options.path;
    const fs::path folder = fs::is_directory(path, code) ? path : path.parent_path();
    if (fs::exists(folder / "tokenizer.model", code) || fs::exists(folder / "tokenizer.json", code))
        return folder;
    return notFound(
        options.path + " has no tokeniser beside it; name its tokenizer.model with --tokenizer");
}

Status checkVocabulary(
    const Tokenizer& tokenizer, const ModelConfig& config, const std::string& path)
{
    if (tokenizer.vocabularySize() <= config.vocabularySize)
        return {};
    return invalidInput(fmt::format(
        "{}: its tokeniser has {} pieces and its embedding {} rows; they do not belong together",
        path, tokenizer.vocabularySize(), config.vocabularySize));
}

// As stored, but what only engines can use becomes bf16.
TensorType keptType(const SourceModel& model)
{
    const TensorType stored = model.tensors.front().type;
    return stored == TensorType::F32 || stored == TensorType::F16 ? stored : TensorType::BF16;
}

std::string titleOf(const fs::path& path)
{
    std::error_code code;
    return fs::is_directory(path, code) ? path.filename().string() : path.stem().string();
}

Result<std::optional<TemplateId>> templateOf(const std::string& name)
{
    if (name.empty())
        return std::optional<TemplateId>();
    KOALA_TRY(const TemplateId id, templateFromName(name));
    return std::optional(id);
}

Result<ModelEntry> linkModel(const Project& project, const ImportOptions& options)
{
    KOALA_TRY(const std::shared_ptr<const Checkpoint> checkpoint, openCheckpoint(options.path));
    // A model that cannot read text is of no use in a project.
    KOALA_TRY(const std::shared_ptr<const Tokenizer> tokenizer, loadTokenizer(options.path));
    KOALA_RETURN_IF_ERROR(checkVocabulary(*tokenizer, checkpoint->config(), options.path));
    const std::string chatTemplate =
        options.chatTemplate.empty() ? checkpoint->templateHint() : options.chatTemplate;
    if (const auto known = templateOf(chatTemplate); !known.ok())
        return known.error();
    KOALA_TRY(const std::string sha256, checkpointSha256(options.path));
    std::error_code code;
    const std::string title = titleOf(fs::canonical(options.path, code));
    return project.linkModel(options.path, options.name.empty() ? slugify(title) : options.name,
        title, sha256, options.licence, chatTemplate);
}

Result<ModelEntry> convertModel(
    const Project& project, const ImportOptions& options, std::stop_token stop)
{
    KOALA_TRY(const fs::path tokenizerPath, tokenizerOf(options));
    KOALA_TRY(const std::shared_ptr<const Tokenizer> tokenizer, loadTokenizer(tokenizerPath));
    KOALA_TRY(const SourceModel model, openSourceModel(options.path, {options.config}));
    printNotes(model);
    KOALA_RETURN_IF_ERROR(checkVocabulary(*tokenizer, model.config, options.path));
    KOALA_TRY(const std::optional<TemplateId> chatTemplate, templateOf(options.chatTemplate));

    ModelEntry entry;
    std::error_code code;
    entry.title = titleOf(fs::canonical(options.path, code));
    entry.slug = options.name.empty() ? slugify(entry.title) : options.name;
    entry.licence = options.licence;
    entry.templateName = options.chatTemplate;
    KOALA_TRY(ImportedModel staged, project.beginModel(entry.slug));
    KOALA_RETURN_IF_ERROR(writeModelFolder(staged.weights, model,
        {keptType(model), tokenizerPath, chatTemplate}, tensorProgress(stop)));
    KOALA_TRY(entry.sha256, checkpointSha256(staged.weights));
    return project.publishModel(std::move(staged), entry, options.path);
}

Result<ModelEntry> importModel(
    const CommandContext& context, const ImportOptions& options, std::stop_token stop)
{
    KOALA_TRY(const Project project, openProject(context));
    std::error_code code;
    if (!fs::exists(options.path, code))
        return notFound(options.path + " does not exist; check the path of the model");
    return isLinked(options.path) ? linkModel(project, options)
                                  : convertModel(project, options, std::move(stop));
}

int runImport(const CommandContext& context, const ImportOptions& options)
{
    std::stop_source stop;
    const SignalWatcher watcher({SIGINT, SIGTERM}, [&](int) { stop.request_stop(); });
    const auto entry = importModel(context, options, stop.get_token());
    if (!entry.ok())
        return fail(entry.error());
    if (context.json)
        std::puts(toLine(toJson(*entry)).c_str());
    else
        std::printf("%s: %s, template %s\n", entry->slug.c_str(), entry->path.c_str(),
            entry->templateName.empty() ? "not known" : entry->templateName.c_str());
    return kDone;
}

} // namespace

void addModelImport(CLI::App& noun, CommandContext& context)
{
    CLI::App* imported = addVerb(noun, context, "import",
        "link a GGUF file or Hugging Face folder, or convert a model of another format");
    auto options = std::make_shared<ImportOptions>();
    imported
        ->add_option("path", options->path,
            "GGUF or safetensors (stays where it is); Meta's .pth, .bin, llama2.c, EasyLM or flax")
        ->required();
    imported->add_option("--name", options->name, "name of the model");
    imported->add_option(
        "--licence", options->licence, "licence of the weights, kept with the model");
    imported->add_option("--template", options->chatTemplate, "chat template; else the file's own");
    imported->add_option("--config", options->config,
        "for weights alone: 7b, llama2_13b … or a config.json or params.json");
    imported->add_option("--tokenizer", options->tokenizer,
        "tokenizer.model or a folder with one; else what lies beside the weights");
    imported->callback([&context, options] {
        context.action = [&context, options] { return runImport(context, *options); };
    });
}

} // namespace koala
