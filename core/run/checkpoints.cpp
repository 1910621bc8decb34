#include "core/run/checkpoints.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "core/base/sha256.h"

namespace koala {
namespace {

std::optional<std::int64_t> stepOfName(std::string_view name)
{
    std::int64_t step = 0;
    if (!name.starts_with("step-"))
        return std::nullopt;
    const auto [end, code] = std::from_chars(name.data() + 5, name.data() + name.size(), step);
    if (code != std::errc() || end != name.data() + name.size())
        return std::nullopt;
    return step;
}

fs::path pinFile(const fs::path& checkpoint)
{
    return checkpoint.parent_path() / (".pinned-" + checkpoint.filename().string());
}

Status readManifest(const fs::path& directory, CheckpointInfo& info)
{
    const std::string what = (directory / "manifest.json").string();
    KOALA_TRY(const Json manifest, readJsonFile(directory / "manifest.json"));
    KOALA_TRY(info.step, integerAt(manifest, "step", what));
    if (const auto named = stepOfName(directory.filename().string()); named && *named != info.step)
        return invalidInput(fmt::format(
            "{} is that of step {}; the folder was mixed up with another", what, info.step));
    info.finite = boolOr(manifest, "finite", true);
    const Json& base = memberOr(manifest, "base");
    info.basePath = stringOr(base, "path", "");
    info.baseSha256 = stringOr(base, "sha256", "");
    for (const Json& entry : memberOr(manifest, "files")) {
        CheckpointFile file;
        KOALA_TRY(file.name, stringAt(entry, "name", what));
        KOALA_TRY(file.bytes, integerAt(entry, "bytes", what));
        KOALA_TRY(file.sha256, stringAt(entry, "sha256", what));
        KOALA_TRY(const fs::path path, pathInside(directory, file.name));
        std::error_code code;
        const auto size = fs::file_size(path, code);
        if (code || std::int64_t(size) != file.bytes)
            return ioError(fmt::format("{} is {}; its manifest says {} bytes", path.string(),
                code ? std::string("missing") : fmt::format("{} bytes", size), file.bytes));
        info.bytes += file.bytes;
        info.files.push_back(std::move(file));
    }
    if (info.files.empty())
        return invalidInput(what + ": names no files");
    return {};
}

} // namespace

std::string checkpointName(std::int64_t step)
{
    return fmt::format("step-{:08}", step);
}

fs::path checkpointsDirectory(const fs::path& runDirectory)
{
    return runDirectory / "checkpoints";
}

fs::path checkpointDirectory(const fs::path& runDirectory, std::int64_t step)
{
    return checkpointsDirectory(runDirectory) / checkpointName(step);
}

CheckpointInfo inspectCheckpoint(const fs::path& directory)
{
    CheckpointInfo info;
    info.path = directory;
    info.step = stepOfName(directory.filename().string()).value_or(0);
    std::error_code code;
    info.pinned = fs::exists(pinFile(directory), code);
    const Status read = readManifest(directory, info);
    info.complete = read.ok();
    if (!read.ok())
        info.problem = read.error().message;
    return info;
}

Status verifyCheckpoint(const fs::path& directory)
{
    const CheckpointInfo info = inspectCheckpoint(directory);
    if (!info.complete)
        return invalidInput(fmt::format("checkpoint {}: {}", directory.string(), info.problem));
    for (const CheckpointFile& file : info.files) {
        KOALA_TRY(const std::string hash, sha256File(directory / file.name));
        if (hash != file.sha256)
            return invalidInput(fmt::format("checkpoint {}: {} was changed or damaged after it was "
                                            "written; use an earlier checkpoint",
                directory.string(), file.name));
    }
    return {};
}

std::vector<CheckpointInfo> listCheckpoints(const fs::path& runDirectory)
{
    std::vector<CheckpointInfo> checkpoints;
    const auto entries = listDirectory(checkpointsDirectory(runDirectory));
    if (!entries.ok())
        return checkpoints;
    for (const fs::path& entry : *entries)
        if (stepOfName(entry.filename().string()))
            checkpoints.push_back(inspectCheckpoint(entry));
    std::sort(checkpoints.begin(), checkpoints.end(),
        [](const auto& a, const auto& b) { return a.step < b.step; });
    return checkpoints;
}

Result<CheckpointInfo> latestVerifiedCheckpoint(const fs::path& runDirectory)
{
    std::vector<CheckpointInfo> checkpoints = listCheckpoints(runDirectory);
    std::reverse(checkpoints.begin(), checkpoints.end());
    for (CheckpointInfo& checkpoint : checkpoints)
        if (checkpoint.complete && checkpoint.finite && verifyCheckpoint(checkpoint.path).ok())
            return std::move(checkpoint);
    return notFound(
        fmt::format("{} has no complete checkpoint of finite numbers; start the run anew",
            runDirectory.string()));
}

Status writeManifest(const fs::path& directory, const ManifestFacts& facts)
{
    OrderedJson files = OrderedJson::array();
    KOALA_TRY(const std::vector<fs::path> entries, listDirectory(directory));
    for (const fs::path& entry : entries) {
        std::error_code code;
        if (!fs::is_regular_file(entry, code) || entry.filename() == "manifest.json")
            continue;
        KOALA_TRY(const std::string hash, sha256File(entry));
        files.push_back({{"name", entry.filename().string()}, {"bytes", fs::file_size(entry, code)},
            {"sha256", hash}});
    }
    OrderedJson manifest = OrderedJson::object();
    manifest["version"] = 1;
    manifest["step"] = facts.step;
    manifest["files"] = std::move(files);
    manifest["base"] = {{"path", facts.basePath}, {"sha256", facts.baseSha256}};
    manifest["finite"] = facts.finite;
    manifest["fingerprint"] = facts.fingerprint;
    return writeJsonFile(directory / "manifest.json", manifest);
}

Status pinCheckpoint(const fs::path& runDirectory, std::int64_t step)
{
    const fs::path directory = checkpointDirectory(runDirectory, step);
    std::error_code code;
    if (!fs::exists(directory, code))
        return notFound(fmt::format("there is no checkpoint {}", directory.string()));
    return writeFileAtomically(pinFile(directory), "");
}

} // namespace koala
