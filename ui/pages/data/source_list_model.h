// ui/pages/data/source_list_model.h: the list at the left of the Data page: datasets with their
// facts, then the prompt sets, which are for testing only. No files, no widgets.
#pragma once

#include <QAbstractTableModel>

#include "ui/services/data_service.h"

namespace koala {

// Names of icons at the right of a source's name, each with a meaning in the tool tip: QStringList.
inline constexpr int kMarksRole = Qt::UserRole + 200;

class SourceListModel final : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Name, Kind, Rows, TokenCount, ColumnCount };
    explicit SourceListModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}

    void set(const std::vector<DataSource>& sources, const std::vector<PromptSetItem>& promptSets);
    int rowOf(const QString& slug) const;
    QString slugAt(int row) const; // "" for anything that is no dataset
    const DataSource* sourceAt(int row) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

private:
    QVariant sourceData(const DataSource& source, int row, int column, int role) const;
    static QStringList notesOf(const DataSource& source);
    QVariant promptData(const PromptSetItem& set, int column, int role) const;

    std::vector<DataSource> m_sources;
    std::vector<PromptSetItem> m_promptSets;
};

} // namespace koala
