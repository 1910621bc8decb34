// koala model list | show | tokenize, and where the other verbs join in.
#include <cstdio>
#include <iostream>
#include <iterator>

#include "app/koala/commands.h"
#include "app/koala/model_verbs.h"
#include "app/koala/project_context.h"
#include "core/base/utf8.h"
#include "core/weights/checkpoint.h"

namespace koala {
namespace {

struct TokenizeOptions {
    std::string model;
    std::vector<std::string> texts;
};

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
            std::puts(toLine(toJson(entry)).c_str());
        else
            std::printf("%-24s %-8s %s\n", entry.slug.c_str(), entry.templateName.c_str(),
                entry.problem.empty() ? entry.path.c_str() : entry.problem.c_str());
    return kDone;
}

Result<OrderedJson> modelFacts(const CommandContext& context, const std::string& name)
{
    KOALA_TRY(const ResolvedModel model, resolveModelName(context, name));
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
    const auto model = resolveModelName(context, options.model);
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
    CLI::App* noun = koala.add_subcommand(
        "model", "models: new, import, list, show, tokenize, export, diff, apply, verify");
    noun->require_subcommand(1);
    addModelNew(*noun, context);
    addModelImport(*noun, context);
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
    addModelExport(*noun, context);
    addModelDifferences(*noun, context);
    addModelVerify(*noun, context);
}

} // namespace koala
