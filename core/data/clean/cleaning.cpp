#include "core/data/clean/cleaning.h"

#include <chrono>

#include "core/base/ids.h"
#include "core/data/clean/cleaned_folder.h"
#include "core/data/clean/cleaning_run.h"

namespace koala {
namespace {

constexpr std::string_view kStagingPrefix = ".cleaning-";

fs::path projectOf(const fs::path& datasetDirectory, const CleaningOptions& options)
{
    return options.projectDirectory.empty() ? datasetDirectory.parent_path().parent_path()
                                            : options.projectDirectory;
}

// Of runs that were killed; the lock says that none is at work.
void removeAbandoned(const fs::path& directory)
{
    std::error_code code;
    for (const fs::directory_entry& entry : fs::directory_iterator(directory, code))
        if (entry.path().filename().string().starts_with(kStagingPrefix))
            (void)removeAll(entry.path());
}

Result<CleaningReport> runIn(const fs::path& folder, const Dataset& dataset,
    const CleaningSteps& steps, const CleaningOptions& options, const fs::path& project)
{
    const auto begin = std::chrono::steady_clock::now();
    KOALA_TRY(const std::string key, cleaningKey(dataset.manifest(), steps, project));
    KOALA_TRY(EditedLines edits, EditedLines::create(folder / "edits.tmp", dataset.size()));
    CleaningRun run(dataset, options, std::move(edits));
    const StepContext context{project, dataset.size(), std::max(1u, options.threads)};
    for (const CleaningStep& step : steps.steps) {
        if (!step.enabled)
            continue;
        const StepType& type = *findStepType(step.type); // cleaningKey has looked
        KOALA_TRY(const Json complete, completeOptions(type, step.options));
        KOALA_TRY(std::unique_ptr<Step> work,
            type.make(complete, context).within(fmt::format("step {} ({})", step.id, step.type)));
        KOALA_RETURN_IF_ERROR(run.addStep(step, std::move(work)));
    }
    KOALA_RETURN_IF_ERROR(run.runSteps());
    const fs::path made = folder / "cleaned";
    std::optional<CleanedFolderWriter> writer;
    if (!options.dryRun) {
        KOALA_TRY(CleanedFolderWriter created, CleanedFolderWriter::create(made));
        writer = std::move(created);
    }
    KOALA_RETURN_IF_ERROR(run.finish(writer ? &*writer : nullptr));
    run.report().seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    if (writer)
        KOALA_RETURN_IF_ERROR(writer->publish(dataset.directory(), key, run.report(), made));
    return std::move(run.report());
}

// Notes the hash with the steps, if they are still those that ran.
Status noteHash(const fs::path& directory, const CleaningSteps& ran, const std::string& sha256)
{
    KOALA_TRY(CleaningSteps present, readSteps(directory));
    CleaningSteps same = ran;
    same.effectiveSha256 = present.effectiveSha256;
    if (toJson(same) != toJson(present) || present.effectiveSha256 == sha256)
        return {};
    present.effectiveSha256 = sha256;
    return writeSteps(directory, present);
}

} // namespace

Result<CleaningReport> runCleaning(
    const Dataset& dataset, const CleaningSteps& steps, const CleaningOptions& options)
{
    const fs::path& directory = dataset.directory();
    const fs::path project = projectOf(directory, options);
    if (options.dryRun) {
        KOALA_TRY(const TemporaryDirectory scratch, TemporaryDirectory::create({}, "koala-clean"));
        return runIn(scratch.path(), dataset, steps, options, project);
    }
    KOALA_TRY(const FileLock lock,
        FileLock::acquire(directory / ".clean.lock")
            .within("the dataset " + dataset.manifest().slug + " is being cleaned already"));
    removeAbandoned(directory);
    const fs::path folder = directory / fmt::format("{}{}", kStagingPrefix, randomHex(8));
    KOALA_RETURN_IF_ERROR(createDirectories(folder));
    Result<CleaningReport> report = runIn(folder, dataset, steps, options, project);
    (void)removeAll(folder);
    if (report.ok())
        KOALA_RETURN_IF_ERROR(noteHash(directory, steps, report->effectiveSha256));
    return report;
}

Result<std::optional<CleaningReport>> readCleaningReport(const fs::path& datasetDirectory)
{
    KOALA_TRY(const CleaningSteps steps, readSteps(datasetDirectory));
    KOALA_TRY(const DatasetManifest manifest, readDatasetManifest(datasetDirectory));
    KOALA_TRY(const std::string key,
        cleaningKey(manifest, steps, datasetDirectory.parent_path().parent_path()));
    return readCleanedReport(datasetDirectory, key);
}

Result<std::shared_ptr<const Dataset>> openEffectiveDataset(
    const fs::path& datasetDirectory, const CleaningOptions& options)
{
    KOALA_TRY(const CleaningSteps steps, readSteps(datasetDirectory));
    if (!steps.anyEnabled())
        return Dataset::open(datasetDirectory);
    KOALA_TRY(const DatasetManifest manifest, readDatasetManifest(datasetDirectory));
    KOALA_TRY(
        const std::string key, cleaningKey(manifest, steps, projectOf(datasetDirectory, options)));
    if (const auto view = readCleanedView(datasetDirectory, key))
        return Dataset::openView(datasetDirectory, *view);
    KOALA_TRY(const std::shared_ptr<const Dataset> whole, Dataset::open(datasetDirectory));
    CleaningOptions wanted = options;
    wanted.dryRun = false;
    KOALA_TRY(const CleaningReport report, runCleaning(*whole, steps, wanted));
    if (const auto view = readCleanedView(datasetDirectory, key))
        return Dataset::openView(datasetDirectory, *view);
    return ioError("the cleaned rows of " + datasetDirectory.string() +
                   " cannot be read back; see that the disk is not full, then clean it again");
}

} // namespace koala
