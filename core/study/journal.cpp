#include "core/study/journal.h"

#include <tuple>

#include <fmt/format.h>

#include "core/base/line_reader.h"
#include "core/base/sha256.h"
#include "core/base/time.h"

namespace koala {
namespace {

constexpr std::array<std::pair<Better, std::string_view>, 5> kBetterNames{
    {{Better::Left, "left"}, {Better::Right, "right"}, {Better::Tie, "tie"},
        {Better::BothBad, "both_bad"}, {Better::Skip, "skip"}}};

std::string zeros()
{
    return std::string(64, '0');
}

OrderedJson optionalBool(std::optional<bool> value)
{
    return value ? OrderedJson(*value) : OrderedJson(nullptr);
}

} // namespace

std::string_view betterName(Better better)
{
    for (const auto& [value, name] : kBetterNames)
        if (value == better)
            return name;
    return "";
}

std::optional<Better> betterFromName(std::string_view name)
{
    for (const auto& [value, known] : kBetterNames)
        if (known == name)
            return value;
    return std::nullopt;
}

OrderedJson toJson(const Vote& vote)
{
    OrderedJson json;
    json["seq"] = vote.seq;
    json["time"] = vote.time;
    json["study"] = vote.study;
    json["item"] = vote.item;
    json["rater"] = vote.rater;
    json["criterion"] = vote.criterion;
    json["left"] = vote.left;
    json["right"] = vote.right;
    json["better"] = betterName(vote.better);
    json["acceptable"] = {
        {"left", optionalBool(vote.acceptableLeft)}, {"right", optionalBool(vote.acceptableRight)}};
    json["seconds"] = vote.seconds;
    json["reason"] = vote.reason;
    json["comment"] = vote.comment;
    json["previous_sha256"] = vote.previousSha256;
    return json;
}

Result<Vote> voteFromJson(const Json& json, std::string_view what)
{
    Vote vote;
    KOALA_TRY(const std::int64_t seq, integerAt(json, "seq", what));
    vote.seq = std::uint64_t(seq);
    KOALA_TRY(vote.item, stringAt(json, "item", what));
    KOALA_TRY(const std::string name, stringAt(json, "better", what));
    const std::optional<Better> better = betterFromName(name);
    if (!better)
        return invalidInput(fmt::format("{}: \"better\" is \"{}\"", what, name));
    vote.better = *better;
    KOALA_TRY(vote.previousSha256, stringAt(json, "previous_sha256", what));
    vote.time = stringOr(json, "time", "");
    vote.study = stringOr(json, "study", "");
    vote.rater = stringOr(json, "rater", "");
    vote.criterion = stringOr(json, "criterion", "");
    vote.left = stringOr(json, "left", "");
    vote.right = stringOr(json, "right", "");
    const Json& acceptable = memberOr(json, "acceptable");
    if (const Json& left = memberOr(acceptable, "left"); left.is_boolean())
        vote.acceptableLeft = left.get<bool>();
    if (const Json& right = memberOr(acceptable, "right"); right.is_boolean())
        vote.acceptableRight = right.get<bool>();
    vote.seconds = numberOr(json, "seconds", 0);
    vote.reason = stringOr(json, "reason", "");
    vote.comment = stringOr(json, "comment", "");
    return vote;
}

Result<JournalContents> readJournal(const fs::path& file)
{
    JournalContents contents;
    contents.lastLineSha256 = zeros();
    std::error_code code;
    if (!fs::exists(file, code))
        return contents;
    KOALA_TRY(LineReader reader, LineReader::open(file));
    Line line;
    while (reader.next(line)) {
        if (!line.ended) {
            contents.tornTail = true;
            break;
        }
        const std::string what = fmt::format("{}: line {}", file.string(), line.number);
        KOALA_TRY(const Json json, parseJson(line.text, what));
        KOALA_TRY(Vote vote, voteFromJson(json, what));
        if (vote.seq != contents.votes.size() + 1 || vote.previousSha256 != contents.lastLineSha256)
            return invalidInput(
                what +
                " does not follow the line before it: the journal was changed "
                "from outside. Restore the file from a copy; no vote is added to it meanwhile");
        contents.lastLineSha256 = sha256Hex(line.text);
        contents.votes.push_back(std::move(vote));
        contents.bytes = reader.offset();
    }
    KOALA_RETURN_IF_ERROR(reader.status());
    return contents;
}

Result<JournalWriter> JournalWriter::open(const fs::path& file)
{
    KOALA_RETURN_IF_ERROR(createDirectories(file.parent_path()));
    KOALA_TRY(FileLock lock, FileLock::acquire(file.parent_path() / "journal.lock"));
    KOALA_TRY(JournalContents contents, readJournal(file));
    KOALA_TRY(LineAppender lines, LineAppender::open(file));
    KOALA_RETURN_IF_ERROR(syncDirectory(file.parent_path()));
    return JournalWriter(std::move(lock), std::move(lines), std::move(contents));
}

Result<Vote> JournalWriter::append(Vote vote)
{
    vote.seq = m_votes.size() + 1;
    if (vote.time.empty())
        vote.time = nowUtc();
    vote.previousSha256 = m_previous;
    const std::string line = toLine(toJson(vote));
    KOALA_RETURN_IF_ERROR(m_lines.append(line));
    KOALA_RETURN_IF_ERROR(m_lines.sync());
    m_previous = sha256Hex(line);
    m_votes.push_back(vote);
    return vote;
}

std::vector<Vote> standingVotes(const std::vector<Vote>& votes)
{
    std::map<std::tuple<std::string, std::string, std::string>, const Vote*> last;
    for (const Vote& vote : votes)
        last[{vote.item, vote.rater, vote.criterion}] = &vote;
    std::vector<Vote> standing;
    for (const auto& [key, vote] : last)
        if (vote->better != Better::Skip)
            standing.push_back(*vote);
    return standing;
}

PreferenceCounts countRight(const std::vector<Vote>& standing)
{
    PreferenceCounts counts;
    for (const Vote& vote : standing) {
        counts.wins += vote.better == Better::Right;
        counts.ties += vote.better == Better::Tie;
        counts.losses += vote.better == Better::Left;
        counts.bothBad += vote.better == Better::BothBad;
    }
    return counts;
}

std::map<std::string, PreferenceCounts> countRightByGroup(
    const std::vector<Vote>& standing, const std::map<std::string, std::string>& groupOf)
{
    std::map<std::string, PreferenceCounts> groups;
    for (const Vote& vote : standing) {
        const auto group = groupOf.find(vote.item);
        groups[group == groupOf.end() ? std::string() : group->second] += countRight({vote});
    }
    return groups;
}

} // namespace koala
