#include "ui/widgets/fact_grid.h"

#include <QGridLayout>

namespace koala {

FactGrid::FactGrid(Align align, int labelWidth, QWidget* parent)
    : QWidget(parent), m_layout(new QGridLayout(this)), m_align(align)
{
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setHorizontalSpacing(12);
    m_layout->setVerticalSpacing(4);
    m_layout->setColumnStretch(1, 1);
    if (labelWidth > 0)
        m_layout->setColumnMinimumWidth(0, labelWidth);
}

TextLabel* FactGrid::set(const QString& label, const QString& value, Tone tone)
{
    auto found = std::ranges::find(m_rows, label, &Row::label);
    if (found == m_rows.end()) {
        Row row{label, new TextLabel(label, TextRole::Secondary, this),
            new TextLabel(TextRole::Secondary, this)};
        row.value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        row.value->setWordWrap(m_align == Align::Left);
        row.value->setAlignment(
            (m_align == Align::Left ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignTop);
        row.value->setForegroundRole(QPalette::WindowText);
        const int at = int(m_rows.size());
        m_layout->addWidget(row.name, at, 0, Qt::AlignTop | Qt::AlignLeft);
        m_layout->addWidget(row.value, at, 1,
            m_align == Align::Left ? Qt::AlignTop : Qt::AlignTop | Qt::AlignRight);
        m_rows.push_back(row);
        found = m_rows.end() - 1;
    }
    if (found->value->text() != value)
        found->value->setText(value);
    found->value->setTone(tone);
    if (tone == Tone::Neutral)
        found->value->setForegroundRole(QPalette::WindowText);
    found->value->setAccessibleName(label + QStringLiteral(": ") + value);
    found->name->setVisible(!value.isEmpty());
    found->value->setVisible(!value.isEmpty());
    return found->value;
}

void FactGrid::clear()
{
    for (const Row& row : m_rows) {
        delete row.name;
        delete row.value;
    }
    m_rows.clear();
}

} // namespace koala
