#include "ui/widgets/page_header.h"

#include <QHBoxLayout>
#include <QPainter>

#include "ui/widgets/buttons.h"
#include "ui/widgets/icons.h"

namespace koala {

PageHeader::PageHeader(const QString& title, QWidget* parent)
    : QWidget(parent), m_left(new QHBoxLayout), m_right(new QHBoxLayout),
      m_parent(linkButton({}, "headerParent", this)), m_chevron(new QLabel(this)),
      m_title(new TextLabel(title, TextRole::Title, this)),
      m_facts(new TextLabel(TextRole::Secondary, this))
{
    setFixedHeight(size::kHeader);
    m_title->setObjectName(QStringLiteral("pageTitle"));
    m_facts->setObjectName(QStringLiteral("pageFacts"));
    m_facts->setElided(true);
    static_cast<QLabel*>(m_chevron)->setText(QStringLiteral("\u203A"));
    m_parent->hide();
    m_chevron->hide();
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(size::kGap, 0, size::kGap, 1);
    row->setSpacing(size::kGap);
    m_left->setSpacing(12);
    m_left->addWidget(m_parent);
    m_left->addWidget(m_chevron);
    m_left->addWidget(m_title);
    row->addLayout(m_left);
    row->addWidget(m_facts, 1);
    m_right->setSpacing(10);
    row->addLayout(m_right);
    connect(m_parent, &QPushButton::clicked, this, &PageHeader::parentPressed);
}

void PageHeader::setTitle(const QString& title)
{
    m_title->setText(title);
}

void PageHeader::setFacts(const QString& facts)
{
    if (m_facts->text() != facts)
        m_facts->setText(facts);
}

void PageHeader::setParentTitle(const QString& title)
{
    m_parent->setText(title);
    m_parent->setAccessibleName(title);
    m_parent->setVisible(!title.isEmpty());
    m_chevron->setVisible(!title.isEmpty());
}

void PageHeader::addLeft(QWidget* widget)
{
    m_left->addWidget(widget);
}
void PageHeader::addRight(QWidget* widget)
{
    m_right->addWidget(widget);
}

void PageHeader::paintEvent(QPaintEvent*)
{
    QPainter(this).fillRect(QRect(0, height() - 1, width(), 1), tokens().line);
}

} // namespace koala
