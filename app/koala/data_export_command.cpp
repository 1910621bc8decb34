// koala data export | sheet.
#include <cstdio>

#include "app/koala/data_verbs.h"
#include "app/koala/project_context.h"
#include "core/data/clean/cleaning.h"
#include "core/data/formats/data_sheet.h"
#include "core/data/formats/exporter.h"

namespace koala {
namespace {

struct ExportOptions {
    std::string dataset;
    std::string format = "sharegpt";
    std::string out;
};

int runExport(const CommandContext& context, const ExportOptions& options)
{
    const auto project = openProject(context);
    if (!project.ok())
        return fail(project.error());
    if (const auto known = project->dataset(options.dataset); !known.ok())
        return fail(known.error());
    CleaningOptions cleaning;
    cleaning.projectDirectory = project->directory();
    const auto dataset =
        openEffectiveDataset(project->datasetsDirectory() / options.dataset, cleaning);
    if (!dataset.ok())
        return fail(dataset.error());
    const auto outcome = exportDataset(**dataset, options.format, options.out);
    if (!outcome.ok())
        return fail(outcome.error());
    if (context.json)
        std::puts(
            toLine(OrderedJson{{"rows", outcome->rows}, {"left_out", outcome->leftOut},
                       {"reason", outcome->reason}, {"lost", outcome->lost}, {"path", options.out}})
                .c_str());
    else
        std::printf("%llu conversations written to %s\n",
            static_cast<unsigned long long>(outcome->rows), options.out.c_str());
    if (outcome->leftOut > 0)
        std::fprintf(stderr, "%llu conversations do not fit this format (%s)\n",
            static_cast<unsigned long long>(outcome->leftOut), outcome->reason.c_str());
    for (const auto& [name, number] : outcome->lost)
        std::fprintf(stderr,
            "%llu conversations lost their \"%s\": this format has no place for it\n",
            static_cast<unsigned long long>(number), name.c_str());
    return outcome->leftOut > 0 ? kIncomplete : kDone;
}

int runSheet(const CommandContext& context, const std::string& slug, const std::string& out)
{
    const auto project = openProject(context);
    if (!project.ok())
        return fail(project.error());
    const auto dataset = project->dataset(slug);
    if (!dataset.ok())
        return fail(dataset.error());
    const auto sheet = dataSheet(**dataset);
    if (!sheet.ok())
        return fail(sheet.error());
    if (!out.empty())
        if (const Status written = writeFileAtomically(out, *sheet); !written.ok())
            return fail(written.error());
    if (context.json)
        std::puts(toLine(OrderedJson{{"dataset", slug}, {"path", out}, {"text", *sheet}}).c_str());
    else if (out.empty())
        std::fputs(sheet->c_str(), stdout);
    return kDone;
}

} // namespace

void addDataExportVerbs(CLI::App& noun, CommandContext& context)
{
    CLI::App* exported = addVerb(noun, context, "export", "write a dataset as a file");
    auto options = std::make_shared<ExportOptions>();
    exported->add_option("dataset", options->dataset, "slug of the dataset")->required();
    exported->add_option(
        "--format", options->format, "rows, koala-jsonl, sharegpt, alpaca or messages");
    exported->add_option("out", options->out, "the file to write")->required();
    exported->callback([&context, options] {
        context.action = [&context, options] { return runExport(context, *options); };
    });
    CLI::App* sheet =
        addVerb(noun, context, "sheet", "the data sheet: sources, terms, counts, faults");
    auto slug = std::make_shared<std::string>();
    auto out = std::make_shared<std::string>();
    sheet->add_option("dataset", *slug, "slug of the dataset")->required();
    sheet->add_option("out", *out, "the file to write; else it is printed");
    sheet->callback([&context, slug, out] {
        context.action = [&context, slug, out] { return runSheet(context, *slug, *out); };
    });
}

} // namespace koala
