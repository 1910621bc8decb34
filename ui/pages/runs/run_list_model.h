// ui/pages/runs/run_list_model.h: the runs as rows: eye, key and name, state, loss. No files,
// processes or widgets. The same runs in the same order change in place; else the rows are made
// anew.
#pragma once

#include <memory>
#include <set>

#include <QAbstractTableModel>

#include "ui/services/run_service.h"

namespace koala {

class RunListModel final : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Eye, Name, State, Loss, kColumns };

    explicit RunListModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}
    void setRuns(std::shared_ptr<const RunSnapshots> runs);
    void setFilter(const QString& words);
    void setShown(std::set<QString> shown); // ids whose eye is open
    const RunSnapshot* at(const QModelIndex& index) const;
    QModelIndex indexOf(const QString& id) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override
    {
        return parent.isValid() ? 0 : int(kColumns);
    }
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<const RunSnapshot*> filtered() const;
    std::shared_ptr<const RunSnapshots> m_runs;
    std::vector<const RunSnapshot*> m_rows;
    std::set<QString> m_shown;
    QString m_filter;
};

} // namespace koala
