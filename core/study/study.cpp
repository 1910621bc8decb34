#include "core/study/study.h"

#include <fmt/format.h>

#include "core/base/sha256.h"
#include "core/base/time.h"

namespace koala {
namespace {

OrderedJson toJson(const Study& study)
{
    OrderedJson json;
    json["version"] = 1;
    json["slug"] = study.slug;
    json["title"] = study.title;
    json["kind"] = study.kind;
    json["blind"] = study.blind;
    json["prompt_set"] = study.promptSet;
    json["left"] = study.left;
    json["right"] = study.right;
    json["criteria"] = OrderedJson::array();
    for (const Criterion& criterion : study.criteria)
        json["criteria"].push_back({{"id", criterion.id}, {"wording", criterion.wording}});
    json["created"] = study.created;
    return json;
}

} // namespace

Result<Study> loadStudy(const fs::path& directory)
{
    const fs::path file = directory / "study.json";
    KOALA_TRY(const Json json, readJsonFile(file));
    const std::string what = file.string();
    KOALA_TRY(const std::int64_t version, integerAt(json, "version", what));
    if (version != 1)
        return invalidInput(fmt::format(
            "{}: version {} is newer than this program knows; update it", what, version));
    Study study;
    study.directory = directory;
    study.slug = directory.filename().string();
    study.title = stringOr(json, "title", study.slug);
    study.kind = stringOr(json, "kind", "browsing");
    study.blind = boolOr(json, "blind", false);
    KOALA_TRY(study.promptSet, stringAt(json, "prompt_set", what));
    KOALA_TRY(study.left, stringAt(json, "left", what));
    KOALA_TRY(study.right, stringAt(json, "right", what));
    if (const Json& list = memberOr(json, "criteria"); list.is_array())
        for (const Json& entry : list)
            study.criteria.push_back({stringOr(entry, "id", ""), stringOr(entry, "wording", "")});
    study.created = stringOr(json, "created", "");
    return study;
}

Result<Study> openBrowsingStudy(const fs::path& project, std::string_view promptSet,
    std::string_view left, std::string_view right)
{
    for (const std::string_view name : {promptSet, left, right})
        if (!isSafeName(name))
            return invalidInput(fmt::format("\"{}\" is no name of a prompt or answer set", name));
    const std::string pair = fmt::format("{}/{}/{}", promptSet, left, right);
    // The names alone could collide once shortened; the hash keeps pairs apart.
    const std::string slug = slugify(fmt::format("browse-{}-{}", left, right)).substr(0, 48) + "-" +
                             sha256Hex(pair).substr(0, 8);
    const fs::path directory = project / "studies" / slug;
    std::error_code code;
    if (fs::exists(directory / "study.json", code))
        return loadStudy(directory);
    Study study;
    study.slug = slug;
    study.title = fmt::format("{} against {} on {}", left, right, promptSet);
    study.promptSet = promptSet;
    study.left = left;
    study.right = right;
    study.criteria = {{"quality", "Which answer is better: more helpful, and correct?"}};
    study.created = nowUtc();
    study.directory = directory;
    KOALA_RETURN_IF_ERROR(createDirectories(directory));
    KOALA_RETURN_IF_ERROR(writeJsonFile(directory / "study.json", toJson(study)));
    return study;
}

Result<std::vector<Study>> listStudies(const fs::path& project)
{
    std::vector<Study> studies;
    std::error_code code;
    if (!fs::is_directory(project / "studies", code))
        return studies;
    KOALA_TRY(const std::vector<fs::path> folders, listDirectory(project / "studies"));
    for (const fs::path& folder : folders)
        if (Result<Study> study = loadStudy(folder))
            studies.push_back(std::move(study).value());
    return studies;
}

} // namespace koala
