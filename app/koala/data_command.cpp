// koala data formats | list | show; the other verbs are in the files beside it (data_verbs.h).
#include <cstdio>

#include "app/koala/commands.h"
#include "app/koala/data_verbs.h"
#include "app/koala/project_context.h"
#include "core/data/formats/exporter.h"
#include "core/data/formats/importer.h"
#include "core/data/formats/parquet_reader.h"

namespace koala {
namespace {

struct ShowOptions {
    std::string dataset;
    std::int64_t row = -1;
};

int listFormats(const CommandContext& context)
{
    for (const ImporterInfo& importer : importers()) {
        if (context.json)
            std::puts(toLine(OrderedJson{{"id", importer.id}, {"title", importer.title},
                                 {"example", importer.example}, {"notice", importer.notice},
                                 {"direction", "import"}})
                    .c_str());
        else
            std::printf("%-17s %s\n                  %s\n", std::string(importer.id).c_str(),
                std::string(importer.title).c_str(), std::string(importer.example).c_str());
    }
    for (const ExporterInfo& exporter : exporters())
        if (context.json)
            std::puts(toLine(OrderedJson{{"id", exporter.id}, {"title", exporter.title},
                                 {"direction", "export"}})
                    .c_str());
        else
            std::printf("%-17s export: %s\n", std::string(exporter.id).c_str(),
                std::string(exporter.title).c_str());
    if (!readsParquet())
        std::fputs("this build reads no Parquet files; one with KOALA_WITH_ARROW does\n", stderr);
    return kDone;
}

int listDatasets(const CommandContext& context)
{
    const auto project = openProject(context);
    if (!project.ok())
        return fail(project.error());
    const auto entries = project->datasets();
    if (!entries.ok())
        return fail(entries.error());
    for (const DatasetEntry& entry : *entries) {
        if (context.json) {
            std::puts(toLine(entry.manifest
                                 ? toJson(*entry.manifest)
                                 : OrderedJson{{"slug", entry.slug}, {"problem", entry.problem}})
                    .c_str());
        } else if (entry.manifest) {
            std::printf("%-24s %-10s %8llu conversations  %s\n", entry.slug.c_str(),
                entry.manifest->importer.c_str(),
                static_cast<unsigned long long>(entry.manifest->rows),
                entry.manifest->licence.c_str());
        } else {
            std::printf("%-24s %s\n", entry.slug.c_str(), entry.problem.c_str());
        }
    }
    return kDone;
}

void printConversation(const Conversation& conversation)
{
    std::printf("%s  row %llu part %u\n", conversation.uid.c_str(),
        static_cast<unsigned long long>(conversation.row), conversation.part);
    if (!conversation.system.empty())
        std::printf("system: %s\n", conversation.system.c_str());
    for (const Turn& turn : conversation.turns)
        std::printf("%s: %s\n", std::string(roleName(turn.role)).c_str(), turn.text.c_str());
}

int showDataset(const CommandContext& context, const ShowOptions& options)
{
    const auto project = openProject(context);
    if (!project.ok())
        return fail(project.error());
    const auto dataset = project->dataset(options.dataset);
    if (!dataset.ok())
        return fail(dataset.error());
    if (options.row < 0) {
        const OrderedJson json = toJson((*dataset)->manifest());
        std::puts(context.json ? toLine(json).c_str() : json.dump(1).c_str());
        return kDone;
    }
    const auto conversation = (*dataset)->read(std::uint64_t(options.row));
    if (!conversation.ok())
        return fail(conversation.error());
    if (context.json)
        std::puts(toLine(toJson(*conversation)).c_str());
    else
        printConversation(*conversation);
    return kDone;
}

} // namespace

void addDataCommand(CLI::App& koala, CommandContext& context)
{
    CLI::App* noun = koala.add_subcommand("data", "datasets: import, look at, export");
    noun->require_subcommand(1);
    addDataImportVerbs(*noun, context);
    addDataExportVerbs(*noun, context);
    addDataIndexVerb(*noun, context);
    addVerb(*noun, context, "formats", "the kinds of files that are known")->callback([&context] {
        context.action = [&context] { return listFormats(context); };
    });
    addVerb(*noun, context, "list", "the datasets of the project")->callback([&context] {
        context.action = [&context] { return listDatasets(context); };
    });
    CLI::App* show = addVerb(*noun, context, "show", "the facts of a dataset, or one of its rows");
    auto shown = std::make_shared<ShowOptions>();
    show->add_option("dataset", shown->dataset, "slug of the dataset")->required();
    show->add_option("--row", shown->row, "number of the row, from 0");
    show->callback([&context, shown] {
        context.action = [&context, shown] { return showDataset(context, *shown); };
    });
    addDataStats(*noun, context);
    addDataClean(*noun, context);
}

} // namespace koala
