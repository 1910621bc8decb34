// ui/pages/runs/checkpoint_model.h: the checkpoints of one run as rows, newest first.
#pragma once

#include <optional>

#include <QAbstractTableModel>

#include "core/run/checkpoints.h"

namespace koala {

struct CheckpointRow {
    CheckpointInfo info;
    std::optional<double> heldOut;
    bool resumable = false; // the optimiser's state is there
    bool best = false;
    std::optional<bool> verified; // after every file was read and compared
};

class CheckpointModel final : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Step, HeldOut, Size, Resume, Pinned, Hash, State, kColumns };
    explicit CheckpointModel(QObject* parent = nullptr) : QAbstractTableModel(parent) {}
    void setRows(std::vector<CheckpointRow> rows);
    void setVerified(std::int64_t step, bool good);
    const CheckpointRow* at(const QModelIndex& index) const;
    int rowOf(std::int64_t step) const;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override
    {
        return parent.isValid() ? 0 : int(kColumns);
    }
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<CheckpointRow> m_rows;
};

} // namespace koala
