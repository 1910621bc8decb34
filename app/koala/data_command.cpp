// koala data formats | list | show; the other verbs are in the files beside it (data_verbs.h).
#include <cstdio>

#include "app/koala/commands.h"
#include "app/koala/data_verbs.h"
#include "app/koala/project_context.h"
#include "core/data/formats/exporter.h"
#include "core/data/formats/importer.h"
#include "core/data/formats/parquet_reader.h"
#include "core/data/formats/unfinished_imports.h"

namespace koala {
namespace {

struct ShowOptions {
    std::string dataset;
    std::int64_t row = 0; // from 1; 0: the facts
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

void printUnfinished(const UnfinishedImport& import, bool json)
{
    if (json) {
        OrderedJson files = OrderedJson::array();
        for (const fs::path& file : import.files)
            files.push_back(file.string());
        std::puts(
            toLine(OrderedJson{{"unfinished", import.id}, {"slug", import.slug},
                       {"importer", import.importer}, {"files", files}, {"records", import.records},
                       {"rows", import.rows}, {"bytes_on_disk", import.bytesOnDisk},
                       {"started", import.started}, {"problem", import.problem}})
                .c_str());
        return;
    }
    std::printf("%-24s unfinished import %s, cut off after %llu records, %.1f MiB on disk%s%s\n",
        import.slug.empty() ? "?" : import.slug.c_str(), import.id.c_str(),
        static_cast<unsigned long long>(import.records), double(import.bytesOnDisk) / 1048576.0,
        import.problem.empty() ? "" : "; it cannot be continued: ", import.problem.c_str());
    if (import.problem.empty())
        std::printf("    go on with:  koala data import --continue %s\n", import.id.c_str());
    std::printf("    or give up:  koala data discard %s\n", import.id.c_str());
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
    const auto unfinished = unfinishedImports(project->datasetsDirectory());
    if (!unfinished.ok())
        return fail(unfinished.error());
    for (const UnfinishedImport& import : *unfinished)
        printUnfinished(import, context.json);
    return kDone;
}

void printConversation(const Conversation& conversation)
{
    std::printf("%s  record %llu part %u\n", conversation.uid.c_str(),
        static_cast<unsigned long long>(conversation.row + 1), conversation.part + 1);
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
    if (options.row == 0) {
        const OrderedJson json = toJson((*dataset)->manifest());
        std::puts(context.json ? toLine(json).c_str() : json.dump(1).c_str());
        return kDone;
    }
    const auto conversation = (*dataset)->read(std::uint64_t(options.row - 1));
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
    show->add_option("--row", shown->row, "number of the row, from 1")->check(CLI::PositiveNumber);
    show->callback([&context, shown] {
        context.action = [&context, shown] { return showDataset(context, *shown); };
    });
    addDataStats(*noun, context);
    addDataClean(*noun, context);
}

} // namespace koala
