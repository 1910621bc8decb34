// ui/pages/machines/machine_runs_model.h: the runs that go on on this computer, newest first. The
// same runs change their figures without a reset. GUI thread.
#pragma once

#include <QAbstractTableModel>

#include "core/run/run_list.h"

namespace koala {

class MachineRunsModel final : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Name, State, Progress, Loss, TimeLeft, kColumns };

    using QAbstractTableModel::QAbstractTableModel;
    void setRuns(std::vector<RunSummary> runs);
    QString runId(int row) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QString text(const RunSummary& run, int column) const;
    std::vector<RunSummary> m_runs;
};

} // namespace koala
