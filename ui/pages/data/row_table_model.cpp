#include "ui/pages/data/row_table_model.h"

#include <algorithm>
#include <limits>

#include "ui/services/words.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/tables.h"

namespace koala {

namespace {
constexpr int kChunk = 64;
constexpr std::size_t kChunksWanted = 6; // a view shows two or three
constexpr int kTextsKept = 8192;
constexpr std::uint32_t kLongTokens = 2048; // beyond the usual limit of a mixture
} // namespace

RowTableModel::RowTableModel(QObject* parent) : QAbstractTableModel(parent), m_texts(kTextsKept)
{
    m_ask.setSingleShot(true);
    m_ask.setInterval(0);
    connect(&m_ask, &QTimer::timeout, this, [this] {
        std::vector<std::uint32_t> rows;
        for (const int chunk : m_wanted) {
            const int end = std::min(rowCount(), (chunk + 1) * kChunk);
            for (int row = chunk * kChunk; row < end; ++row)
                rows.push_back(std::uint32_t(datasetRow(row)));
        }
        if (!rows.empty())
            Q_EMIT textsWanted(rows);
    });
}

void RowTableModel::setDataset(std::shared_ptr<const Dataset> dataset)
{
    beginResetModel();
    m_dataset = std::move(dataset);
    m_facts.reset();
    m_tokens.reset();
    m_kept.reset();
    m_filtered = false;
    m_sorted = false;
    m_shown.clear();
    m_texts.clear();
    m_wanted.clear();
    endResetModel();
}

void RowTableModel::renewDataset(std::shared_ptr<const Dataset> dataset)
{
    m_dataset = std::move(dataset);
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, ColumnCount - 1));
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

void RowTableModel::setKept(std::shared_ptr<const KeptRows> kept)
{
    m_kept = std::move(kept);
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, Flags), index(rowCount() - 1, Flags));
}

void RowTableModel::setShown(std::vector<std::uint32_t> rows, bool sorted)
{
    const bool grows = m_filtered && !sorted && !m_sorted && rows.size() >= m_shown.size() &&
                       std::equal(m_shown.begin(), m_shown.end(), rows.begin());
    if (grows) {
        if (rows.size() == m_shown.size())
            return;
        beginInsertRows({}, int(m_shown.size()), int(rows.size()) - 1);
        m_shown = std::move(rows);
        endInsertRows();
        return;
    }
    beginResetModel();
    m_filtered = true;
    m_sorted = sorted;
    m_shown = std::move(rows);
    m_wanted.clear();
    endResetModel();
}

void RowTableModel::showAll()
{
    if (!m_filtered)
        return;
    beginResetModel();
    m_filtered = false;
    m_sorted = false;
    m_shown.clear();
    m_wanted.clear();
    endResetModel();
}

void RowTableModel::setTexts(const std::vector<std::uint32_t>& rows, const QStringList& texts)
{
    for (std::size_t i = 0; i < rows.size() && i < std::size_t(texts.size()); ++i)
        m_texts.insert(rows[i], new QString(safeLine(texts[qsizetype(i)], 240)));
    for (const int chunk : m_wanted) {
        const int end = std::min(rowCount(), (chunk + 1) * kChunk);
        if (chunk * kChunk < end)
            Q_EMIT dataChanged(index(chunk * kChunk, FirstMessage), index(end - 1, FirstMessage));
    }
    m_wanted.clear();
}

std::optional<RowFilter::Sort> RowTableModel::sortOf(int column)
{
    switch (column) {
    case Number:
        return RowFilter::Sort::Position;
    case Turns:
        return RowFilter::Sort::Turns;
    case TokenCount:
        return RowFilter::Sort::Tokens;
    case Language:
        return RowFilter::Sort::Language;
    default:
        return std::nullopt;
    }
}

int RowTableModel::columnOf(RowFilter::Sort sort)
{
    switch (sort) {
    case RowFilter::Sort::Turns:
        return Turns;
    case RowFilter::Sort::Tokens:
        return TokenCount;
    case RowFilter::Sort::Language:
        return Language;
    case RowFilter::Sort::Position:
        break;
    }
    return Number;
}

std::uint64_t RowTableModel::datasetRow(int row) const
{
    return m_filtered ? m_shown[std::size_t(row)] : std::uint64_t(row);
}

int RowTableModel::rowOfDatasetRow(std::uint64_t row) const
{
    if (!m_filtered)
        return row < total() ? int(row) : -1;
    const auto found = m_sorted ? std::ranges::find(m_shown, std::uint32_t(row))
                                : std::ranges::lower_bound(m_shown, std::uint32_t(row));
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

QString RowTableModel::firstMessage(int row) const
{
    if (const QString* text = m_texts.object(std::uint32_t(datasetRow(row))))
        return *text;
    const int chunk = row / kChunk;
    if (std::ranges::find(m_wanted, chunk) == m_wanted.end()) {
        m_wanted.push_back(chunk);
        if (m_wanted.size() > kChunksWanted) // scrolled past meanwhile
            m_wanted.erase(m_wanted.begin());
        m_ask.start();
    }
    return QStringLiteral("…");
}

RowTableModel::Flag RowTableModel::flag(std::uint64_t row) const
{
    const auto& facts = m_dataset->rows()[row];
    if (m_kept && row < m_kept->kept.size() && !m_kept->kept[row])
        return {tr("taken"), "eye-closed", true};
    if (m_tokens && m_tokens->tokens[row] > kLongTokens)
        return {tr("cut"), "cut", true};
    if (facts.rank == std::int8_t(PairRank::Chosen))
        return {tr("chosen")};
    if (facts.rank == std::int8_t(PairRank::Rejected))
        return {tr("rejected")};
    if (facts.feedback == Feedback::Positive)
        return {tr("positive")};
    if (facts.feedback == Feedback::Negative)
        return {tr("negative")};
    return facts.givenHoldOut ? Flag{tr("held out")} : Flag{};
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
            return firstMessage(index.row());
        case Turns:
            return grouped(facts.turns);
        case TokenCount:
            return m_tokens ? grouped(m_tokens->tokens[row]) : QStringLiteral("–");
        case Language:
            return m_facts ? qtext(m_facts->languages[m_facts->language[row]]) : QString();
        case Flags:
            return flag(row).word;
        }
    }
    if (role == Qt::TextAlignmentRole) {
        const int column = index.column();
        const bool number = column == Number || column == Turns || column == TokenCount;
        return int(Qt::AlignVCenter | (number ? Qt::AlignRight : Qt::AlignLeft));
    }
    if (index.column() == Flags && (role == kIconRole || role == kToneRole)) {
        const Flag shown = flag(row);
        if (role == kIconRole)
            return shown.icon == nullptr ? QVariant() : QVariant(QByteArray(shown.icon));
        return shown.warns ? QVariant(int(Tone::Warning)) : QVariant();
    }
    if (role == kSecondaryRole)
        return index.column() == Number || index.column() == Language || index.column() == Flags;
    return {};
}

} // namespace koala
