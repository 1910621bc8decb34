#include "ui/services/study_results.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "core/base/line_reader.h"
#include "core/stats/sign_test.h"
#include "core/study/answer_set.h"
#include "core/study/journal.h"
#include "core/study/prompt_set.h"
#include "core/study/study.h"

namespace koala {
namespace {

// Sides may be swapped from vote to vote; here A is always left.
Better seenFromStudy(const Vote& vote, const Study& study)
{
    const bool swapped = vote.left == study.right && vote.right == study.left;
    if (swapped && vote.better == Better::Left)
        return Better::Right;
    if (swapped && vote.better == Better::Right)
        return Better::Left;
    return vote.better;
}

struct Tally {
    std::int64_t left = 0, right = 0, tie = 0, bothBad = 0;

    void add(Better better)
    {
        left += better == Better::Left;
        right += better == Better::Right;
        tie += better == Better::Tie;
        bothBad += better == Better::BothBad;
    }
    PreferenceCounts majority() const
    {
        const std::int64_t most = std::max({left, right, tie, bothBad});
        const int holders = (left == most) + (right == most) + (tie == most) + (bothBad == most);
        PreferenceCounts one;
        if (holders > 1 || tie == most)
            one.ties = 1;
        else if (right == most)
            one.wins = 1;
        else if (left == most)
            one.losses = 1;
        else
            one.bothBad = 1;
        return one;
    }
};

using Verdicts = std::map<std::string, PreferenceCounts>; // by prompt, one of the four each

Verdicts verdictsOn(
    const std::vector<Vote>& standing, const Study& study, std::string_view criterion)
{
    std::map<std::string, Tally> tallies;
    for (const Vote& vote : standing)
        if (vote.criterion == criterion)
            tallies[vote.item].add(seenFromStudy(vote, study));
    Verdicts verdicts;
    for (const auto& [item, tally] : tallies)
        verdicts[item] = tally.majority();
    return verdicts;
}

PreferenceCounts sum(const Verdicts& verdicts)
{
    PreferenceCounts counts;
    for (const auto& [item, one] : verdicts)
        counts += one;
    return counts;
}

std::vector<OutcomeRow> byGroup(const PromptSet& prompts, const Verdicts& verdicts)
{
    std::vector<OutcomeRow> rows;
    std::map<std::string, std::size_t> place;
    std::vector<PreferenceCounts> counts;
    for (const Prompt& prompt : prompts.prompts) {
        const auto [found, isNew] = place.try_emplace(prompt.group, rows.size());
        if (isNew) {
            rows.push_back({.name = prompt.group});
            counts.emplace_back();
        }
        ++rows[found->second].prompts;
        if (const auto verdict = verdicts.find(prompt.id); verdict != verdicts.end())
            counts[found->second] += verdict->second;
    }
    for (std::size_t i = 0; i < rows.size(); ++i)
        rows[i].outcome = outcomeOf(counts[i]);
    return rows;
}

std::vector<RaterFacts> ratersOf(const std::vector<Vote>& standing, std::string_view criterion)
{
    std::map<std::string, RaterFacts> raters;
    std::map<std::string, std::vector<double>> seconds;
    for (const Vote& vote : standing) {
        RaterFacts& rater = raters[vote.rater];
        rater.name = vote.rater;
        rater.judged += vote.criterion == criterion;
        rater.lastVote = std::max(rater.lastVote, vote.time);
        if (vote.seconds > 0)
            seconds[vote.rater].push_back(vote.seconds);
    }
    std::vector<RaterFacts> list;
    for (auto& [name, rater] : raters) {
        if (std::vector<double>& took = seconds[name]; !took.empty()) {
            std::nth_element(
                took.begin(), took.begin() + std::ptrdiff_t(took.size() / 2), took.end());
            rater.medianSeconds = took[took.size() / 2];
        }
        list.push_back(rater);
    }
    return list;
}

// Of the weights that gave the first answer of the set.
std::string answeringWeights(
    const fs::path& project, const std::string& promptSet, const std::string& answerSet)
{
    const Result<fs::path> file = answerSetFile(project, promptSet, answerSet);
    if (!file)
        return {};
    Result<LineReader> reader = LineReader::open(*file);
    Line line;
    if (!reader || !reader->next(line) || !line.ended)
        return {};
    const Result<Json> json = parseJson(line.text, file->string());
    if (!json)
        return {};
    const Result<Answer> answer = answerFromJson(*json, file->string());
    if (!answer)
        return {};
    return answer->model.adapterSha256.empty() ? answer->model.sha256 : answer->model.adapterSha256;
}

void countVotes(
    StudyResult& result, const fs::path& project, const Study& study, const std::vector<Vote>& all)
{
    const std::vector<Vote> standing = standingVotes(all);
    result.recorded = std::int64_t(all.size());
    result.votes = std::int64_t(standing.size());
    for (const Vote& vote : all)
        result.lastVote = std::max(result.lastVote, vote.time);

    std::vector<Criterion> criteria = study.criteria;
    for (const Vote& vote : standing) {
        const auto known = [&](const Criterion& one) { return one.id == vote.criterion; };
        if (std::none_of(criteria.begin(), criteria.end(), known))
            criteria.push_back({vote.criterion, ""});
    }
    if (criteria.empty())
        criteria.push_back({"quality", ""});
    const Verdicts main = verdictsOn(standing, study, criteria.front().id);
    result.judged = std::int64_t(main.size());
    result.total = {
        criteria.front().id, criteria.front().wording, outcomeOf(sum(main)), result.judged};
    if (criteria.size() > 1)
        for (const Criterion& criterion : criteria) {
            const Verdicts verdicts = verdictsOn(standing, study, criterion.id);
            result.criteria.push_back({criterion.id, criterion.wording, outcomeOf(sum(verdicts)),
                std::int64_t(verdicts.size())});
        }
    result.raters = ratersOf(standing, criteria.front().id);
    if (!isSafeName(study.promptSet)) {
        result.promptProblem = fmt::format("\"{}\" is no name of a prompt set", study.promptSet);
        return;
    }
    const fs::path file = project / "prompts" / (study.promptSet + ".jsonl");
    if (Result<PromptSet> prompts = loadPromptSet(file)) {
        result.prompts = std::int64_t(prompts->prompts.size());
        result.groups = byGroup(*prompts, main);
        if (result.groups.size() < 2)
            result.groups.clear();
    } else {
        result.promptProblem = prompts.error().message;
    }
}

std::string csvCell(std::string_view text)
{
    // A leading = + - @ would be run as a formula by spreadsheet programs.
    std::string cell(text);
    if (!cell.empty() && std::string_view("=+-@\t\r").find(cell.front()) != std::string_view::npos)
        cell.insert(cell.begin(), '\'');
    if (cell.find_first_of(",\"\r\n") == std::string::npos)
        return cell;
    std::string quoted = "\"";
    for (const char c : cell) {
        if (c == '"')
            quoted += '"';
        quoted += c;
    }
    return quoted + '"';
}

} // namespace

Outcome outcomeOf(const PreferenceCounts& counts)
{
    Outcome outcome;
    outcome.counts = counts;
    outcome.decided = counts.wins + counts.losses;
    outcome.share = outcome.decided > 0 ? double(counts.wins) / double(outcome.decided) : 0;
    outcome.interval = wilsonInterval(counts.wins, outcome.decided);
    outcome.pValue = signTest(counts.wins, counts.losses);
    return outcome;
}

StudyResult readStudy(const fs::path& project, const fs::path& studyDirectory)
{
    StudyResult result;
    result.slug = studyDirectory.filename().string();
    result.title = result.slug;
    Result<Study> study = loadStudy(studyDirectory);
    if (!study) {
        result.problem = study.error().message;
        return result;
    }
    result.title = study->title;
    result.promptSet = study->promptSet;
    result.left = study->left;
    result.right = study->right;
    result.blind = study->blind;
    std::error_code code;
    if (fs::is_regular_file(study->reportFile(), code))
        result.report = study->reportFile();
    Result<JournalContents> journal = readJournal(study->journalFile());
    if (!journal) {
        result.problem = journal.error().message;
        return result;
    }
    result.tornTail = journal->tornTail;
    result.leftSha256 = answeringWeights(project, study->promptSet, study->left);
    result.rightSha256 = answeringWeights(project, study->promptSet, study->right);
    countVotes(result, project, *study, journal->votes);
    return result;
}

std::vector<StudyResult> readStudies(const fs::path& project, std::stop_token stop)
{
    std::vector<StudyResult> studies;
    std::error_code code;
    if (!fs::is_directory(project / "studies", code))
        return studies;
    Result<std::vector<fs::path>> folders = listDirectory(project / "studies");
    if (!folders) {
        studies.push_back(
            {.slug = "studies", .title = "studies", .problem = folders.error().message});
        return studies;
    }
    for (const fs::path& folder : *folders) {
        if (stop.stop_requested())
            break;
        if (fs::exists(folder / "study.json", code))
            studies.push_back(readStudy(project, folder));
    }
    std::stable_sort(
        studies.begin(), studies.end(), [](const StudyResult& one, const StudyResult& other) {
            return one.lastVote > other.lastVote;
        });
    return studies;
}

std::string resultsCsv(const StudyResult& study)
{
    std::string csv = "study,a,b,part,name,prompts,a_wins,ties,b_wins,both_bad,decided,b_share,"
                      "b_share_low,b_share_high,p_exact\r\n";
    const auto add = [&](std::string_view part, const OutcomeRow& row) {
        const Outcome& outcome = row.outcome;
        csv += fmt::format("{},{},{},{},{},{},{},{},{},{},{},", csvCell(study.title),
            csvCell(study.left), csvCell(study.right), part, csvCell(row.name), row.prompts,
            outcome.counts.losses, outcome.counts.ties, outcome.counts.wins, outcome.counts.bothBad,
            outcome.decided);
        if (outcome.decided > 0)
            csv += fmt::format("{:.4f},{:.4f},{:.4f},{:.6g}\r\n", outcome.share,
                outcome.interval.low, outcome.interval.high, outcome.pValue);
        else
            csv += ",,,\r\n";
    };
    add("total", study.total);
    for (const OutcomeRow& row : study.criteria)
        add("criterion", row);
    for (const OutcomeRow& row : study.groups)
        add("group", row);
    return csv;
}

} // namespace koala
