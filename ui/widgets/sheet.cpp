#include "ui/widgets/sheet.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QPainter>
#include <QVBoxLayout>

#include "ui/widgets/buttons.h"
#include "ui/widgets/card.h"

namespace koala {

namespace {
constexpr int kMargin = 24;
}

Sheet::Sheet(const QString& title, const char* objectName, QSize size, QWidget* owner)
    : QWidget(owner->window()), m_size(size), m_card(new Card(this)), m_content(new QVBoxLayout),
      m_foot(new QHBoxLayout), m_note(new TextLabel(TextRole::Secondary, m_card))
{
    setObjectName(QLatin1StringView(objectName));
    setAccessibleName(title);
    auto* head = new QHBoxLayout;
    head->setContentsMargins(16, 10, 10, 6);
    head->addWidget(new TextLabel(title, TextRole::Title, m_card), 1);
    auto* shut = iconButton("close", tr("Close"), "sheetClose", m_card);
    head->addWidget(shut);
    m_content->setContentsMargins(16, 4, 16, 12);
    m_content->setSpacing(12);
    m_foot->setContentsMargins(16, 10, 16, 12);
    m_foot->setSpacing(8);
    m_note->setElided(true);
    m_foot->addWidget(m_note, 1);
    m_card->body()->addLayout(head);
    m_card->body()->addLayout(m_content, 1);
    m_card->body()->addWidget(new Hairline(Qt::Horizontal, m_card));
    m_card->body()->addLayout(m_foot);
    connect(shut, &QToolButton::clicked, this, &Sheet::dismiss);
    parentWidget()->installEventFilter(this);
    hide();
}

void Sheet::setNote(const QString& words)
{
    m_note->setText(words);
}

void Sheet::addButton(QWidget* button)
{
    m_foot->addWidget(button);
}

void Sheet::open(QWidget* focus)
{
    m_before = window()->focusWidget();
    layOut();
    show();
    raise();
    if (focus != nullptr)
        focus->setFocus(Qt::OtherFocusReason);
    else
        focusNextPrevChild(true);
}

void Sheet::dismiss()
{
    if (isHidden())
        return;
    hide();
    if (m_before)
        m_before->setFocus(Qt::OtherFocusReason);
    Q_EMIT dismissed();
}

void Sheet::layOut()
{
    setGeometry(parentWidget()->rect());
    const QSize room = size() - QSize(2 * kMargin, 2 * kMargin);
    const QSize card = m_size.boundedTo(room);
    m_card->setGeometry(QRect(
        QPoint((width() - card.width()) / 2, std::max(kMargin, (height() - card.height()) / 3)),
        card));
}

bool Sheet::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == parentWidget() && event->type() == QEvent::Resize && isVisible())
        layOut();
    return QWidget::eventFilter(watched, event);
}

void Sheet::keyPressEvent(QKeyEvent* event)
{
    if (event->key() == Qt::Key_Escape)
        dismiss();
    else
        QWidget::keyPressEvent(event);
}

void Sheet::mousePressEvent(QMouseEvent* event)
{
    event->accept(); // what lies below is out of reach
}

void Sheet::paintEvent(QPaintEvent*)
{
    const Tokens& t = tokens();
    const bool dark = t.kind != ThemeKind::Light;
    QColor scrim = dark ? QColor(Qt::black) : t.text;
    scrim.setAlphaF(dark ? 0.5F : 0.22F);
    QPainter(this).fillRect(rect(), scrim);
}

bool Sheet::focusNextPrevChild(bool next)
{
    QWidget* from = window()->focusWidget();
    if (from == nullptr || !isAncestorOf(from))
        from = this;
    for (QWidget* at = next ? from->nextInFocusChain() : from->previousInFocusChain(); at != from;
        at = next ? at->nextInFocusChain() : at->previousInFocusChain()) {
        if (isAncestorOf(at) && at->isVisibleTo(this) && at->isEnabled() &&
            (at->focusPolicy() & Qt::TabFocus) == Qt::TabFocus) {
            at->setFocus(next ? Qt::TabFocusReason : Qt::BacktabFocusReason);
            return true;
        }
    }
    return false;
}

} // namespace koala
