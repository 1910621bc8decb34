#include "ui/widgets/notice_bar.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QPainter>

#include "ui/widgets/buttons.h"
#include "ui/widgets/icons.h"

namespace koala {

NoticeBar::NoticeBar(QWidget* parent)
    : QWidget(parent), m_text(new TextLabel(TextRole::Body, this)),
      m_action(plainButton({}, nullptr, "noticeAction", this)),
      m_copy(flatButton(tr("Copy details"), "copy", "noticeCopy", this))
{
    setObjectName(QStringLiteral("noticeBar"));
    m_text->setWordWrap(true);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(44, 6, 12, 6);
    row->addWidget(m_text, 1);
    row->addWidget(m_copy);
    row->addWidget(m_action);
    auto* shut = iconButton("close", tr("Dismiss"), "noticeClose", this);
    row->addWidget(shut);
    connect(shut, &QToolButton::clicked, this, &NoticeBar::clear);
    connect(m_action, &QPushButton::clicked, this, &NoticeBar::actionPressed);
    connect(m_copy, &QPushButton::clicked, this, [this] {
        QApplication::clipboard()->setText(m_text->text() + QLatin1Char('\n') + m_details);
    });
    hide();
}

void NoticeBar::tell(Tone tone, const QString& text, const QString& details, const QString& action)
{
    m_tone = tone;
    m_details = details;
    m_text->setText(text);
    m_action->setText(action);
    m_action->setAccessibleName(action);
    m_action->setVisible(!action.isEmpty());
    m_copy->setVisible(!details.isEmpty());
    setAccessibleName(text);
    show();
    update();
}

void NoticeBar::clear()
{
    hide();
}

void NoticeBar::paintEvent(QPaintEvent*)
{
    const Tokens& t = tokens();
    QPainter painter(this);
    painter.fillRect(rect(), t.tint(m_tone));
    painter.fillRect(QRect(0, height() - 1, width(), 1), t.line);
    const char* name = m_tone == Tone::Bad       ? "error"
                       : m_tone == Tone::Warning ? "warning"
                       : m_tone == Tone::Good    ? "check-circle"
                                                 : "info";
    paintIcon(painter, name, QRect(16, height() / 2 - 8, 16, 16), t.strong(m_tone));
}

} // namespace koala
