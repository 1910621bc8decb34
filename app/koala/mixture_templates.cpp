// koala mixture templates: the published mixtures, what they want, and what the project has of it.
#include "app/koala/mixture_templates.h"

#include "app/koala/mixture_verbs.h"
#include "core/data/formats/published_sources.h"
#include "core/store/starter.h"

namespace koala {
namespace {

std::string number(std::uint64_t count)
{
    return count > 0 ? std::to_string(count) : "-";
}

OrderedJson datasetsJson(const std::vector<TemplateDataset>& datasets)
{
    OrderedJson list = OrderedJson::array();
    for (const TemplateDataset& one : datasets)
        list.push_back({{"dataset", one.slug}, {"title", one.title}, {"rows", one.rows},
            {"records", one.records}, {"why", one.why}});
    return list;
}

// datasets/sources; empty where that folder is not installed: a template then says less.
const std::vector<PublishedSource>& publishedSources()
{
    static const std::vector<PublishedSource> sources = [] {
        const auto folder = dataDirectory();
        auto read = folder.ok() ? readPublishedSources(*folder)
                                : Result<std::vector<PublishedSource>>(folder.error());
        return read.ok() ? std::move(*read) : std::vector<PublishedSource>();
    }();
    return sources;
}

const PublishedSource* findPublished(std::string_view id)
{
    const auto& all = publishedSources();
    const auto found = std::find_if(
        all.begin(), all.end(), [&](const PublishedSource& source) { return source.id == id; });
    return found == all.end() ? nullptr : &*found;
}

OrderedJson publishedJson(std::string_view id)
{
    const PublishedSource* source = findPublished(id);
    if (source == nullptr)
        return nullptr;
    return {{"title", source->title}, {"homepage", source->homepage}, {"obtain", source->obtain},
        {"licence", source->licence}, {"terms", source->terms}, {"use", source->use}};
}

void printMissing(std::FILE* out, const TemplateLine& line)
{
    std::fprintf(out, "  missing: %s\n", std::string(line.source->title).c_str());
    if (const PublishedSource* source = findPublished(line.source->source)) {
        std::fprintf(out, "    where:   %s %s\n", source->homepage.c_str(), source->obtain.c_str());
        std::fprintf(out, "    licence: %s\n",
            source->licence.empty() ? "none is stated" : source->licence.c_str());
        if (!source->terms.empty())
            std::fprintf(out, "    terms:   %s\n", source->terms.c_str());
    }
    for (const TemplateDataset& one : line.possible)
        std::fprintf(out, "    not taken: %s: %s\n", plain(one.slug).c_str(), one.why.c_str());
}

int listTemplates(const CommandContext& context, const std::string& id)
{
    const auto project = openProject(context);
    for (const MixtureTemplate& wanted : mixtureTemplates()) {
        if (!id.empty() && wanted.id != id)
            continue;
        std::optional<TemplateMatch> match;
        if (project.ok()) {
            auto found = matchProject(*project, wanted);
            if (!found.ok())
                return fail(found.error());
            match = std::move(*found);
        }
        if (context.json)
            std::puts(toLine(toJson(wanted, match ? &*match : nullptr)).c_str());
        else
            printTemplate(stdout, wanted, match ? *match : matchTemplate(wanted, {}));
    }
    return kDone;
}

} // namespace

Result<TemplateMatch> matchProject(const Project& project, const MixtureTemplate& wanted)
{
    KOALA_TRY(const std::vector<DatasetEntry> entries, project.datasets());
    std::vector<DatasetManifest> manifests;
    for (const DatasetEntry& entry : entries)
        if (entry.manifest)
            manifests.push_back(*entry.manifest);
    return matchTemplate(wanted, manifests);
}

void printTemplate(std::FILE* out, const MixtureTemplate& wanted, const TemplateMatch& match)
{
    std::fprintf(
        out, "%s: %s\n", std::string(wanted.title).c_str(), std::string(wanted.note).c_str());
    std::fprintf(
        out, "  %-52s %10s %10s %10s  %s\n", "source", "published", "released", "here", "datasets");
    for (const TemplateLine& line : match.lines) {
        const TemplateSource& source = *line.source;
        std::string names;
        for (const TemplateDataset& one : line.datasets)
            names += (names.empty() ? "" : ", ") + plain(one.slug);
        std::fprintf(out, "  %-52s %10s %10s %10s  %s%s\n", std::string(source.title).c_str(),
            number(source.publishedCount).c_str(), number(source.releasedRows).c_str(),
            line.datasets.empty() ? "missing" : std::to_string(line.count).c_str(), names.c_str(),
            source.optional ? " (not in the publication: added by hand)" : "");
    }
    for (const TemplateLine& line : match.lines)
        if (line.datasets.empty() && !line.source->optional)
            printMissing(out, line);
    for (const TemplateLine& line : match.lines)
        if (!line.source->assumed.empty())
            std::fprintf(out, "  assumed: %s: %s\n", std::string(line.source->title).c_str(),
                std::string(line.source->assumed).c_str());
    if (!wanted.assumed.empty())
        std::fprintf(out, "  assumed: %s\n", std::string(wanted.assumed).c_str());
}

OrderedJson toJson(const MixtureTemplate& wanted, const TemplateMatch* match)
{
    OrderedJson sources = OrderedJson::array();
    for (std::size_t i = 0; i < wanted.sources.size(); ++i) {
        const TemplateSource& source = wanted.sources[i];
        OrderedJson json{{"source", source.source}, {"title", source.title},
            {"published", source.published}, {"published_count", source.publishedCount},
            {"counts", source.unit == TemplateUnit::Conversations ? "conversations" : "records"},
            {"released", source.released}, {"released_rows", source.releasedRows},
            {"markers", markerModeName(source.markers)}, {"repeat", source.repeat},
            {"optional", source.optional}, {"assumed", source.assumed},
            {"where", publishedJson(source.source)}};
        if (source.holdOutGiven)
            json["hold_out"] = {{"given", true}};
        else
            json["hold_out"] = {{"fraction", source.holdOutFraction}};
        if (match != nullptr) {
            const TemplateLine& line = match->lines[i];
            json["datasets"] = datasetsJson(line.datasets);
            json["possible"] = datasetsJson(line.possible);
            json["rows"] = line.rows;
            json["count"] = line.count;
            json["missing"] = line.datasets.empty() && !source.optional;
        }
        sources.push_back(std::move(json));
    }
    return {{"template", wanted.id}, {"title", wanted.title}, {"note", wanted.note},
        {"assumed", wanted.assumed}, {"sources", std::move(sources)}};
}

void addMixtureTemplates(CLI::App& noun, CommandContext& context)
{
    auto id = std::make_shared<std::string>();
    CLI::App* verb = addVerb(noun, context, "templates",
        "published mixtures: the sources they want, and which are here");
    verb->add_option("template", *id, "only this one");
    verb->callback([&context, id] {
        context.action = [&context, id] {
            if (!id->empty())
                if (const auto known = findMixtureTemplate(*id); !known.ok())
                    return fail(known.error());
            return listTemplates(context, *id);
        };
    });
}

} // namespace koala
