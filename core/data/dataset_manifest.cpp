#include "core/data/dataset.h"

namespace koala {

OrderedJson toJson(const DatasetManifest& manifest)
{
    OrderedJson sources = OrderedJson::array();
    for (const SourceFile& source : manifest.sources)
        sources.push_back(
            {{"path", source.path}, {"bytes", source.bytes}, {"sha256", source.sha256}});
    return {{"version", 1}, {"slug", manifest.slug}, {"title", manifest.title},
        {"importer", manifest.importer}, {"importer_options", manifest.importerOptions},
        {"sources", sources}, {"licence", manifest.licence}, {"terms", manifest.terms},
        {"use", manifest.use}, {"rows", manifest.rows}, {"turns", manifest.turns},
        {"source_rows", manifest.sourceRows}, {"quarantined", manifest.quarantined},
        {"dropped_turns", manifest.droppedTurns}, {"oddities", manifest.oddities},
        {"created", manifest.created}, {"rows_sha256", manifest.rowsSha256}};
}

Result<DatasetManifest> readDatasetManifest(const fs::path& directory)
{
    const fs::path path = directory / "manifest.json";
    std::error_code code;
    if (!fs::exists(path, code))
        return notFound(directory.string() +
                        " is no dataset (it has no manifest.json); import its source again "
                        "with: koala data import FILE");
    KOALA_TRY(const Json json, readJsonFile(path));
    KOALA_TRY(DatasetManifest manifest, datasetManifestFromJson(json, path.string()));
    if (manifest.slug.empty())
        manifest.slug = directory.filename().string();
    if (manifest.title.empty())
        manifest.title = manifest.slug;
    return manifest;
}

Result<DatasetManifest> datasetManifestFromJson(const Json& json, const std::string& what)
{
    KOALA_TRY(const std::int64_t version, integerAt(json, "version", what));
    if (version != 1)
        return invalidInput(
            fmt::format("{} has version {}, and this program knows version 1; update the program",
                what, version));
    DatasetManifest manifest;
    manifest.slug = stringOr(json, "slug", "");
    manifest.title = stringOr(json, "title", "");
    manifest.importer = stringOr(json, "importer", "");
    manifest.licence = stringOr(json, "licence", "");
    manifest.terms = stringOr(json, "terms", "");
    manifest.use = stringOr(json, "use", "training");
    KOALA_TRY(const std::int64_t rows, integerAt(json, "rows", what));
    manifest.rows = std::uint64_t(std::max<std::int64_t>(0, rows));
    const auto count = [&](const char* key) {
        return std::uint64_t(std::max<std::int64_t>(0, integerOr(json, key, 0)));
    };
    manifest.turns = count("turns");
    manifest.sourceRows = count("source_rows");
    manifest.quarantined = count("quarantined");
    manifest.droppedTurns = count("dropped_turns");
    if (const Json& oddities = memberOr(json, "oddities"); oddities.is_object())
        for (const auto& [name, number] : oddities.items())
            if (number.is_number_unsigned())
                manifest.oddities[name] = number.get<std::uint64_t>();
    if (const Json& options = memberOr(json, "importer_options"); options.is_object())
        manifest.importerOptions = OrderedJson::parse(options.dump());
    manifest.created = stringOr(json, "created", "");
    KOALA_TRY(manifest.rowsSha256, stringAt(json, "rows_sha256", what));
    const Json& sources = memberOr(json, "sources");
    if (sources.is_array())
        for (const Json& source : sources)
            manifest.sources.push_back({stringOr(source, "path", ""),
                std::uint64_t(std::max<std::int64_t>(0, integerOr(source, "bytes", 0))),
                stringOr(source, "sha256", "")});
    return manifest;
}

} // namespace koala
