#include "core/data/formats/data_sheet.h"

#include <algorithm>
#include <map>

#include "core/base/utf8.h"

namespace koala {
namespace {

constexpr std::size_t kListed = 12; // reasons and steps of one list
constexpr std::size_t kQuarantineRead = 100'000;

// One line, shown as it stands: what Markdown or HTML would take for its own is set off.
std::string plain(std::string_view text, std::size_t characters = 300)
{
    std::string shown;
    for (const char c : elided(toValidUtf8(text), characters)) {
        if (c == '\n' || c == '\r' || c == '\t')
            shown += ' ';
        else if (std::string_view("\\`*_[]<>|#").find(c) != std::string_view::npos)
            (shown += '\\') += c;
        else
            shown += c;
    }
    return shown;
}

// Reasons that differ in numbers and in quoted words only are one.
std::string generalised(std::string_view reason)
{
    std::string general;
    for (std::size_t i = 0; i < reason.size(); ++i) {
        const bool digit = reason[i] >= '0' && reason[i] <= '9';
        if (!digit)
            general += reason[i];
        else if (general.empty() || general.back() != 'N')
            general += 'N';
    }
    return general;
}

void addSources(const DatasetManifest& manifest, std::string& out)
{
    out += "## Sources\n\n";
    for (const SourceFile& source : manifest.sources)
        out += fmt::format(
            "- {}, {} bytes, SHA-256 {}\n", plain(source.path), source.bytes, plain(source.sha256));
    out += fmt::format("\nRead as {}", plain(manifest.importer));
    if (!manifest.importerOptions.empty())
        out += fmt::format(" with {}", plain(manifest.importerOptions.dump()));
    out += fmt::format(", on {}.\n\n", plain(manifest.created));
}

void addTerms(const DatasetManifest& manifest, std::string& out)
{
    out += fmt::format("## Licence and terms\n\n- Licence: {}\n- Terms: {}\n- For: {}\n\n",
        manifest.licence.empty() ? "unknown" : plain(manifest.licence),
        manifest.terms.empty() ? "none stated" : plain(manifest.terms, 2000),
        manifest.use == "evaluation" ? "evaluation only" : "training");
}

void addCounts(const Dataset& dataset, std::string& out)
{
    const DatasetManifest& manifest = dataset.manifest();
    std::uint64_t characters = 0;
    std::uint64_t good = 0, bad = 0, chosen = 0, rejected = 0, ties = 0, manyTurns = 0;
    for (const RowFacts& row : dataset.rows()) {
        characters += row.characters;
        manyTurns += std::uint64_t(row.turns > 2);
        good += std::uint64_t(row.rank < 0 && row.feedback == Feedback::Positive);
        bad += std::uint64_t(row.rank < 0 && row.feedback == Feedback::Negative);
        chosen += std::uint64_t(row.rank == std::int8_t(PairRank::Chosen));
        rejected += std::uint64_t(row.rank == std::int8_t(PairRank::Rejected));
        ties += std::uint64_t(row.rank == std::int8_t(PairRank::Tie));
    }
    out +=
        fmt::format("## Counts\n\n- {} records in the sources: {} kept, {} set aside\n"
                    "- {} conversations, {} turns, {} bytes of text; {} have more than two turns\n",
            manifest.sourceRows + manifest.quarantined, manifest.sourceRows, manifest.quarantined,
            manifest.rows, manifest.turns, characters, manyTurns);
    if (chosen + rejected + ties > 0)
        out += fmt::format(
            "- In comparisons: {} preferred, {} rejected, {} ties\n", chosen, rejected, ties);
    if (good + bad > 0)
        out += fmt::format("- Marked by themselves: {} good, {} bad\n", good, bad);
    out += fmt::format("- SHA-256 of the rows: {}\n\n", plain(manifest.rowsSha256));
}

Status addFaults(const Dataset& dataset, std::string& out)
{
    const DatasetManifest& manifest = dataset.manifest();
    out += "## Known faults\n\n";
    KOALA_TRY(const auto quarantine, dataset.quarantine(kQuarantineRead));
    std::map<std::string, std::pair<std::uint64_t, std::uint64_t>> reasons; // whole, turn
    for (const QuarantinedRecord& record : quarantine) {
        auto& [whole, turn] = reasons[generalised(record.reason)];
        ++(record.turnOnly ? turn : whole);
    }
    std::vector<std::pair<std::uint64_t, std::string>> lines;
    for (const auto& [reason, counts] : reasons) {
        if (counts.first > 0)
            lines.emplace_back(
                counts.first, fmt::format("{} records set aside: {}", counts.first, plain(reason)));
        if (counts.second > 0)
            lines.emplace_back(counts.second,
                fmt::format("{} turns or parts left out: {}", counts.second, plain(reason)));
    }
    std::stable_sort(
        lines.begin(), lines.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    for (std::size_t i = 0; i < std::min(lines.size(), kListed); ++i)
        out += "- " + lines[i].second + "\n";
    if (lines.size() > kListed)
        out += fmt::format("- and {} reasons more, in quarantine.jsonl\n", lines.size() - kListed);
    for (const auto& [name, number] : manifest.oddities) {
        std::string words = name;
        std::replace(words.begin(), words.end(), '_', ' ');
        out += fmt::format("- {} with {} (unchanged, counted)\n", number, plain(words));
    }
    if (lines.empty() && manifest.oddities.empty())
        out += "None was found while it was read.\n";
    out += '\n';
    return {};
}

void addSteps(const Dataset& dataset, std::string& out)
{
    out += "## Cleaning\n\n";
    const auto json = readJsonFile(dataset.directory() / "steps.json");
    const Json& steps = json.ok() ? memberOr(*json, "steps") : memberOr(Json::object(), "steps");
    if (!steps.is_array() || steps.empty()) {
        out += "No steps: the rows are as they were imported.\n";
        return;
    }
    int number = 0;
    for (const Json& step : steps) {
        const Json& options = memberOr(step, "options");
        out += fmt::format("{}. {}{}{}\n", ++number, plain(stringOr(step, "type", "?")),
            options.empty() ? "" : " with " + plain(toLine(options)),
            boolOr(step, "enabled", true) ? "" : " (switched off)");
    }
    out += fmt::format("\nSHA-256 of the rows after them: {}\n",
        plain(stringOr(*json, "effective_sha256", "unknown")));
}

} // namespace

Result<std::string> dataSheet(const Dataset& dataset)
{
    const DatasetManifest& manifest = dataset.manifest();
    std::string out = fmt::format("# Data sheet: {}\n\n", plain(manifest.title));
    addSources(manifest, out);
    addTerms(manifest, out);
    addCounts(dataset, out);
    KOALA_RETURN_IF_ERROR(addFaults(dataset, out));
    addSteps(dataset, out);
    return out;
}

} // namespace koala
