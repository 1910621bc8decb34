// tests/core/data/clean/cleaning_support.h: a dataset for one test, from conversations written out
// or from a real file.
#pragma once

#include "core/data/clean/cleaning.h"
#include "core/data/formats/dataset_import.h"
#include "tests/support/temporary.h"

namespace koala::test {

using Turns = std::vector<std::pair<std::string, std::string>>; // from (human, gpt …), text

class CleaningProject {
public:
    CleaningProject() : m_folder(temporaryDirectory()) {}
    const fs::path& path() const { return m_folder.path(); }

    std::shared_ptr<const Dataset> import(const fs::path& file, const std::string& format = "")
    {
        ImportRequest request;
        request.datasetsDirectory = path() / "datasets";
        fs::create_directories(request.datasetsDirectory);
        request.files = {file};
        request.format = format;
        const auto manifest = importDataset(request);
        EXPECT_TRUE(manifest.ok()) << manifest.error().message;
        const auto dataset = Dataset::open(request.datasetsDirectory / manifest->slug);
        EXPECT_TRUE(dataset.ok()) << dataset.error().message;
        return *dataset;
    }
    std::shared_ptr<const Dataset> make(const std::vector<Turns>& conversations)
    {
        Json list = Json::array();
        for (std::size_t i = 0; i < conversations.size(); ++i) {
            Json turns = Json::array();
            for (const auto& [from, value] : conversations[i])
                turns.push_back({{"from", from}, {"value", value}});
            list.push_back({{"id", std::to_string(i)}, {"conversations", turns}});
        }
        writeText(path() / "made.json", list.dump());
        return import(path() / "made.json", "sharegpt");
    }
    void addPrompts(const std::string& set, const std::vector<std::string>& prompts)
    {
        std::string lines;
        for (std::size_t i = 0; i < prompts.size(); ++i)
            lines +=
                Json{{"id", set + "_" + std::to_string(i)}, {"prompt", prompts[i]}}.dump() + "\n";
        writeText(path() / "prompts" / (set + ".jsonl"), lines);
    }

private:
    TemporaryDirectory m_folder;
};

inline CleaningReport run(
    const Dataset& dataset, const CleaningSteps& steps, const CleaningOptions& options = {})
{
    const auto report = runCleaning(dataset, steps, options);
    EXPECT_TRUE(report.ok()) << report.error().message;
    return report.ok() ? *report : CleaningReport();
}

// One step by itself, without keeping anything.
inline StepReport runOne(
    const Dataset& dataset, const std::string& type, const Json& options = Json::object())
{
    CleaningSteps steps;
    steps.add(type, options);
    CleaningOptions dry;
    dry.dryRun = true;
    const CleaningReport report = run(dataset, steps, dry);
    return report.steps.empty() ? StepReport() : report.steps.front();
}

inline std::string fact(const StepReport& report, const std::string& name)
{
    for (const auto& [known, value] : report.facts)
        if (known == name)
            return value;
    return "none";
}

} // namespace koala::test
