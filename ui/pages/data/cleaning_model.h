// ui/pages/data/cleaning_model.h: the cleaning steps as a table: order, switch, title, options in
// words, rows before and after, taken, share of all that was taken. No files, no widgets.
#pragma once

#include <QAbstractTableModel>

#include "ui/services/cleaning_service.h"

namespace koala {

enum CleaningRole : int { kShareRole = Qt::UserRole + 300 }; // double, of the longest bar

class CleaningModel final : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Order, Use, StepTitle, Options, Before, Arrow, After, Took, Share, ColumnCount };
    using QAbstractTableModel::QAbstractTableModel;
    void set(const CleaningState& state);
    const CleaningStep* step(int row) const;
    const StepReport* report(int row) const; // null while there is none

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;
    Qt::DropActions supportedDropActions() const override { return Qt::MoveAction; }
    QStringList mimeTypes() const override;
    QMimeData* mimeData(const QModelIndexList& indexes) const override;
    bool dropMimeData(const QMimeData* data, Qt::DropAction action, int row, int column,
        const QModelIndex& parent) override;

Q_SIGNALS:
    void switched(int row, bool on);
    void moved(int from, int to); // `to` is the place it should have afterwards

private:
    QVariant words(int row, int column) const;
    std::vector<CleaningStep> m_steps;
    std::optional<CleaningReport> m_report;
    bool m_current = false;
};

QString stepTitle(const CleaningStep& step);

} // namespace koala
