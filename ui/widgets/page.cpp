#include "ui/widgets/page.h"

#include <QVBoxLayout>

namespace koala {

Page::Page(const QString& title, QWidget* parent)
    : QWidget(parent), m_header(new PageHeader(title, this)), m_body(new QWidget(this))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_header);
    column->addWidget(m_body, 1);
}

void Page::open(const Destination&) {}

void Page::restoreState(const QJsonObject&) {}

} // namespace koala
