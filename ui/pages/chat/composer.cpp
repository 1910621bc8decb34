#include "ui/pages/chat/composer.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QPainter>
#include <QVBoxLayout>

#include "ui/widgets/buttons.h"
#include "ui/widgets/text_label.h"

namespace koala {

namespace {
constexpr int kLeastHeight = 40, kMostHeight = 260;
}

MessageEdit::MessageEdit(QWidget* parent) : QPlainTextEdit(parent)
{
    setObjectName(QStringLiteral("messageEdit"));
    setAccessibleName(tr("Message"));
    setPlaceholderText(tr("Message"));
    setFrameShape(QFrame::NoFrame);
    setTabChangesFocus(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    viewport()->setAutoFillBackground(false);
    setFixedHeight(kLeastHeight);
    connect(this, &QPlainTextEdit::textChanged, this, [this] {
        const int lines = std::max(1, int(document()->size().height()));
        setFixedHeight(
            std::clamp(lines * fontMetrics().lineSpacing() + 14, kLeastHeight, kMostHeight));
    });
}

QSize MessageEdit::sizeHint() const
{
    return {400, height()};
}

void MessageEdit::keyPressEvent(QKeyEvent* event)
{
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (enter && !(event->modifiers() & Qt::ShiftModifier)) {
        Q_EMIT submitted();
        return;
    }
    if (event->key() == Qt::Key_Escape) {
        Q_EMIT escaped();
        return;
    }
    const bool sideways = event->key() == Qt::Key_Left || event->key() == Qt::Key_Right;
    if (sideways && toPlainText().isEmpty() && event->modifiers() == Qt::NoModifier) {
        Q_EMIT arrow(event->key() == Qt::Key_Left ? -1 : 1);
        return;
    }
    QPlainTextEdit::keyPressEvent(event);
}

Composer::Composer(QWidget* parent) : QWidget(parent)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 8, 8, 8);
    layout->setSpacing(4);
    m_edit = new MessageEdit(this);
    layout->addWidget(m_edit);
    auto* line = new QHBoxLayout;
    m_hint = new TextLabel(TextRole::Secondary, this);
    m_hint->setContentsMargins(3, 0, 0, 0);
    m_hint->setElided(true);
    line->addWidget(m_hint, 1);
    m_send = filledButton(tr("Send"), "arrow-right", "sendButton", this);
    line->addWidget(m_send);
    layout->addLayout(line);
    const auto submit = [this] {
        if (m_send->isEnabled())
            Q_EMIT submitted(m_edit->toPlainText());
    };
    connect(m_send, &QPushButton::clicked, this, submit);
    connect(m_edit, &MessageEdit::submitted, this, submit);
    connect(m_edit, &QPlainTextEdit::textChanged, this, &Composer::refresh);
    refresh();
}

void Composer::setReady(bool ready, const QString& hint)
{
    m_ready = ready;
    m_hint->setText(hint);
    refresh();
}

void Composer::refresh()
{
    m_send->setEnabled(m_ready && !m_edit->toPlainText().trimmed().isEmpty());
}

void Composer::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(m_edit->hasFocus() ? tokens().accent : tokens().line);
    painter.setBrush(tokens().card);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
}

} // namespace koala
