#include "ui/pages/data/column_map_editor.h"

#include <array>

#include <QComboBox>
#include <QHBoxLayout>

#include "ui/widgets/inputs.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/text_label.h"

namespace koala {

namespace {
constexpr std::array kParts{"user", "assistant", "system", "context", "split", "id"};

QString quoted(const QString& column)
{
    return column.contains(QLatin1Char(',')) || column.contains(QLatin1Char('='))
               ? QLatin1Char('"') + column + QLatin1Char('"')
               : column;
}
} // namespace

ColumnMapEditor::ColumnMapEditor(QWidget* parent) : QWidget(parent)
{
    auto* line = new QHBoxLayout(this);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(6);
    for (const char* part : kParts) {
        const QString name = QString::fromLatin1(part);
        line->addWidget(new TextLabel(name, TextRole::Secondary, this));
        auto* box = comboBox(
            tr("Column of %1").arg(name), ("column-" + QByteArray(part)).constData(), this);
        box->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
        box->setMinimumContentsLength(6);
        line->addWidget(box, 1);
        m_parts.push_back(box);
        connect(box, &QComboBox::currentIndexChanged, this, &ColumnMapEditor::changed);
    }
}

void ColumnMapEditor::setColumns(const QStringList& columns, const QString& map)
{
    const QSignalBlocker quiet(this);
    QMap<QString, QString> chosen;
    for (const QString& entry : map.split(QLatin1Char(',')))
        chosen[entry.section(QLatin1Char('='), 0, 0)] = entry.section(QLatin1Char('='), 1);
    for (std::size_t i = 0; i < m_parts.size(); ++i) {
        m_parts[i]->clear();
        m_parts[i]->addItem(QStringLiteral("–"), QString());
        for (const QString& column : columns)
            m_parts[i]->addItem(safeLine(column, 60), column);
        const QString want = chosen.value(QString::fromLatin1(kParts[i]));
        for (int item = 1; item < m_parts[i]->count(); ++item)
            if (quoted(m_parts[i]->itemData(item).toString()) == want)
                m_parts[i]->setCurrentIndex(item);
    }
}

QString ColumnMapEditor::map() const
{
    QStringList entries;
    for (std::size_t i = 0; i < m_parts.size(); ++i) {
        const QString column = m_parts[i]->currentData().toString();
        if (!column.isEmpty())
            entries << QString::fromLatin1(kParts[i]) + QLatin1Char('=') + quoted(column);
        else if (i < 2)
            return {};
    }
    return entries.join(QLatin1Char(','));
}

} // namespace koala
