#include "ui/services/source_files.h"

#include "core/base/json.h"
#include "core/base/time.h"

namespace koala {

namespace {
Status refuseWhileWritten(const fs::path& directory)
{
    std::error_code code;
    if (!fs::exists(directory / ".lock", code))
        return {};
    const auto lock = FileLock::acquire(directory / ".lock");
    return lock.ok() ? Status()
                     : unavailable(directory.filename().string() +
                                   " is being written; wait until that has ended");
}

Result<OrderedJson> readOrdered(const fs::path& file)
{
    KOALA_TRY(const std::string text, readFile(file));
    OrderedJson json = OrderedJson::parse(text, nullptr, false);
    if (!json.is_object())
        return invalidInput(file.string() + " is no JSON object; import the file again");
    return json;
}
} // namespace

Status editSource(const fs::path& project, const std::string& slug, const SourceEdit& edit)
{
    const fs::path manifest = project / "datasets" / slug / "manifest.json";
    KOALA_TRY(OrderedJson json, readOrdered(manifest)); // what this program does not know stays
    if (edit.title && edit.title->empty())
        return invalidInput("a source needs a name");
    const std::pair<const char*, const std::optional<std::string>&> fields[] = {
        {"title", edit.title}, {"licence", edit.licence}, {"terms", edit.terms}, {"use", edit.use}};
    for (const auto& [key, value] : fields)
        if (value)
            json[key] = *value;
    return writeJsonFile(manifest, json);
}

Result<fs::path> trashSource(const fs::path& project, const std::string& slug)
{
    const fs::path from = project / "datasets" / slug;
    KOALA_RETURN_IF_ERROR(refuseWhileWritten(from));
    KOALA_RETURN_IF_ERROR(createDirectories(project / ".trash"));
    std::string stamp = nowUtc();
    for (char& c : stamp)
        c = c == ':' ? '-' : c;
    const fs::path to = project / ".trash" / (slug + "-" + stamp);
    std::error_code code;
    fs::rename(from, to, code);
    if (code)
        return fileError("move", from, code.value());
    return to;
}

Status restoreSource(const fs::path& project, const std::string& slug, const fs::path& trashed)
{
    const fs::path to = project / "datasets" / slug;
    std::error_code code;
    if (fs::exists(to, code))
        return invalidInput(
            "there is a dataset \"" + slug + "\" again; rename " + trashed.string() + " by hand");
    fs::rename(trashed, to, code);
    return code ? Status(fileError("move", trashed, code.value())) : Status();
}

} // namespace koala
