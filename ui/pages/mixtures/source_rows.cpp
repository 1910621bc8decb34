#include "ui/pages/mixtures/source_rows.h"

#include <algorithm>

#include <QApplication>
#include <QGridLayout>
#include <QKeyEvent>
#include <QPainter>

#include "ui/pages/mixtures/source_row.h"
#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/text_label.h"

namespace koala {

namespace {
QString basisWord(MixtureBasis basis)
{
    switch (basis) {
    case MixtureBasis::Rows:
        return SourceRows::tr("share of rows");
    case MixtureBasis::Tokens:
        return SourceRows::tr("share of tokens");
    case MixtureBasis::TrainedTokens:
        return SourceRows::tr("share of trained tokens");
    }
    return {};
}
} // namespace

SourceRows::SourceRows(MixtureEditor& editor, QWidget* parent)
    : QWidget(parent), m_editor(editor), m_grid(new QGridLayout(this))
{
    setObjectName(QStringLiteral("sourceRows"));
    m_grid->setContentsMargins(16, 0, 16, 0);
    m_grid->setHorizontalSpacing(8);
    m_grid->setVerticalSpacing(0);
    m_grid->setColumnStretch(kTitleColumn, 2);
    m_grid->setColumnStretch(kSliderColumn, 3);
    m_grid->setColumnMinimumWidth(kTitleColumn, 120);
    m_grid->setColumnMinimumWidth(kSliderColumn, 90);
    m_grid->setColumnMinimumWidth(kTokensColumn, 52);
    m_grid->setColumnMinimumWidth(kEpochsColumn, 44);
    connect(&m_editor, &MixtureEditor::reset, this, &SourceRows::rebuild);
    connect(&m_editor, &MixtureEditor::edited, this, &SourceRows::refresh);
    connect(qApp, &QApplication::focusChanged, this, [this](QWidget*, QWidget* now) {
        if (const int row = now == nullptr ? -1 : rowOf(now); row != m_current) {
            m_current = row;
            update();
        }
    });
    rebuild();
}

void SourceRows::addHead()
{
    const auto head = [&](int column, const QString& text, Qt::Alignment align, int span = 1) {
        auto* label = new TextLabel(text, TextRole::Secondary, this);
        label->setAlignment(align | Qt::AlignVCenter);
        m_grid->addWidget(label, 0, column, 1, span);
        return label;
    };
    m_grid->setRowMinimumHeight(0, size::kTableHead);
    head(kUseColumn, tr("use"), Qt::AlignLeft);
    head(kTitleColumn, tr("source"), Qt::AlignLeft);
    m_shareHead = head(kSliderColumn, {}, Qt::AlignLeft, 3);
    for (const auto& [column, words] : {std::pair{kRepeatColumn, tr("repeat")},
             {kCapColumn, tr("cap")}, {kSliceColumn, tr("slice")}})
        head(column, words, Qt::AlignRight)->setContentsMargins(0, 0, 9, 0);
    head(kHoldOutColumn, tr("hold out"), Qt::AlignLeft)->setContentsMargins(10, 0, 0, 0);
    head(kMarkersColumn, tr("markers"), Qt::AlignLeft)->setContentsMargins(10, 0, 0, 0);
    head(kRowsColumn, tr("rows"), Qt::AlignRight);
    head(kTokensColumn, tr("tokens"), Qt::AlignRight);
    head(kEpochsColumn, tr("epochs"), Qt::AlignRight);
}

void SourceRows::addFoot(int line)
{
    m_grid->setRowMinimumHeight(line, size::kFormRow);
    auto* add = flatButton(tr("Add source…"), "plus", "addSource", this);
    add->setToolTip(tr("Import files on the Data page; they are listed here when they are in"));
    connect(add, &QPushButton::clicked, this, &SourceRows::addWanted);
    m_grid->addWidget(add, line, kUseColumn, 1, 2, Qt::AlignLeft);
    auto* all = new TextLabel(tr("All"), TextRole::Secondary, this);
    all->setContentsMargins(10, 0, 0, 0);
    m_grid->addWidget(all, line, kMarkersColumn);
    for (TextLabel** label : {&m_allRows, &m_allTokens}) {
        *label = figureLabel(this);
        (*label)->setRole(TextRole::Strong);
    }
    m_allRows->setAccessibleName(tr("All rows"));
    m_allRows->setObjectName(QStringLiteral("allRows"));
    m_allTokens->setAccessibleName(tr("All tokens"));
    m_allTokens->setObjectName(QStringLiteral("allTokens"));
    m_grid->addWidget(m_allRows, line, kRowsColumn);
    m_grid->addWidget(m_allTokens, line, kTokensColumn);
}

void SourceRows::rebuild()
{
    const QString focused =
        isAncestorOf(window()->focusWidget()) ? window()->focusWidget()->objectName() : QString();
    for (SourceRow* row : std::exchange(m_rows, {}))
        delete row;
    while (QLayoutItem* item = m_grid->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    addHead();
    const int count = int(m_editor.sources().size());
    for (int i = 0; i < count; ++i) {
        auto* row = new SourceRow(m_editor, i, *m_grid, i + 1, this);
        connect(row, &SourceRow::listWanted, this, [this, i] { Q_EMIT listWanted(i); });
        row->handle()->installEventFilter(this);
        m_rows.push_back(row);
    }
    addFoot(count + 1);
    for (int line = count + 2; line < m_grid->rowCount(); ++line)
        m_grid->setRowMinimumHeight(line, 0); // of a longer list before
    refresh();
    if (auto* again = focused.isEmpty() ? nullptr : findChild<QWidget*>(focused))
        again->setFocus();
}

void SourceRows::refresh()
{
    m_shareHead->setText(basisWord(m_editor.base().basis));
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        m_grid->setRowMinimumHeight(
            int(i) + 1, m_editor.sources()[i].used ? size::kFormRow : size::kRow);
        m_rows[i]->refresh();
    }
    update();
}

void SourceRows::showFigures(const MixtureFigures& figures)
{
    if (!figures.problem.isEmpty()) {
        for (SourceRow* row : m_rows)
            row->clearFigures();
        m_allRows->setText({});
        m_allTokens->setText({});
        return;
    }
    for (int i = 0; i < int(figures.sources.size()); ++i)
        if (const int row = m_editor.editedIndex(i); row >= 0 && row < int(m_rows.size()))
            m_rows[std::size_t(row)]->showFigures(figures.sources[std::size_t(i)]);
    m_allRows->setText(grouped(qint64(figures.total.rows)));
    m_allTokens->setText(shortCount(qint64(figures.total.tokens)));
    if (!m_editor.byShare())
        refresh();
}

int SourceRows::rowOf(const QWidget* widget) const
{
    const auto found = std::ranges::find_if(m_rows, [widget](const SourceRow* row) {
        return row->owns(widget) || row->owns(widget->parentWidget());
    });
    return found == m_rows.end() ? -1 : int(found - m_rows.begin());
}

int SourceRows::rowAt(int y) const
{
    for (int i = 0; i < int(m_rows.size()); ++i)
        if (y < m_grid->cellRect(i + 1, 0).bottom())
            return i;
    return int(m_rows.size()) - 1;
}

bool SourceRows::dragged(QObject* handle, QEvent* event)
{
    auto* widget = static_cast<QWidget*>(handle);
    const auto y = [&] {
        return mapFromGlobal(static_cast<QMouseEvent*>(event)->globalPosition()).toPoint().y();
    };
    switch (event->type()) {
    case QEvent::MouseButtonPress:
        m_dragged = rowOf(widget);
        m_drop = m_dragged;
        return true;
    case QEvent::MouseMove:
        if (m_dragged >= 0) {
            m_drop = rowAt(y());
            update();
        }
        return true;
    case QEvent::MouseButtonRelease: {
        const int from = std::exchange(m_dragged, -1);
        update();
        if (from >= 0 && from != m_drop) // after this event: the rows are made anew
            QMetaObject::invokeMethod(
                this, [this, from, to = m_drop] { m_editor.move(from, to); }, Qt::QueuedConnection);
        return true;
    }
    default:
        return false;
    }
}

bool SourceRows::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        const int by = key->key() == Qt::Key_Up ? -1 : key->key() == Qt::Key_Down ? 1 : 0;
        const int row = rowOf(static_cast<QWidget*>(watched));
        if (by == 0 || row < 0 || !(key->modifiers() & Qt::AltModifier))
            return false;
        QMetaObject::invokeMethod(
            this, [this, row, by] { m_editor.move(row, row + by); }, Qt::QueuedConnection);
        return true;
    }
    return dragged(watched, event);
}

void SourceRows::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    const Tokens& t = tokens();
    for (int line = 1; line <= int(m_rows.size()) + 1; ++line) {
        const QRect cell = m_grid->cellRect(line, 0);
        if (!cell.isValid())
            continue;
        if (line == m_current + 1 || line == m_dragged + 1)
            painter.fillRect(QRect(0, cell.top() + 1, width(), cell.height() - 1), t.selected);
        painter.fillRect(QRect(0, cell.top(), width(), 1), t.line);
    }
    if (m_dragged < 0 || m_drop == m_dragged)
        return;
    const QRect place = m_grid->cellRect(m_drop + 1, 0);
    const int y = m_drop > m_dragged ? place.bottom() : place.top();
    painter.fillRect(QRect(0, y - 1, width(), 2), t.accent);
}

} // namespace koala
