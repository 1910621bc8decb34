#include "core/data/clean/cleaned_folder.h"

#include <cerrno>
#include <cstring>

#include "core/base/ids.h"
#include "core/base/sha256.h"
#include "core/data/clean/step_types.h"

namespace koala {
namespace {

constexpr int kVersion = 1; // of what the steps do: another gives other keys
constexpr std::size_t kFlushBytes = std::size_t(4) << 20;
constexpr std::size_t kEditedFields = 6;

void putNumber(std::string& out, std::uint64_t value)
{
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

Status appendTo(const fs::path& path, std::string& bytes)
{
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
        std::fopen(path.c_str(), "abe"), std::fclose);
    if (file == nullptr || std::fwrite(bytes.data(), 1, bytes.size(), file.get()) != bytes.size() ||
        std::fflush(file.get()) != 0)
        return fileError("write", path, errno);
    bytes.clear();
    return {};
}

std::optional<Json> stateOf(const fs::path& folder, const std::string& key)
{
    std::error_code code;
    if (!fs::exists(folder / "state.json", code))
        return std::nullopt;
    const Result<Json> state = readJsonFile(folder / "state.json");
    if (!state.ok() || stringOr(*state, "key", "") != key)
        return std::nullopt;
    return *state;
}

} // namespace

Result<std::string> cleaningKey(
    const DatasetManifest& manifest, const CleaningSteps& steps, const fs::path& project)
{
    Sha256 hash;
    hash.update(fmt::format("{}\n{}\n", kVersion, manifest.rowsSha256));
    for (const CleaningStep& step : steps.steps) {
        if (!step.enabled)
            continue;
        const StepType* type = findStepType(step.type);
        if (type == nullptr)
            return invalidInput("there is no cleaning step of the type \"" + step.type + "\"");
        KOALA_TRY(const Json options, completeOptions(*type, step.options));
        hash.update(fmt::format("{} {}\n", step.type, toLine(options)));
        KOALA_TRY(const std::vector<std::string> sets, promptSetsOf(step));
        for (const std::string& name : sets) {
            KOALA_TRY(const std::string content,
                sha256File(project / "prompts" / (name + ".jsonl"))
                    .within("the step " + step.id + " wants the prompt set " + name));
            hash.update(content + "\n");
        }
    }
    return hash.finishHex();
}

Result<CleanedFolderWriter> CleanedFolderWriter::create(const fs::path& staging)
{
    KOALA_RETURN_IF_ERROR(createDirectories(staging));
    for (const char* name : {"rows.bin", "edited.bin", "edited.jsonl"})
        KOALA_RETURN_IF_ERROR(writeFileAtomically(staging / name, ""));
    return CleanedFolderWriter(staging);
}

Status CleanedFolderWriter::add(std::uint64_t row)
{
    const auto number = std::uint32_t(row);
    m_rows.append(reinterpret_cast<const char*>(&number), sizeof number);
    return flush(false);
}

Status CleanedFolderWriter::addEdited(
    std::uint64_t row, const Conversation& conversation, std::string_view line)
{
    std::size_t characters = 0;
    for (const Turn& turn : conversation.turns)
        characters += turn.text.size();
    for (const std::uint64_t field : {row, m_linesBefore + m_lines.size(),
             std::uint64_t(line.size()), std::uint64_t(conversation.turns.size()),
             std::uint64_t(characters), promptGroupOf(conversation)})
        putNumber(m_edited, field);
    m_lines.append(line);
    m_lines += '\n';
    return add(row);
}

Status CleanedFolderWriter::addFile(const std::string& name, const std::string& contents)
{
    return writeFileAtomically(m_staging / name, contents);
}

Status CleanedFolderWriter::flush(bool all)
{
    if (all || m_rows.size() > kFlushBytes)
        KOALA_RETURN_IF_ERROR(appendTo(m_staging / "rows.bin", m_rows));
    if (all || m_edited.size() > kFlushBytes)
        KOALA_RETURN_IF_ERROR(appendTo(m_staging / "edited.bin", m_edited));
    if (all || m_lines.size() > kFlushBytes) {
        m_linesBefore += m_lines.size();
        KOALA_RETURN_IF_ERROR(appendTo(m_staging / "edited.jsonl", m_lines));
    }
    return {};
}

Status CleanedFolderWriter::publish(const fs::path& datasetDirectory, const std::string& key,
    const CleaningReport& report, fs::path stagingToMove)
{
    KOALA_RETURN_IF_ERROR(flush(true));
    KOALA_RETURN_IF_ERROR(writeJsonFile(m_staging / "report.json", toJson(report)));
    KOALA_RETURN_IF_ERROR(writeJsonFile(
        m_staging / "state.json", OrderedJson{{"version", 1}, {"key", key}, {"rows", report.kept},
                                      {"effective_sha256", report.effectiveSha256}}));
    const fs::path final = datasetDirectory / "cleaned";
    std::error_code code;
    if (fs::exists(final, code)) {
        const fs::path old = datasetDirectory / fmt::format(".cleaning-old-{}", randomHex(8));
        fs::rename(final, old, code);
        if (code)
            return fileError("replace", final, code.value());
        KOALA_RETURN_IF_ERROR(publishDirectory(stagingToMove, final));
        return removeAll(old);
    }
    return publishDirectory(stagingToMove, final);
}

std::optional<DatasetView> readCleanedView(const fs::path& datasetDirectory, const std::string& key)
{
    const fs::path folder = datasetDirectory / "cleaned";
    const std::optional<Json> state = stateOf(folder, key);
    if (!state)
        return std::nullopt;
    const Result<std::string> rows = readFile(folder / "rows.bin");
    const Result<std::string> edited = readFile(folder / "edited.bin");
    if (!rows.ok() || !edited.ok() ||
        rows->size() != std::size_t(integerOr(*state, "rows", -1)) * sizeof(std::uint32_t) ||
        edited->size() % (kEditedFields * sizeof(std::uint64_t)) != 0)
        return std::nullopt;
    DatasetView view;
    view.sha256 = stringOr(*state, "effective_sha256", "");
    view.rows.resize(rows->size() / sizeof(std::uint32_t));
    if (!rows->empty())
        std::memcpy(view.rows.data(), rows->data(), rows->size());
    for (std::size_t at = 0; at < edited->size(); at += kEditedFields * sizeof(std::uint64_t)) {
        std::uint64_t fields[kEditedFields];
        std::memcpy(fields, edited->data() + at, sizeof fields);
        view.edited.push_back({fields[0], fields[1], std::uint32_t(fields[2]),
            std::uint16_t(std::min<std::uint64_t>(fields[3], 0xFFFF)),
            std::uint32_t(std::min<std::uint64_t>(fields[4], 0xFFFFFFFF)), fields[5]});
    }
    if (!view.edited.empty())
        view.editedLines = folder / "edited.jsonl";
    return view;
}

std::optional<CleaningReport> readCleanedReport(
    const fs::path& datasetDirectory, const std::string& key)
{
    const fs::path folder = datasetDirectory / "cleaned";
    if (!stateOf(folder, key))
        return std::nullopt;
    const Result<Json> json = readJsonFile(folder / "report.json");
    if (!json.ok())
        return std::nullopt;
    auto report = cleaningReportFromJson(*json, (folder / "report.json").string());
    return report.ok() ? std::optional(std::move(*report)) : std::nullopt;
}

} // namespace koala
