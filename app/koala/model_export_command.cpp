// koala model export: a model or a checkpoint of a run, an adapter merged in, in the form that
// other programs read, with the model card beside it.
#include <cstdio>
#include <stop_token>

#include <signal.h>

#include "app/koala/model_verbs.h"
#include "app/koala/project_context.h"
#include "app/koala/signal_watcher.h"
#include "core/text/gguf_vocabulary.h"
#include "core/weights/easylm_file.h"

namespace koala {
namespace {

struct ExportOptions {
    std::string model;
    std::string format = "hf";
    std::string type;
    std::string config;
    std::string out;
};

std::string_view usualType(const std::string& format)
{
    return format == "gguf" ? "f16" : "bf16";
}

// The card of a checkpoint; of a model of the project what is known of it.
Result<OrderedJson> cardOf(const CommandContext& context, const ResolvedModel& model)
{
    std::error_code code;
    for (const fs::path& folder : {model.adapter, model.checkpoint})
        if (!folder.empty() && fs::exists(folder / "model_card.json", code)) {
            KOALA_TRY(const std::string text, readFile(folder / "model_card.json", 1 << 24));
            OrderedJson card = OrderedJson::parse(text, nullptr, false);
            if (card.is_discarded() || !card.is_object())
                return invalidInput((folder / "model_card.json").string() + ": is no JSON object");
            return card;
        }
    OrderedJson card{{"version", 1}, {"base", {{"name", model.name}, {"licence", ""}}}};
    if (const auto project = openProject(context); project.ok())
        if (const auto entry = project->model(model.name); entry.ok())
            card["base"] = {
                {"name", entry->slug}, {"licence", entry->licence}, {"sha256", entry->sha256}};
    return card;
}

// Said before anything is written.
void nameNonCommercialSources(const OrderedJson& card)
{
    if (!card.contains("sources") || !card["sources"].is_array())
        return;
    for (const OrderedJson& source : card["sources"])
        if (source.is_object() && source.value("non_commercial", false))
            std::fprintf(stderr, "koala: non-commercial source: %s (%s)\n",
                source.value("title", source.value("dataset", "")).c_str(),
                source.value("licence", "").c_str());
}

Status writeHfFolder(const ResolvedModel& resolved, const SourceModel& model, TensorType type,
    const OrderedJson& card, const fs::path& out, const WriteProgress& progress)
{
    const fs::path parent = out.has_parent_path() ? out.parent_path() : fs::path(".");
    KOALA_TRY(TemporaryDirectory staging, TemporaryDirectory::create(parent, ".export"));
    ModelFolder options{
        .type = type, .tokenizerPath = resolved.checkpoint}; // an adapter has its base's
    if (const auto known = templateFromName(resolved.templateName); known.ok())
        options.chatTemplate = *known;
    KOALA_RETURN_IF_ERROR(writeModelFolder(staging.path(), model, options, progress));
    KOALA_RETURN_IF_ERROR(writeJsonFile(staging.path() / "model_card.json", card));
    KOALA_RETURN_IF_ERROR(publishDirectory(staging.path(), out));
    staging.release();
    return {};
}

Status writeFileFormat(const ResolvedModel& resolved, const SourceModel& model,
    const ExportOptions& options, TensorType type, const OrderedJson& card,
    const WriteProgress& progress)
{
    if (options.format == "easylm") {
        KOALA_RETURN_IF_ERROR(writeEasyLm(options.out, model, type, kFlaxChunkBytes, progress));
    } else {
        KOALA_TRY(GgufMetadata metadata, ggufVocabularyOf(resolved.checkpoint));
        if (card.contains("base") && card["base"].is_object())
            metadata.emplace_back("general.license", card["base"].value("licence", ""));
        KOALA_RETURN_IF_ERROR(
            writeGgufModel(options.out, model, type, resolved.name, metadata, progress));
    }
    return writeJsonFile(options.out + ".model_card.json", card);
}

Result<OrderedJson> exportModel(
    const CommandContext& context, const ExportOptions& options, std::stop_token stop)
{
    if (options.format != "hf" && options.format != "easylm" && options.format != "gguf")
        return invalidInput(
            "\"" + options.format + "\" is no format; choose hf, easylm or gguf with --format");
    KOALA_TRY(const TensorType type,
        tensorTypeFrom(
            options.type.empty() ? std::string(usualType(options.format)) : options.type));
    std::error_code code;
    if (fs::exists(options.out, code))
        return invalidInput(
            options.out + " exists already; choose another name or remove it first");
    KOALA_TRY(const ResolvedModel resolved, resolveModelName(context, options.model));
    KOALA_TRY(const SourceModel model, openResolvedModel(resolved, {options.config}));
    printNotes(model);
    KOALA_TRY(const OrderedJson card, cardOf(context, resolved));
    nameNonCommercialSources(card);
    const WriteProgress progress = tensorProgress(std::move(stop));
    if (options.format == "hf")
        KOALA_RETURN_IF_ERROR(writeHfFolder(resolved, model, type, card, options.out, progress));
    else
        KOALA_RETURN_IF_ERROR(writeFileFormat(resolved, model, options, type, card, progress));
    return OrderedJson{{"path", options.out}, {"format", options.format},
        {"type", tensorTypeName(type)}, {"parameters", model.config.parameterCount()},
        {"merged_adapter", resolved.adapter.string()}};
}

int runExport(const CommandContext& context, const ExportOptions& options)
{
    std::stop_source stop;
    const SignalWatcher watcher({SIGINT, SIGTERM}, [&](int) { stop.request_stop(); });
    const auto facts = exportModel(context, options, stop.get_token());
    if (!facts.ok())
        return fail(facts.error());
    if (context.json)
        std::puts(toLine(*facts).c_str());
    else
        std::printf("%s written\n", options.out.c_str());
    return kDone;
}

} // namespace

void addModelExport(CLI::App& noun, CommandContext& context)
{
    CLI::App* exported =
        addVerb(noun, context, "export", "write a model in the form that other programs read");
    auto options = std::make_shared<ExportOptions>();
    exported->add_option("model", options->model, "a slug, RUN@STEP, a file or a folder")
        ->required();
    exported->add_option("out", options->out, "the file or folder to write; it must not exist")
        ->required();
    exported->add_option("--format", options->format, "hf (a folder), gguf or easylm");
    exported->add_option("--type", options->type,
        "f32, f16, bf16; for gguf also q8_0, q4_1, q4_0. Usual: bf16, for gguf f16");
    exported->add_option("--config", options->config, "for weights alone: 7b … or a config.json");
    exported->callback([&context, options] {
        context.action = [&context, options] { return runExport(context, *options); };
    });
}

} // namespace koala
