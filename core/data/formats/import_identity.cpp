#include "core/data/formats/import_identity.h"

#include "core/base/sha256.h"
#include "core/base/time.h"

namespace koala {
namespace {

OrderedJson toJson(const ImportIdentity& identity)
{
    const ImportRequest& request = identity.request;
    OrderedJson files = OrderedJson::array();
    for (std::size_t i = 0; i < request.files.size(); ++i)
        files.push_back({{"path", request.files[i].string()}, {"bytes", identity.stamps[i].bytes},
            {"changed", identity.stamps[i].changed}});
    return {{"version", 1}, {"slug", identity.slug}, {"importer", identity.importer},
        {"files", files}, {"name", request.name}, {"format", request.format},
        {"columns", request.columns.toJson()}, {"licence", request.licence},
        {"terms", request.terms}, {"use", request.use}};
}

} // namespace

FileStamp stampOf(const fs::path& file)
{
    std::error_code code;
    FileStamp stamp;
    stamp.bytes = fs::file_size(file, code);
    if (code)
        return {};
    stamp.changed = fs::last_write_time(file, code).time_since_epoch().count();
    return stamp;
}

ImportIdentity ImportIdentity::of(
    const ImportRequest& request, std::string importer, std::string slug)
{
    ImportIdentity identity{request, {}, std::move(importer), std::move(slug), nowUtc()};
    identity.request.published.clear();
    for (fs::path& file : identity.request.files) {
        std::error_code code;
        file = fs::absolute(file, code);
        identity.stamps.push_back(stampOf(file));
    }
    return identity;
}

std::string ImportIdentity::key() const
{
    return sha256Hex(toLine(Json(toJson(*this)))); // sorted: the order of columns says nothing
}

std::string ImportIdentity::obstacle(const fs::path& datasets) const
{
    std::error_code code;
    for (std::size_t i = 0; i < stamps.size(); ++i)
        if (!fs::exists(request.files[i], code))
            return request.files[i].string() + " is not there any more";
        else if (stampOf(request.files[i]) != stamps[i])
            return request.files[i].string() + " has changed since";
    if (fs::exists(datasets / slug, code))
        return "there is a dataset \"" + slug + "\" by now";
    return {};
}

Status writeImportIdentity(const fs::path& staging, const ImportIdentity& identity)
{
    OrderedJson json = toJson(identity);
    json["started"] = identity.started;
    return writeJsonFile(staging / kIdentityFile, json);
}

Result<ImportIdentity> readImportIdentity(const fs::path& staging)
{
    const fs::path path = staging / kIdentityFile;
    KOALA_TRY(const Json json, readJsonFile(path));
    ImportIdentity identity;
    KOALA_TRY(identity.slug, stringAt(json, "slug", path.string()));
    KOALA_TRY(identity.importer, stringAt(json, "importer", path.string()));
    KOALA_TRY(identity.request.columns, ColumnMap::fromJson(memberOr(json, "columns")));
    identity.request.name = stringOr(json, "name", "");
    identity.request.format = stringOr(json, "format", "");
    identity.request.licence = stringOr(json, "licence", "");
    identity.request.terms = stringOr(json, "terms", "");
    identity.request.use = stringOr(json, "use", "training");
    identity.started = stringOr(json, "started", "");
    const Json& files = memberOr(json, "files");
    for (const Json& file : files.is_array() ? files : Json::array()) {
        KOALA_TRY(std::string name, stringAt(file, "path", path.string()));
        KOALA_TRY(const std::int64_t bytes, integerAt(file, "bytes", path.string()));
        KOALA_TRY(const std::int64_t changed, integerAt(file, "changed", path.string()));
        identity.request.files.emplace_back(std::move(name));
        identity.stamps.push_back({std::uint64_t(bytes), changed});
    }
    if (identity.request.files.empty() || !isSafeName(identity.slug))
        return invalidInput(path.string() + " does not say which import it is of");
    return identity;
}

} // namespace koala
