// Rows left out, put back and edited by hand.
#include <array>
#include <map>
#include <set>

#include "core/data/clean/step.h"
#include "core/data/clean/steps_of_each_type.h"

namespace koala {
namespace {

std::set<std::uint64_t> rowsOf(const Json& options)
{
    std::set<std::uint64_t> rows;
    for (const Json& row : options.at("rows"))
        rows.insert(row.get<std::uint64_t>());
    return rows;
}

Status checkRow(std::uint64_t row, const StepContext& context)
{
    if (row < context.rows)
        return {};
    return invalidInput(
        fmt::format("the dataset has {} rows; there is no row {}", context.rows, row + 1));
}

class ExcludeStep final : public Step {
public:
    explicit ExcludeStep(std::set<std::uint64_t> rows) : m_rows(std::move(rows)) {}
    RowVerdict apply(std::uint64_t row, Conversation&) override
    {
        RowVerdict verdict;
        verdict.take = m_rows.contains(row);
        if (verdict.take)
            verdict.example.reason = "excluded by hand";
        return verdict;
    }

private:
    std::set<std::uint64_t> m_rows;
};

class KeepStep final : public Step {
public:
    explicit KeepStep(std::set<std::uint64_t> rows) : m_rows(std::move(rows)) {}
    bool seesTaken() const override { return true; }
    RowVerdict apply(std::uint64_t row, Conversation&) override
    {
        RowVerdict verdict;
        verdict.putBack = m_rows.contains(row);
        if (verdict.putBack)
            verdict.example.reason = "kept by hand";
        return verdict;
    }

private:
    std::set<std::uint64_t> m_rows;
};

struct Edit {
    std::vector<Turn> turns;
    std::optional<std::string> system;
};

class EditStep final : public Step {
public:
    explicit EditStep(std::map<std::uint64_t, Edit> edits) : m_edits(std::move(edits)) {}
    RowVerdict apply(std::uint64_t row, Conversation& conversation) override
    {
        RowVerdict verdict;
        const auto at = m_edits.find(row);
        if (at == m_edits.end())
            return verdict;
        const Edit& edit = at->second;
        for (std::size_t i = 0; i < std::max(edit.turns.size(), conversation.turns.size()); ++i) {
            const std::string before =
                i < conversation.turns.size() ? conversation.turns[i].text : "";
            const std::string after = i < edit.turns.size() ? edit.turns[i].text : "";
            if (before == after)
                continue;
            addBefore(verdict.example, before, after);
        }
        verdict.example.reason = "edited by hand";
        verdict.edited = true;
        conversation.turns = edit.turns;
        if (edit.system)
            conversation.system = *edit.system;
        return verdict;
    }

private:
    std::map<std::uint64_t, Edit> m_edits;
};

template <typename Made>
Result<std::unique_ptr<Step>> makeOfRows(const Json& options, const StepContext& context)
{
    std::set<std::uint64_t> rows = rowsOf(options);
    if (!rows.empty())
        KOALA_RETURN_IF_ERROR(checkRow(*rows.rbegin(), context));
    return std::unique_ptr<Step>(std::make_unique<Made>(std::move(rows)));
}

Result<std::unique_ptr<Step>> makeEdit(const Json& options, const StepContext& context)
{
    std::map<std::uint64_t, Edit> edits;
    for (const Json& json : options.at("edits")) {
        const auto row = json.at("row").get<std::uint64_t>();
        KOALA_RETURN_IF_ERROR(checkRow(row, context));
        KOALA_TRY(Conversation conversation,
            conversationFromJson(json, fmt::format("the edit of row {}", row + 1)));
        Edit edit{std::move(conversation.turns), std::nullopt};
        if (json.contains("system"))
            edit.system = conversation.system;
        edits[row] = std::move(edit);
    }
    return std::unique_ptr<Step>(std::make_unique<EditStep>(std::move(edits)));
}

std::string countOf(const Json& list)
{
    const std::size_t count = list.size();
    return fmt::format("{} {}", count, count == 1 ? "row" : "rows");
}

std::string countRows(const Json& options)
{
    return countOf(options.at("rows"));
}

constexpr std::array kRowOptions{StepOption{.name = "rows",
    .kind = OptionKind::Rows,
    .fallback = "[]",
    .title = "Rows",
    .help = "rows; the list in the file counts from 0, what is typed from 1"}};
constexpr std::array kEditOptions{StepOption{.name = "edits",
    .kind = OptionKind::Edits,
    .fallback = "[]",
    .title = "Edits",
    .help = "the turns that stand for those of a row"}};

} // namespace

constinit const StepType kExclude{.id = "exclude",
    .title = "Excluded by hand",
    .help = "Takes the rows that were excluded one by one.",
    .options = kRowOptions,
    .summary = countRows,
    .make = makeOfRows<ExcludeStep>};

constinit const StepType kEdit{.id = "edit",
    .title = "Edited by hand",
    .help = "Puts the turns that were written by hand in place of a row's own.",
    .options = kEditOptions,
    .summary = [](const Json& options) { return countOf(options.at("edits")); },
    .make = makeEdit};

constinit const StepType kKeep{.id = "keep",
    .title = "Kept by hand",
    .help = "Puts rows back that a step before it took.",
    .options = kRowOptions,
    .summary = countRows,
    .make = makeOfRows<KeepStep>};

} // namespace koala
