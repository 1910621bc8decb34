#include "ui/pages/compare/prompt_table_model.h"

#include <algorithm>
#include <numeric>

#include "ui/services/words.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/tables.h"

namespace koala {

namespace {
int lengthOf(const std::optional<ComparedAnswer>& answer)
{
    return answer ? int(answer->text.size()) : -1;
}
} // namespace

void PromptTableModel::set(const Comparison& comparison)
{
    const bool same = comparison.promptSet == m_comparison.promptSet &&
                      comparison.a == m_comparison.a && comparison.b == m_comparison.b &&
                      comparison.prompts.size() == m_comparison.prompts.size() &&
                      std::ranges::equal(comparison.prompts, m_comparison.prompts, {},
                          &ComparedPrompt::id, &ComparedPrompt::id);
    if (!same)
        beginResetModel();
    m_comparison = comparison;
    if (!same) {
        arrange();
        endResetModel();
    } else if (rowCount() > 0) {
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
    }
}

void PromptTableModel::setOrder(Order order)
{
    beginResetModel();
    m_order = order;
    arrange();
    endResetModel();
}

void PromptTableModel::setFilter(double least, double most, const QString& group)
{
    if (least == m_least && most == m_most && group == m_group)
        return;
    beginResetModel();
    m_least = least;
    m_most = most;
    m_group = group;
    arrange();
    endResetModel();
}

bool PromptTableModel::shown(const ComparedPrompt& prompt) const
{
    if (!m_group.isEmpty() && prompt.group != m_group)
        return false;
    if (m_least < 0)
        return true;
    return prompt.difference >= m_least &&
           (prompt.difference < m_most || (m_most >= 1.0 && prompt.difference <= 1.0));
}

void PromptTableModel::arrange()
{
    m_rows.clear();
    for (int i = 0; i < int(m_comparison.prompts.size()); ++i)
        if (shown(m_comparison.prompts[std::size_t(i)]))
            m_rows.push_back(i);
    const auto by = [this](auto key) {
        std::ranges::stable_sort(m_rows, [&](int one, int other) {
            return key(m_comparison.prompts[std::size_t(one)]) <
                   key(m_comparison.prompts[std::size_t(other)]);
        });
    };
    switch (m_order) {
    case Order::MostDifferent:
        return by([](const ComparedPrompt& prompt) { return -prompt.difference; });
    case Order::LeastDifferent:
        return by([](const ComparedPrompt& prompt) {
            return prompt.difference < 0 ? 2.0 : prompt.difference;
        });
    case Order::Number:
        return;
    case Order::LongestA:
        return by([](const ComparedPrompt& prompt) { return -lengthOf(prompt.a); });
    case Order::LongestB:
        return by([](const ComparedPrompt& prompt) { return -lengthOf(prompt.b); });
    case Order::NotVoted:
        return by([](const ComparedPrompt& prompt) { return prompt.vote ? 1 : 0; });
    }
}

void PromptTableModel::setVote(const QString& promptId, Better better, const QString& note)
{
    const auto found = std::ranges::find(m_comparison.prompts, promptId, &ComparedPrompt::id);
    if (found == m_comparison.prompts.end())
        return;
    found->vote = better == Better::Skip ? std::nullopt : std::optional(better);
    found->note = note;
    if (const int row = rowOf(promptId); row >= 0)
        Q_EMIT dataChanged(index(row, VoteColumn), index(row, VoteColumn));
}

const ComparedPrompt* PromptTableModel::at(int row) const
{
    return row >= 0 && row < int(m_rows.size())
               ? &m_comparison.prompts[std::size_t(m_rows[std::size_t(row)])]
               : nullptr;
}

int PromptTableModel::rowOf(const QString& promptId) const
{
    for (int row = 0; row < int(m_rows.size()); ++row)
        if (at(row)->id == promptId)
            return row;
    return -1;
}

int PromptTableModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_rows.size());
}
int PromptTableModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

void PromptTableModel::sort(int column, Qt::SortOrder order)
{
    switch (column) {
    case Number:
    case PromptText:
        return setOrder(Order::Number);
    case LengthA:
        return setOrder(Order::LongestA);
    case LengthB:
        return setOrder(Order::LongestB);
    case Difference:
        return setOrder(
            order == Qt::DescendingOrder ? Order::MostDifferent : Order::LeastDifferent);
    case VoteColumn:
        return setOrder(Order::NotVoted);
    default:
        return;
    }
}

QVariant PromptTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    if (role == Qt::TextAlignmentRole) {
        if (section == VoteColumn)
            return int(Qt::AlignCenter);
        return int(Qt::AlignVCenter | (section == PromptText ? Qt::AlignLeft : Qt::AlignRight));
    }
    if (role != Qt::DisplayRole)
        return {};
    return QStringList{tr("#"), tr("prompt"), tr("A len"), tr("B len"), tr("diff"), tr("vote")}
        .value(section);
}

QVariant PromptTableModel::data(const QModelIndex& index, int role) const
{
    const ComparedPrompt* prompt = at(index.row());
    if (prompt == nullptr)
        return {};
    const auto length = [](const std::optional<ComparedAnswer>& answer) {
        return answer ? grouped(answer->text.size()) : QStringLiteral("–");
    };
    if (role == Qt::DisplayRole) {
        switch (index.column()) {
        case Number:
            return grouped(prompt->number);
        case PromptText:
            return safeLine(prompt->line, 200);
        case LengthA:
            return length(prompt->a);
        case LengthB:
            return length(prompt->b);
        case Difference:
            return prompt->difference < 0 ? QStringLiteral("–")
                                          : QString::number(prompt->difference, 'f', 2);
        case VoteColumn:
            if (!prompt->vote)
                return {};
            return *prompt->vote == Better::Left      ? QStringLiteral("A")
                   : *prompt->vote == Better::Right   ? QStringLiteral("B")
                   : *prompt->vote == Better::BothBad ? QStringLiteral("×")
                                                      : QStringLiteral("=");
        }
    }
    if (role == Qt::ToolTipRole && index.column() == PromptText)
        return safeLine(prompt->line, 400).toHtmlEscaped();
    if (role == Qt::ToolTipRole && index.column() == VoteColumn && !prompt->note.isEmpty())
        return safeLine(prompt->note, 400).toHtmlEscaped();
    if (role == Qt::TextAlignmentRole) {
        if (index.column() == VoteColumn)
            return int(Qt::AlignCenter);
        return int(
            Qt::AlignVCenter | (index.column() == PromptText ? Qt::AlignLeft : Qt::AlignRight));
    }
    if (index.column() == VoteColumn && prompt->vote) {
        const bool side = *prompt->vote == Better::Left || *prompt->vote == Better::Right;
        if (role == kStrongRole)
            return side;
        if (role == kToneRole && side)
            return int(*prompt->vote == Better::Left ? Tone::SideA : Tone::SideB);
    }
    if (role == kSecondaryRole)
        return index.column() == Number || index.column() == VoteColumn;
    return {};
}

} // namespace koala
