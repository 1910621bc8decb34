#include "ui/pages/data/row_table_model.h"

#include <algorithm>
#include <limits>

#include "ui/services/words.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/tables.h"

namespace koala {

namespace {
constexpr std::uint64_t kChunk = 64;
constexpr std::uint32_t kLongTokens = 2048; // beyond the usual limit of a mixture
}

void RowTableModel::setDataset(std::shared_ptr<const Dataset> dataset)
{
    beginResetModel();
    m_dataset = std::move(dataset);
    m_facts.reset();
    m_tokens.reset();
    m_filtered = false;
    m_shown.clear();
    m_texts.clear();
    endResetModel();
}

void RowTableModel::setFacts(std::shared_ptr<const DatasetFacts> facts)
{
    m_facts = std::move(facts);
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, Language), index(rowCount() - 1, Language));
}

void RowTableModel::setTokens(std::shared_ptr<const DatasetTokens> tokens)
{
    m_tokens = std::move(tokens);
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, TokenCount), index(rowCount() - 1, Flags));
}

void RowTableModel::setShown(std::vector<std::uint32_t> rows)
{
    beginResetModel();
    m_filtered = true;
    m_shown = std::move(rows);
    endResetModel();
}

void RowTableModel::showAll()
{
    if (!m_filtered)
        return;
    beginResetModel();
    m_filtered = false;
    m_shown.clear();
    endResetModel();
}

std::uint64_t RowTableModel::datasetRow(int row) const
{
    return m_filtered ? m_shown[std::size_t(row)] : std::uint64_t(row);
}

int RowTableModel::rowOfDatasetRow(std::uint64_t row) const
{
    if (!m_filtered)
        return row < total() ? int(row) : -1;
    const auto found = std::ranges::lower_bound(m_shown, std::uint32_t(row));
    return found != m_shown.end() && *found == row ? int(found - m_shown.begin()) : -1;
}

int RowTableModel::rowCount(const QModelIndex& parent) const
{
    if (parent.isValid() || !m_dataset)
        return 0;
    return m_filtered
               ? int(m_shown.size())
               : int(std::min<std::uint64_t>(m_dataset->size(), std::numeric_limits<int>::max()));
}

int RowTableModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant RowTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    const bool number = section == Number || section == Turns || section == TokenCount;
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (number ? Qt::AlignRight : Qt::AlignLeft));
    if (role != Qt::DisplayRole)
        return {};
    return QStringList{
        tr("#"), tr("first message"), tr("turns"), tr("tokens"), tr("lang."), tr("flags")}
        .value(section);
}

QString RowTableModel::firstMessage(std::uint64_t row) const
{
    const std::uint64_t chunk = row / kChunk;
    const QStringList* texts = m_texts.object(chunk);
    if (texts == nullptr) {
        auto read = std::make_unique<QStringList>();
        const auto messages = m_dataset->firstMessages(
            chunk * kChunk, std::min(kChunk, m_dataset->size() - chunk * kChunk));
        if (!messages.ok())
            return qtext(messages.error().message);
        for (const std::string& message : *messages)
            read->append(safeLine(message, 240));
        texts = read.get();
        m_texts.insert(chunk, read.release());
    }
    return texts->value(qsizetype(row % kChunk));
}

QString RowTableModel::flag(std::uint64_t row) const
{
    const auto& facts = m_dataset->rows()[row];
    if (m_tokens && m_tokens->tokens[row] > kLongTokens)
        return tr("long");
    if (facts.rank == std::int8_t(PairRank::Chosen))
        return tr("chosen");
    if (facts.rank == std::int8_t(PairRank::Rejected))
        return tr("rejected");
    if (facts.feedback == Feedback::Positive)
        return tr("positive");
    if (facts.feedback == Feedback::Negative)
        return tr("negative");
    return facts.givenHoldOut ? tr("held out") : QString();
}

QVariant RowTableModel::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || !m_dataset || index.row() >= rowCount())
        return {};
    const std::uint64_t row = datasetRow(index.row());
    const auto& facts = m_dataset->rows()[row];
    if (role == Qt::DisplayRole) {
        switch (index.column()) {
        case Number:
            return grouped(qint64(row) + 1);
        case FirstMessage:
            return firstMessage(row);
        case Turns:
            return grouped(facts.turns);
        case TokenCount:
            return m_tokens ? grouped(m_tokens->tokens[row]) : QStringLiteral("–");
        case Language:
            return m_facts ? qtext(m_facts->languages[m_facts->language[row]]) : QString();
        case Flags:
            return flag(row);
        }
    }
    if (role == Qt::TextAlignmentRole) {
        const int column = index.column();
        const bool number = column == Number || column == Turns || column == TokenCount;
        return int(Qt::AlignVCenter | (number ? Qt::AlignRight : Qt::AlignLeft));
    }
    if (role == kSecondaryRole)
        return index.column() == Number || index.column() == Language || index.column() == Flags;
    if (role == kToneRole && index.column() == Flags && m_tokens &&
        m_tokens->tokens[row] > kLongTokens)
        return int(Tone::Warning);
    return {};
}

} // namespace koala
