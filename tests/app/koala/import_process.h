// tests/app/koala/import_process.h: a project, made data to import into it, and `koala` run on it
// as a process of its own, with faults of the file system where a test wants them.
#pragma once

#include <algorithm>
#include <csignal>
#include <set>

#include <fmt/format.h>
#include <zlib.h>

#include "core/base/json.h"
#include "core/base/process.h"
#include "core/data/dataset.h"
#include "core/data/formats/unfinished_imports.h"
#include "tests/support/memory_directory.h"

namespace koala::test {

// Records of three formats; some of the first cannot be read.
inline std::string task(int i, int)
{
    return i % 997 == 5 ? "{\"instruction\": broken}\n"
                        : fmt::format("{{\"instruction\":\"Count to {}\",\"input\":\"\","
                                      "\"output\":\"one, two … {}\"}}\n",
                              i, i);
}
inline std::string dialogue(int i, int count)
{
    return fmt::format(
        "{}{{\"id\":\"d{}\",\"conversations\":[{{\"from\":\"human\",\"value\":\"Q {}\"}},"
        "{{\"from\":\"gpt\",\"value\":\"A\"}}]}}{}",
        i == 0 ? "[" : "", i, i, i + 1 == count ? "]\n" : ",\n");
}
inline std::string pair(int i, int)
{
    return fmt::format("{{\"chosen\":\"\\n\\nHuman: {}\\n\\nAssistant: a\","
                       "\"rejected\":\"\\n\\nHuman: {}\\n\\nAssistant: b\"}}\n",
        i, i);
}

struct Kind {
    const char* format;
    std::string (*record)(int number, int count);
    bool packed;
};
inline void PrintTo(const Kind& kind, std::ostream* out)
{
    *out << kind.format << (kind.packed ? ", packed" : "");
}
inline const Kind kKinds[] = {{"alpaca", task, false}, {"alpaca", task, true},
    {"sharegpt", dialogue, false}, {"sharegpt", dialogue, true}, {"hh", pair, false},
    {"hh", pair, true}};

inline void writeRecords(const fs::path& path, const Kind& kind, int count)
{
    std::string text;
    for (int i = 0; i < count; ++i)
        text += kind.record(i, count);
    if (!kind.packed)
        return writeText(path, text);
    gzFile file = ::gzopen(path.c_str(), "wb1");
    ASSERT_EQ(::gzwrite(file, text.data(), unsigned(text.size())), int(text.size()));
    ASSERT_EQ(::gzclose(file), Z_OK);
}

struct Ended {
    int status = 0;    // exit status, or 128 + signal
    std::string words; // standard output and error
    bool killed() const { return status == 128 + SIGKILL; }
};

// What an import says in JSON: how far it was, and the dataset at the end.
inline std::uint64_t lastNumber(const Ended& ended, const char* key)
{
    std::uint64_t last = 0;
    for (std::size_t from = 0; from < ended.words.size();) {
        const std::size_t end = std::min(ended.words.find('\n', from), ended.words.size());
        if (const auto json = parseJson(ended.words.substr(from, end - from), "a line"); json.ok())
            last = std::uint64_t(integerOr(*json, key, std::int64_t(last)));
        from = end + 1;
    }
    return last;
}

class ImportProcess {
public:
    explicit ImportProcess(const fs::path& directory) : m_directory(directory)
    {
        writeText(m_directory / "project.json",
            R"({"version":1,"id":"00000000-0000-4000-8000-000000000000","name":"p",)"
            R"("created":"2026-01-01T00:00:00.000Z"})");
        fs::create_directory(datasets());
    }
    fs::path datasets() const { return m_directory / "datasets"; }
    fs::path made() const { return datasets() / "tasks"; }
    // Beside the project: its disk may be full.
    fs::path callsFile() const { return m_directory.string() + "-calls"; }
    fs::path wordsFile() const { return m_directory.string() + "-words"; }

    ProcessOptions command(std::vector<std::string> arguments) const
    {
        ProcessOptions options;
        options.arguments = {KOALA_PROGRAM_FILE, "--project", m_directory.string()};
        options.arguments.insert(options.arguments.end(), arguments.begin(), arguments.end());
        options.outputFile = wordsFile();
        return options;
    }
    // With `faults`, as faultbox.h names them, for what happens in the folder of datasets.
    ChildProcess start(
        std::vector<std::string> arguments, std::vector<std::string> faults = {}) const
    {
        if (!faults.empty()) {
            faults.push_back("LD_PRELOAD=" KOALA_FAULTBOX_FILE);
            faults.push_back("FAULTBOX_UNDER=" + datasets().string());
            faults.push_back("ASAN_OPTIONS=verify_asan_link_order=0");
        }
        ProcessOptions options = command(std::move(arguments));
        options.environment = std::move(faults);
        auto child = ChildProcess::start(options);
        EXPECT_TRUE(child.ok()) << child.error().message;
        return std::move(child).value();
    }
    Ended run(std::vector<std::string> arguments, std::vector<std::string> faults = {}) const
    {
        std::error_code code;
        fs::remove(wordsFile(), code);
        ChildProcess child = start(std::move(arguments), std::move(faults));
        const auto status = child.wait();
        return {status.ok() ? *status : -1, readFile(wordsFile()).valueOr("")};
    }
    Ended import(const fs::path& file, std::vector<std::string> faults = {}) const
    {
        return run(
            {"data", "import", "--json", "--name", "tasks", file.string()}, std::move(faults));
    }
    // As a person would: with the name of what is left, if anything is, else from the file.
    Ended goOn(const fs::path& file) const
    {
        const auto left = unfinishedImports(datasets());
        if (left.ok() && !left->empty() && left->front().problem.empty())
            return run({"data", "import", "--json", "--continue", left->front().id});
        return import(file);
    }
    // The names of the calls that an undisturbed import makes.
    std::vector<std::string> calls(const fs::path& file) const
    {
        std::error_code code;
        fs::remove(callsFile(), code);
        const Ended ended = import(file, {"FAULTBOX_LOG=" + callsFile().string()});
        EXPECT_TRUE(ended.status == 0 || ended.status == 3) << ended.words;
        std::vector<std::string> lines;
        const std::string text = readFile(callsFile()).valueOr("");
        for (std::size_t from = 0; from < text.size();) {
            const std::size_t end = text.find('\n', from);
            lines.push_back(text.substr(from, end - from));
            from = end + 1;
        }
        return lines;
    }

private:
    fs::path m_directory;
};

inline std::set<std::string> namesIn(const fs::path& folder)
{
    std::set<std::string> names;
    std::error_code code;
    for (const auto& entry : fs::directory_iterator(folder, code))
        names.insert(entry.path().filename().string());
    return names;
}

} // namespace koala::test
