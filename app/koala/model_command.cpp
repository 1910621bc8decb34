// koala model import | list | show | tokenize.
#include <cstdio>
#include <iostream>
#include <iterator>

#include "app/koala/commands.h"
#include "app/koala/project_context.h"
#include "core/base/utf8.h"
#include "core/weights/checkpoint.h"

namespace koala {
namespace {

struct ImportOptions {
    std::string path;
    std::string name;
    std::string licence;
    std::string chatTemplate;
};

struct TokenizeOptions {
    std::string model;
    std::vector<std::string> texts;
};

OrderedJson entryJson(const ModelEntry& entry)
{
    return {{"slug", entry.slug}, {"title", entry.title}, {"path", entry.path.string()},
        {"sha256", entry.sha256}, {"licence", entry.licence}, {"template", entry.templateName},
        {"problem", entry.problem}};
}

// In a project its models by name; without one, paths.
Result<ResolvedModel> resolve(const CommandContext& context, const std::string& name)
{
    const auto project = openProject(context);
    return project.ok() ? project->resolveModel(name) : resolveModelPath(name);
}

Result<ModelEntry> importModel(const CommandContext& context, const ImportOptions& options)
{
    KOALA_TRY(const Project project, openProject(context));
    KOALA_TRY(const std::shared_ptr<const Checkpoint> checkpoint, openCheckpoint(options.path));
    // A model that cannot read text is of no use in a project.
    KOALA_TRY(const std::shared_ptr<const Tokenizer> tokenizer, loadTokenizer(options.path));
    if (tokenizer->vocabularySize() > checkpoint->config().vocabularySize)
        return invalidInput(fmt::format(
            "{}: its tokeniser has {} pieces and its embedding {} rows; they do not belong "
            "together",
            options.path, tokenizer->vocabularySize(), checkpoint->config().vocabularySize));
    std::string chatTemplate =
        options.chatTemplate.empty() ? checkpoint->templateHint() : options.chatTemplate;
    if (!chatTemplate.empty()) {
        const auto known = templateFromName(chatTemplate);
        if (!known.ok())
            return known.error();
    }
    KOALA_TRY(const std::string sha256, checkpointSha256(options.path));
    std::error_code code;
    const fs::path path = fs::canonical(options.path, code);
    const std::string title =
        fs::is_directory(path, code) ? path.filename().string() : path.stem().string();
    return project.linkModel(path, options.name.empty() ? slugify(title) : options.name, title,
        sha256, options.licence, chatTemplate);
}

int runImport(const CommandContext& context, const ImportOptions& options)
{
    const auto entry = importModel(context, options);
    if (!entry.ok())
        return fail(entry.error());
    if (context.json)
        std::puts(toLine(entryJson(*entry)).c_str());
    else
        std::printf("%s: %s, template %s\n", entry->slug.c_str(), entry->path.c_str(),
            entry->templateName.empty() ? "not known" : entry->templateName.c_str());
    return kDone;
}

int listModels(const CommandContext& context)
{
    const auto project = openProject(context);
    if (!project.ok())
        return fail(project.error());
    const auto entries = project->models();
    if (!entries.ok())
        return fail(entries.error());
    for (const ModelEntry& entry : *entries)
        if (context.json)
            std::puts(toLine(entryJson(entry)).c_str());
        else
            std::printf("%-24s %-8s %s\n", entry.slug.c_str(), entry.templateName.c_str(),
                entry.problem.empty() ? entry.path.c_str() : entry.problem.c_str());
    return kDone;
}

Result<OrderedJson> modelFacts(const CommandContext& context, const std::string& name)
{
    KOALA_TRY(const ResolvedModel model, resolve(context, name));
    KOALA_TRY(const std::shared_ptr<const Checkpoint> checkpoint, openCheckpoint(model.checkpoint));
    KOALA_TRY(const std::shared_ptr<const Tokenizer> tokenizer, loadTokenizer(model.checkpoint));
    const ModelConfig& config = checkpoint->config();
    std::map<std::string, int> kinds;
    for (const TensorView& tensor : checkpoint->tensors())
        ++kinds[std::string(tensorTypeName(tensor.type))];
    return OrderedJson{{"name", model.name}, {"path", model.checkpoint.string()},
        {"adapter", model.adapter.string()},
        {"template", model.templateName.empty() ? checkpoint->templateHint() : model.templateName},
        {"markers", model.markers}, {"sha256", model.baseSha256},
        {"parameters", config.parameterCount()}, {"layers", config.layers}, {"width", config.width},
        {"mlp_width", config.mlpWidth}, {"heads", config.heads},
        {"key_value_heads", config.keyValueHeads}, {"context_tokens", config.contextTokens},
        {"vocabulary", config.vocabularySize}, {"rope_base", config.ropeBase},
        {"tied_embedding", config.tiedEmbedding}, {"tensors", kinds},
        {"tokenizer_pieces", tokenizer->vocabularySize()},
        {"tokenizer_sha256", tokenizer->fingerprint()}};
}

int showModel(const CommandContext& context, const std::string& name)
{
    const auto facts = modelFacts(context, name);
    if (!facts.ok())
        return fail(facts.error());
    std::puts(context.json ? toLine(*facts).c_str() : facts->dump(1).c_str());
    return kDone;
}

Status tokenizeText(const Tokenizer& tokenizer, const std::string& text, bool json)
{
    const std::vector<TokenId> ids = tokenizer.encode(text);
    if (json) {
        OrderedJson pieces = OrderedJson::array();
        for (const TokenId id : ids)
            pieces.push_back(tokenizer.piece(id));
        std::puts(toLine(OrderedJson{{"text", toValidUtf8(text)}, {"ids", ids}, {"pieces", pieces}})
                .c_str());
        return {};
    }
    for (const TokenId id : ids)
        std::printf("%6d  %s\n", id, tokenizer.piece(id).c_str());
    std::printf("%zu tokens\n", ids.size());
    return {};
}

int runTokenize(const CommandContext& context, const TokenizeOptions& options)
{
    const auto model = resolve(context, options.model);
    if (!model.ok())
        return fail(model.error());
    const auto tokenizer = loadTokenizer(model->checkpoint);
    if (!tokenizer.ok())
        return fail(tokenizer.error());
    std::vector<std::string> texts = options.texts;
    if (texts.empty() || (texts.size() == 1 && texts.front() == "-"))
        texts = {std::string(std::istreambuf_iterator<char>(std::cin), {})};
    for (const std::string& text : texts)
        if (const Status status = tokenizeText(**tokenizer, text, context.json); !status.ok())
            return fail(status.error());
    return kDone;
}

} // namespace

void addModelCommand(CLI::App& koala, CommandContext& context)
{
    CLI::App* noun = koala.add_subcommand("model", "models: import, list, show, tokenize");
    noun->require_subcommand(1);
    CLI::App* imported =
        addVerb(*noun, context, "import", "link a model file or folder into the project");
    auto options = std::make_shared<ImportOptions>();
    imported
        ->add_option(
            "path", options->path, "a GGUF file or a Hugging Face folder; it stays where it is")
        ->required();
    imported->add_option("--name", options->name, "name of the model");
    imported->add_option(
        "--licence", options->licence, "licence of the weights, kept with the model");
    imported->add_option("--template", options->chatTemplate, "chat template; else the file's own");
    imported->callback([&context, options] {
        context.action = [&context, options] { return runImport(context, *options); };
    });
    addVerb(*noun, context, "list", "the models of the project")->callback([&context] {
        context.action = [&context] { return listModels(context); };
    });
    CLI::App* shown = addVerb(*noun, context, "show", "the facts of a model");
    auto name = std::make_shared<std::string>();
    shown->add_option("model", *name, "a slug, RUN@STEP, RUN@last, a file or a folder")->required();
    shown->callback([&context, name] {
        context.action = [&context, name] { return showModel(context, *name); };
    });
    CLI::App* tokenized = addVerb(*noun, context, "tokenize", "texts as ids and pieces");
    auto texts = std::make_shared<TokenizeOptions>();
    tokenized->add_option("model", texts->model, "a slug, RUN@STEP, a file or a folder")
        ->required();
    tokenized->add_option("text", texts->texts, "the texts, or - for standard input");
    tokenized->callback([&context, texts] {
        context.action = [&context, texts] { return runTokenize(context, *texts); };
    });
}

} // namespace koala
