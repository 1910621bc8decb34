#include "core/data/formats/published_sources.h"

#include "core/base/json.h"

namespace koala {
namespace {

Result<PublishedSource> sourceFromJson(const Json& json, const std::string& what)
{
    PublishedSource source;
    KOALA_TRY(source.id, stringAt(json, "id", what));
    KOALA_TRY(source.title, stringAt(json, "title", what));
    KOALA_TRY(source.use, stringAt(json, "use", what));
    if (source.use != "training" && source.use != "evaluation")
        return invalidInput(what + ": \"use\" is neither training nor evaluation");
    const auto text = [&](const char* key) { return stringOr(json, key, ""); };
    const auto count = [&](const char* key) {
        return std::uint64_t(std::max<std::int64_t>(0, integerOr(json, key, 0)));
    };
    source.importer = text("importer");
    source.published = text("published");
    source.publishedRows = count("published_rows");
    source.unit = text("unit");
    source.releasedRows = count("released_rows");
    source.licence = text("licence");
    source.terms = text("terms");
    source.purpose = text("purpose");
    source.homepage = text("homepage");
    source.obtain = text("obtain");
    source.identifiedByImporter = boolOr(json, "identified_by_importer", false);
    if (const Json& files = memberOr(json, "files"); files.is_array())
        for (const Json& file : files)
            source.files.push_back({stringOr(file, "name", ""), stringOr(file, "sha256", "")});
    return source;
}

} // namespace

Result<std::vector<PublishedSource>> readPublishedSources(const fs::path& datasetsFolder)
{
    KOALA_TRY(const std::vector<fs::path> files, listDirectory(datasetsFolder / "sources"));
    std::vector<PublishedSource> sources;
    for (const fs::path& file : files) {
        if (file.extension() != ".json")
            continue;
        KOALA_TRY(const Json json, readJsonFile(file));
        KOALA_TRY(PublishedSource source, sourceFromJson(json, file.string()));
        sources.push_back(std::move(source));
    }
    return sources;
}

const PublishedSource* identifySource(
    const std::vector<PublishedSource>& sources, std::string_view sha256, std::string_view importer)
{
    for (const PublishedSource& source : sources)
        for (const PublishedSource::File& file : source.files)
            if (!sha256.empty() && file.sha256 == sha256)
                return &source;
    for (const PublishedSource& source : sources)
        if (source.identifiedByImporter && source.importer == importer)
            return &source;
    return nullptr;
}

} // namespace koala
