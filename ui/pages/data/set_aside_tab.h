// ui/pages/data/set_aside_tab.h: the records that an import could not read: line, reason and the
// first characters of each. They never stopped the rest.
#pragma once

#include <QAbstractTableModel>
#include <QWidget>

#include "ui/pages/data/data_controller.h"

namespace koala {

class SetAsideModel final : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { LineNumber, Reason, Head, ColumnCount };
    using QAbstractTableModel::QAbstractTableModel;
    void set(std::vector<QuarantinedRecord> records);
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<QuarantinedRecord> m_records;
};

class SetAsideTab final : public QWidget {
    Q_OBJECT
public:
    explicit SetAsideTab(DataController& controller, QWidget* parent = nullptr);
    int count() const { return m_model.rowCount(); }

Q_SIGNALS:
    void counted(int records);

private:
    void refresh();
    DataController& m_controller;
    SetAsideModel m_model;
};

} // namespace koala
