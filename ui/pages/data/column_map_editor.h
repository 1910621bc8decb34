// ui/pages/data/column_map_editor.h: which column of a table is which part of a conversation: one
// list of the columns for each part. Writes the map as `koala data import --columns` reads it.
#pragma once

#include <QStringList>
#include <QWidget>

class QComboBox;

namespace koala {

class ColumnMapEditor final : public QWidget {
    Q_OBJECT
public:
    explicit ColumnMapEditor(QWidget* parent = nullptr);
    void setColumns(const QStringList& columns, const QString& map);
    QString map() const; // "" as long as user and assistant are not both chosen

Q_SIGNALS:
    void changed();

private:
    std::vector<QComboBox*> m_parts; // in the order of kParts
};

} // namespace koala
