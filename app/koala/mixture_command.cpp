// koala mixture new | show | build | tokens | export.
#include <cstdio>

#include <charconv>

#include "app/koala/commands.h"
#include "app/koala/project_context.h"
#include "core/base/utf8.h"
#include "core/data/permutation.h"

namespace koala {
namespace {

struct NewOptions {
    std::string name;
    std::vector<std::string> sources; // DATASET or DATASET:SHARE
    std::string model;
    std::string chatTemplate;
    std::string basis = "rows";
    std::int64_t total = 0;
    std::int64_t seed = 42;
    std::int64_t maxTokens = 2048;
    double holdOut = 0.05;
};

struct RecipeOptions {
    std::string recipe;
    std::int64_t row = 0;
    std::string out;
};

Result<OrderedJson> sourceOf(const std::string& text, double holdOut)
{
    const std::size_t colon = text.find(':');
    OrderedJson source{{"dataset", text.substr(0, colon)}};
    if (colon != std::string::npos) {
        double share = 0;
        const char* end = text.data() + text.size();
        const auto [stop, code] = std::from_chars(text.data() + colon + 1, end, share);
        if (code != std::errc() || stop != end)
            return invalidInput(
                "\"" + text + "\" is no source; write DATASET or DATASET:SHARE, as in hc3:0.25");
        source["share"] = share;
    }
    source["hold_out"] = {{"fraction", holdOut}};
    return source;
}

Result<Mixture> mixtureOf(const Project& project, const NewOptions& options)
{
    OrderedJson sources = OrderedJson::array();
    std::vector<std::string> names = options.sources;
    if (names.empty()) {
        KOALA_TRY(const std::vector<DatasetEntry> entries, project.datasets());
        for (const DatasetEntry& entry : entries)
            if (entry.manifest && entry.manifest->use == "training")
                names.push_back(entry.slug);
    }
    for (const std::string& name : names) {
        KOALA_TRY(OrderedJson source, sourceOf(name, options.holdOut));
        sources.push_back(std::move(source));
    }
    const OrderedJson json{{"version", 1}, {"name", options.name}, {"seed", options.seed},
        {"basis", options.basis}, {"total", options.total}, {"model", options.model},
        {"template", options.chatTemplate}, {"max_tokens", options.maxTokens},
        {"sources", sources}};
    return mixtureFromJson(Json::parse(toLine(json)), "the mixture");
}

int makeNew(const CommandContext& context, const NewOptions& options)
{
    const auto project = openProject(context);
    if (!project.ok())
        return fail(project.error());
    if (!isSafeName(options.name))
        return fail(
            invalidInput("\"" + options.name +
                         "\" is no name for a mixture; use letters, digits, '.', '-' and '_'"));
    const fs::path path = project->mixtureFile(options.name);
    std::error_code code;
    if (fs::exists(path, code))
        return fail(invalidInput(
            "there is already a mixture \"" + options.name + "\"; choose another name"));
    const auto mixture = mixtureOf(*project, options);
    if (!mixture.ok())
        return fail(mixture.error());
    if (const Status written = writeMixture(path, *mixture); !written.ok())
        return fail(written.error());
    if (context.json)
        std::puts(toLine(toJson(*mixture)).c_str());
    else
        std::printf("%s\n", path.c_str());
    return kDone;
}

int showMixture(const CommandContext& context, const RecipeOptions& options)
{
    const auto project = openProject(context);
    if (!project.ok())
        return fail(project.error());
    const auto named = findMixture(*project, options.recipe);
    if (!named.ok())
        return fail(named.error());
    const OrderedJson json = toJson(named->mixture);
    std::puts(context.json ? toLine(json).c_str() : json.dump(1).c_str());
    return kDone;
}

// The named mixture with its datasets, counted by its model's tokeniser.
Result<std::shared_ptr<const ResolvedMixture>> openRecipe(
    const CommandContext& context, const RecipeOptions& options)
{
    KOALA_TRY(const Project project, openProject(context));
    KOALA_TRY(const NamedMixture named, findMixture(project, options.recipe));
    return openMixture(project, named.mixture, {});
}

OrderedJson amountsJson(const MixtureAmounts& amounts)
{
    return {{"rows", amounts.rows}, {"tokens", amounts.tokens},
        {"trained_tokens", amounts.trainedTokens}};
}

OrderedJson buildFacts(const ResolvedMixture& mixture)
{
    const MixtureResult& result = mixture.result();
    OrderedJson sources = OrderedJson::array();
    for (const SourceCounts& counts : result.sources) {
        OrderedJson source{{"dataset", counts.dataset}};
        source.update(amountsJson(counts.taken));
        source["epochs"] = counts.epochs;
        source["available"] = amountsJson(counts.available);
        source["held_out"] = amountsJson(counts.heldOut);
        source["left_out"] = counts.leftOut;
        sources.push_back(std::move(source));
    }
    const TrainingStream stream(
        std::shared_ptr<const ResolvedMixture>(&mixture, [](const ResolvedMixture*) {}),
        StreamPart::Training);
    OrderedJson json{{"name", mixture.mixture().name}, {"sources", sources},
        {"total", amountsJson(result.total)}, {"held_out", amountsJson(result.heldOut)},
        {"sequences", stream.sequences(0)}, {"order_sha256", mixture.orderSha256()}};
    return json;
}

int buildMixture(const CommandContext& context, const RecipeOptions& options)
{
    const auto mixture = openRecipe(context, options);
    if (!mixture.ok())
        return fail(mixture.error());
    const OrderedJson facts = buildFacts(**mixture);
    if (context.json) {
        std::puts(toLine(facts).c_str());
        return kDone;
    }
    std::printf("%-20s %9s %11s %11s %8s %9s\n", "source", "rows", "tokens", "trained", "epochs",
        "held out");
    for (const SourceCounts& counts : (*mixture)->result().sources)
        std::printf("%-20s %9llu %11llu %11llu %8.2f %9llu\n", counts.dataset.c_str(),
            static_cast<unsigned long long>(counts.taken.rows),
            static_cast<unsigned long long>(counts.taken.tokens),
            static_cast<unsigned long long>(counts.taken.trainedTokens), counts.epochs,
            static_cast<unsigned long long>(counts.heldOut.rows));
    const MixtureResult& result = (*mixture)->result();
    std::printf("%-20s %9llu %11llu %11llu %8s %9llu\n", "total",
        static_cast<unsigned long long>(result.total.rows),
        static_cast<unsigned long long>(result.total.tokens),
        static_cast<unsigned long long>(result.total.trainedTokens), "",
        static_cast<unsigned long long>(result.heldOut.rows));
    std::printf("%llu sequences of up to %lld tokens; order %s\n",
        static_cast<unsigned long long>(facts["sequences"].get<std::uint64_t>()),
        static_cast<long long>((*mixture)->mixture().packingLength),
        (*mixture)->orderSha256().c_str());
    return kDone;
}

// Visible blanks and line ends; control characters as they would be escaped.
std::string visible(const std::string& text)
{
    std::string out;
    for (const char c : text)
        if (c == '\n')
            out += "⏎";
        else if (c == ' ')
            out += "·";
        else if (static_cast<unsigned char>(c) < 0x20)
            out += fmt::format("<0x{:02X}>", static_cast<unsigned char>(c));
        else
            out += c;
    return toValidUtf8(out);
}

int showTokens(const CommandContext& context, const RecipeOptions& options)
{
    const auto mixture = openRecipe(context, options);
    if (!mixture.ok())
        return fail(mixture.error());
    const std::vector<RecordRef>& records = (*mixture)->result().training;
    if (options.row < 0 || std::uint64_t(options.row) >= records.size())
        return fail(invalidInput(fmt::format(
            "the mixture holds {} rows; there is no row {}", records.size(), options.row)));
    const RecordRef record = records[EpochOrder(records.size(), (*mixture)->mixture().seed, 0)
            .at(std::uint64_t(options.row))];
    const auto rendered = (*mixture)->render(record);
    if (!rendered.ok())
        return fail(rendered.error());
    const Tokenizer& tokenizer = (*mixture)->tokenizer();
    OrderedJson tokens = OrderedJson::array();
    for (const RenderedToken& token : rendered->tokens) {
        if (context.json)
            tokens.push_back({{"id", token.id}, {"piece", tokenizer.piece(token.id)},
                {"trained", token.trained}, {"turn", token.turn}});
        else
            std::printf("%c %6d  %s\n", token.trained ? '*' : ' ', token.id,
                tokenizer.isControl(token.id) ? tokenizer.piece(token.id).c_str()
                                              : visible(tokenizer.bytes(token.id)).c_str());
    }
    if (context.json)
        std::puts(toLine(OrderedJson{{"row", options.row}, {"uid", (*mixture)->uid(record)},
                             {"source", (*mixture)->mixture().sources[record.source].dataset},
                             {"dataset_row", record.row}, {"tokens", tokens}})
                .c_str());
    return kDone;
}

// What another machine needs to build the same order: a project with this mixture and its datasets.
int exportMixture(const CommandContext& context, const RecipeOptions& options)
{
    const auto exported = [&]() -> Status {
        KOALA_TRY(const Project project, openProject(context));
        KOALA_TRY(const NamedMixture named, findMixture(project, options.recipe));
        KOALA_TRY(const Project copy, Project::create(options.out, project.name()));
        for (const MixtureSource& source : named.mixture.sources) {
            KOALA_TRY(
                const std::shared_ptr<const Dataset> dataset, project.dataset(source.dataset));
            const fs::path folder = copy.datasetsDirectory() / source.dataset;
            std::error_code code;
            if (fs::exists(folder, code))
                continue;
            KOALA_RETURN_IF_ERROR(createDirectories(folder));
            for (const char* file :
                {"rows.jsonl", "steps.json", "quarantine.jsonl", "manifest.json"})
                KOALA_RETURN_IF_ERROR(copyFile(dataset->directory() / file, folder / file));
        }
        for (const std::string& set : named.mixture.excludePrompts)
            KOALA_RETURN_IF_ERROR(copyFile(project.promptSetFile(set), copy.promptSetFile(set)));
        return copyFile(named.path, copy.mixtureFile(named.path.stem().string()));
    }();
    if (!exported.ok())
        return fail(exported.error());
    if (context.json)
        std::puts(toLine(OrderedJson{{"path", options.out}}).c_str());
    else
        std::printf("%s\n", options.out.c_str());
    return kDone;
}

using Verb = int (*)(const CommandContext&, const RecipeOptions&);

CLI::App* addRecipeVerb(CLI::App& noun, CommandContext& context, const std::string& name,
    const std::string& help, const std::shared_ptr<RecipeOptions>& options, Verb run)
{
    CLI::App* verb = addVerb(noun, context, name, help);
    verb->add_option("recipe", options->recipe, "a mixture of the project, or a file")->required();
    verb->callback([&context, options, run] {
        context.action = [&context, options, run] { return run(context, *options); };
    });
    return verb;
}

} // namespace

void addMixtureCommand(CLI::App& koala, CommandContext& context)
{
    CLI::App* noun =
        koala.add_subcommand("mixture", "mixtures: make, show, build, look at tokens, export");
    noun->require_subcommand(1);
    CLI::App* made = addVerb(*noun, context, "new", "make a mixture of datasets");
    auto options = std::make_shared<NewOptions>();
    made->add_option("name", options->name, "name of the mixture")->required();
    made->add_option(
        "--source", options->sources, "DATASET or DATASET:SHARE; else every dataset for training");
    made->add_option("--model", options->model, "the model whose tokeniser counts");
    made->add_option("--template", options->chatTemplate, "chat template; else the model's own");
    made->add_option(
        "--basis", options->basis, "what shares count: rows, tokens or trained_tokens");
    made->add_option(
        "--total", options->total, "size in the basis; 0: as large as the shares allow");
    made->add_option("--seed", options->seed, "seed of the order");
    made->add_option("--max-tokens", options->maxTokens, "longest dialogue");
    made->add_option("--hold-out", options->holdOut, "fraction of each source that is held out");
    made->callback([&context, options] {
        context.action = [&context, options] { return makeNew(context, *options); };
    });
    auto recipe = std::make_shared<RecipeOptions>();
    addRecipeVerb(*noun, context, "show", "the recipe itself", recipe, showMixture);
    addRecipeVerb(
        *noun, context, "build", "exact counts by source, and the order", recipe, buildMixture);
    addRecipeVerb(*noun, context, "tokens", "one record as the model sees it", recipe, showTokens)
        ->add_option("--row", recipe->row, "its place in the first epoch, from 0");
    addRecipeVerb(*noun, context, "export", "a project folder with all that a run elsewhere needs",
        recipe, exportMixture)
        ->add_option("out", recipe->out, "the new folder")
        ->required();
}

} // namespace koala
