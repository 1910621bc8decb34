// koala project new | info.
#include <cstdio>

#include "app/koala/commands.h"
#include "core/store/starter.h"

namespace koala {
namespace {

struct NewOptions {
    std::string directory;
    bool starter = false;
};

OrderedJson factsOf(const Project& project, Status& status)
{
    const auto collect = [&](auto result) {
        if (!result.ok())
            status = result.error();
        return result.ok() ? std::move(*result) : decltype(std::move(*result)){};
    };
    OrderedJson json{{"directory", project.directory().string()}, {"id", project.id()},
        {"name", project.name()}, {"created", project.created()}};
    OrderedJson datasets = OrderedJson::array();
    for (const DatasetEntry& entry : collect(project.datasets()))
        datasets.push_back({{"slug", entry.slug},
            {"rows", entry.manifest ? entry.manifest->rows : 0}, {"problem", entry.problem}});
    OrderedJson models = OrderedJson::array();
    for (const ModelEntry& entry : collect(project.models()))
        models.push_back(
            {{"slug", entry.slug}, {"path", entry.path.string()}, {"problem", entry.problem}});
    json["datasets"] = std::move(datasets);
    json["mixtures"] = collect(project.mixtures());
    json["models"] = std::move(models);
    json["prompt_sets"] = collect(project.promptSets());
    json["runs"] = collect(project.runs());
    return json;
}

int show(const Project& project, bool json)
{
    Status status;
    const OrderedJson facts = factsOf(project, status);
    if (!status.ok())
        return fail(status.error());
    if (json) {
        std::puts(toLine(facts).c_str());
        return kDone;
    }
    std::printf("%s  (%s)\n", project.name().c_str(), project.directory().c_str());
    for (const char* part : {"datasets", "mixtures", "models", "prompt_sets", "runs"}) {
        std::printf("%s: %zu\n", part, facts[part].size());
        for (const OrderedJson& item : facts[part]) {
            const std::string name =
                item.is_string() ? item.get<std::string>() : item["slug"].get<std::string>();
            std::string more;
            if (item.is_object() && item.contains("rows"))
                more = fmt::format("  {} conversations", item["rows"].get<std::uint64_t>());
            if (item.is_object() && !item["problem"].get<std::string>().empty())
                more = "  " + item["problem"].get<std::string>();
            std::printf("  %s%s\n", name.c_str(), more.c_str());
        }
    }
    return kDone;
}

int makeNew(const NewOptions& options, bool json)
{
    if (!options.starter) {
        const auto project = Project::create(options.directory);
        return project.ok() ? show(*project, json) : fail(project.error());
    }
    const auto sources = findStarterSources();
    if (!sources.ok())
        return fail(sources.error());
    const auto project = makeStarterProject(options.directory, *sources,
        [](const std::string& words) { std::fprintf(stderr, "%s\n", words.c_str()); });
    return project.ok() ? show(*project, json) : fail(project.error());
}

} // namespace

void addProjectCommand(CLI::App& koala, CommandContext& context)
{
    CLI::App* noun =
        koala.add_subcommand("project", "make a project folder, or say what one holds");
    noun->require_subcommand(1);
    CLI::App* made = addVerb(*noun, context, "new", "make a project folder");
    auto options = std::make_shared<NewOptions>();
    made->add_option("dir", options->directory, "the folder; it must be new or empty")->required();
    made->add_flag(
        "--starter", options->starter, "with the starter datasets, prompts, model and mixture");
    made->callback([&context, options] {
        context.action = [&context, options] { return makeNew(*options, context.json); };
    });
    CLI::App* info = addVerb(*noun, context, "info", "what the project holds");
    info->callback([&context] {
        context.action = [&context] {
            const auto directory = context.projectDirectory();
            if (!directory.ok())
                return fail(directory.error());
            const auto project = Project::open(*directory);
            return project.ok() ? show(*project, context.json) : fail(project.error());
        };
    });
}

} // namespace koala
