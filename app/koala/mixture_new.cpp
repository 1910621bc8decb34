// koala mixture new: a mixture of named datasets, or of those that satisfy a template.
#include <cstdio>

#include <charconv>

#include "app/koala/mixture_templates.h"
#include "app/koala/mixture_verbs.h"

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
    std::string fromTemplate; // id
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

Result<Mixture> mixtureOfTemplate(const Project& project, const NewOptions& options)
{
    if (!options.sources.empty())
        return invalidInput("--template names the sources; leave --source out, or add them to "
                            "the recipe afterwards");
    KOALA_TRY(const MixtureTemplate* wanted, findMixtureTemplate(options.fromTemplate));
    KOALA_TRY(const TemplateMatch match, matchProject(project, *wanted));
    printTemplate(stderr, *wanted, match);
    KOALA_TRY(Mixture mixture, koala::mixtureOf(*wanted, match, options.name, options.model));
    mixture.seed = std::uint64_t(options.seed);
    if (!options.chatTemplate.empty())
        mixture.chatTemplate = options.chatTemplate;
    return mixture;
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
    const auto mixture = options.fromTemplate.empty() ? mixtureOf(*project, options)
                                                      : mixtureOfTemplate(*project, options);
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

} // namespace

void addMixtureNew(CLI::App& noun, CommandContext& context)
{
    CLI::App* made = addVerb(noun, context, "new", "make a mixture of datasets");
    auto options = std::make_shared<NewOptions>();
    made->add_option("name", options->name, "name of the mixture")->required();
    made->add_option(
        "--source", options->sources, "DATASET or DATASET:SHARE; else every dataset for training");
    made->add_option("--model", options->model, "the model whose tokeniser counts");
    made->add_option(
        "--chat-template", options->chatTemplate, "chat template; else the model's own");
    made->add_option(
        "--basis", options->basis, "what shares count: rows, tokens or trained_tokens");
    made->add_option(
        "--total", options->total, "size in the basis; 0: as large as the shares allow");
    made->add_option("--seed", options->seed, "seed of the order");
    made->add_option("--max-tokens", options->maxTokens, "longest dialogue");
    made->add_option("--hold-out", options->holdOut, "fraction of each source that is held out");
    made->add_option("--template", options->fromTemplate,
        "koala-distill, koala-all, vicuna, alpaca or gpt-4-llm: the sources of a published "
        "mixture");
    made->callback([&context, options] {
        context.action = [&context, options] { return makeNew(context, *options); };
    });
}

} // namespace koala
