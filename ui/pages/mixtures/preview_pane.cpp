#include "ui/pages/mixtures/preview_pane.h"

#include <QHBoxLayout>
#include <QSplitter>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

#include "ui/pages/mixtures/marker_look.h"
#include "ui/services/token_blocks.h"
#include "ui/services/words.h"
#include "ui/widgets/answer_text.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/tables.h"
#include "ui/widgets/text_label.h"
#include "ui/widgets/token_view.h"

namespace koala {

void PreviewModel::set(std::vector<PreviewRecord> records, std::vector<int> keys)
{
    beginResetModel();
    m_records = std::move(records);
    m_keys = std::move(keys);
    endResetModel();
}

const PreviewRecord* PreviewModel::at(int row) const
{
    return row >= 0 && row < int(m_records.size()) ? &m_records[std::size_t(row)] : nullptr;
}

int PreviewModel::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : int(m_records.size());
}
int PreviewModel::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : ColumnCount;
}

QVariant PreviewModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal)
        return {};
    const bool number = section == Number || (section >= Turns && section <= Trained);
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter | (number ? Qt::AlignRight : Qt::AlignLeft));
    if (role != Qt::DisplayRole)
        return {};
    return QStringList{tr("#"), tr("first message, in training order"), tr("turns"), tr("tokens"),
        tr("trained"), tr("marker")}
        .value(section);
}

QVariant PreviewModel::data(const QModelIndex& index, int role) const
{
    const PreviewRecord* record = at(index.row());
    if (record == nullptr)
        return {};
    const int column = index.column();
    if (role == Qt::DisplayRole) {
        switch (column) {
        case Number:
            return grouped(index.row() + 1);
        case Message:
            return safeLine(record->message, 200);
        case Turns:
            return grouped(record->turns);
        case TokenCount:
            return grouped(record->tokens);
        case Trained:
            return grouped(record->trained);
        case MarkerColumn:
            return record->marker.isEmpty() ? QStringLiteral("–") : record->marker;
        }
    }
    if (role == Qt::TextAlignmentRole)
        return int(Qt::AlignVCenter |
                   (column == Number || (column >= Turns && column <= Trained) ? Qt::AlignRight
                                                                               : Qt::AlignLeft));
    if (role == kSeriesRole && column == Message && index.row() < int(m_keys.size()))
        return m_keys[std::size_t(index.row())];
    if (role == kSeriesFormRole)
        return true;
    if (role == kToneRole && column == MarkerColumn && !record->marker.isEmpty())
        return int(record->marker == QStringLiteral("negative") ? Tone::Bad : Tone::Good);
    if (role == kSecondaryRole)
        return column == Number || (column == MarkerColumn && record->marker.isEmpty());
    return {};
}

PreviewPane::PreviewPane(const MixtureEditor& editor, QWidget* parent)
    : QWidget(parent), m_editor(editor)
{
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    auto* panes = splitter(Qt::Horizontal, "previewPanes", this);
    layout->addWidget(panes);
    m_table = new QTableView(panes);
    m_table->setModel(&m_model);
    prepareTable(*m_table, tr("Records in training order"), "previewTable", size::kDenseRow);
    m_table->setItemDelegateForColumn(PreviewModel::MarkerColumn, new MarkerDelegate(m_table));
    setColumns(*m_table, {40, 0, 48, 58, 58, 88});
    m_record = new QStackedWidget(panes);
    auto* page = new QWidget(m_record);
    auto* column = new QVBoxLayout(page);
    column->setContentsMargins(16, 8, 12, 8);
    column->setSpacing(6);
    m_title = new TextLabel(TextRole::Strong, page);
    column->addWidget(m_title);
    m_text = new AnswerText(page);
    m_text->setObjectName(QStringLiteral("previewText"));
    m_text->setAccessibleName(tr("As it will be trained"));
    column->addWidget(m_text, 1);
    m_record->addWidget(page);
    m_tokens = new TokenView("previewTokens", m_record);
    m_record->addWidget(m_tokens);
    panes->setStretchFactor(0, 6);
    panes->setStretchFactor(1, 5);
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
        [this](const QModelIndex& index) { showRecord(index.row()); });
}

void PreviewPane::setForm(Form form)
{
    m_record->setCurrentIndex(int(form));
}

void PreviewPane::showRecords(const std::vector<PreviewRecord>& records)
{
    const int row = std::max(0, m_table->currentIndex().row());
    std::vector<int> keys;
    for (const PreviewRecord& record : records) {
        const int index = m_editor.editedIndex(record.source);
        keys.push_back(index < 0 ? 0 : m_editor.sources()[std::size_t(index)].key);
    }
    m_model.set(records, std::move(keys));
    if (m_model.rowCount() > 0)
        m_table->selectRow(std::min(row, m_model.rowCount() - 1));
    else
        showRecord(-1);
}

void PreviewPane::showRecord(int row)
{
    const PreviewRecord* record = m_model.at(row);
    if (record == nullptr) {
        m_title->setText({});
        m_text->setPlain({});
        m_tokens->setTokens({}, {});
        return;
    }
    m_title->setText(tr("%1 · as it will be trained · underlined = trained").arg(grouped(row + 1)));
    std::vector<TokenBox> boxes;
    std::vector<TokenBlock> blocks{{tr("Template"), false}};
    for (const QString& role : record->roles)
        blocks.push_back({role, role == QStringLiteral("GPT")});
    QString text;
    std::vector<TextMark> marks;
    std::vector<TokenPlace> places;
    for (const PreviewRecord::Piece& piece : record->pieces)
        places.push_back({piece.turn, piece.special});
    const std::vector<int> blockOf = tokenBlocks(places);
    for (std::size_t i = 0; i < record->pieces.size(); ++i) {
        const PreviewRecord::Piece& piece = record->pieces[i];
        const int start = int(text.size());
        text += piece.text;
        const auto kind = piece.trained ? TextMark::Kind::Trained : TextMark::Kind::Chip;
        if (piece.trained || piece.fromTemplate || piece.special) {
            if (!marks.empty() && marks.back().kind == kind &&
                marks.back().start + marks.back().length == start)
                marks.back().length += int(piece.text.size());
            else
                marks.push_back({start, int(piece.text.size()), kind});
        }
        boxes.push_back({piece.text, piece.id, piece.trained, piece.special, piece.fromTemplate,
            blockOf[i], piece.bytes});
    }
    m_text->setPlain(text);
    m_text->setMarks(std::move(marks));
    m_tokens->setTokens(std::move(boxes), std::move(blocks));
}

} // namespace koala
