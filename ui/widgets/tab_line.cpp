#include "ui/widgets/tab_line.h"

#include <QPainter>

#include "ui/widgets/theme.h"

namespace koala {

namespace {
constexpr int kBetween = 20;
constexpr int kFigureGap = 6;
} // namespace

TabLine::TabLine(QWidget* parent) : QTabBar(parent)
{
    setDrawBase(false);
    setDocumentMode(true);
    setExpanding(false);
    setUsesScrollButtons(false);
    setElideMode(Qt::ElideNone);
    setFixedHeight(size::kTabs);
    setFocusPolicy(Qt::TabFocus);
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

int TabLine::addTab(const QString& text)
{
    return QTabBar::addTab(text);
}

void TabLine::setFigure(int index, const QString& figure)
{
    if (tabData(index).toString() == figure)
        return;
    setTabData(index, figure);
    setTabText(index, tabText(index)); // lays the tabs out again
    update();
}

QSize TabLine::tabSizeHint(int index) const
{
    int width =
        QFontMetrics(fontFor(TextRole::Strong)).horizontalAdvance(tabText(index)) + kBetween;
    if (const QString figure = tabData(index).toString(); !figure.isEmpty())
        width += kFigureGap + QFontMetrics(fontFor(TextRole::Secondary)).horizontalAdvance(figure);
    return {width + (index == 0 ? m_inset : 0), size::kTabs};
}

QSize TabLine::minimumTabSizeHint(int index) const
{
    return tabSizeHint(index);
}

void TabLine::paintEvent(QPaintEvent*)
{
    const Tokens& t = tokens();
    QPainter painter(this);
    painter.fillRect(QRect(0, height() - 1, width(), 1), t.line);
    for (int i = 0; i < count(); ++i) {
        QRect r = tabRect(i);
        if (i == 0)
            r.setLeft(r.left() + m_inset);
        const bool chosen = i == currentIndex();
        const QFont font = fontFor(chosen ? TextRole::Strong : TextRole::Body);
        painter.setFont(font);
        painter.setPen(!isTabEnabled(i) ? t.disabled : chosen ? t.text : t.secondary);
        painter.drawText(r, Qt::AlignVCenter | Qt::AlignLeft, tabText(i));
        int width = QFontMetrics(font).horizontalAdvance(tabText(i));
        if (const QString figure = tabData(i).toString(); !figure.isEmpty()) {
            painter.setFont(fontFor(TextRole::Secondary));
            painter.setPen(t.secondary);
            painter.drawText(
                r.adjusted(width + kFigureGap, 0, 0, 0), Qt::AlignVCenter | Qt::AlignLeft, figure);
            width += kFigureGap + painter.fontMetrics().horizontalAdvance(figure);
        }
        if (chosen) {
            painter.fillRect(QRect(r.left(), height() - 2, width, 2), t.accent);
            if (hasFocus()) {
                painter.setPen(t.accent);
                painter.drawRoundedRect(QRect(r.left() - 4, 6, width + 8, height() - 12), 4, 4);
            }
        }
    }
}

} // namespace koala
