// ui/pages/mixtures/difference_model.h: two mixtures beside each other, one row a source and one
// for all, and the differences in words. No files, no widgets.
#pragma once

#include <memory>

#include <QAbstractTableModel>

#include "ui/services/mixture_reports.h"

namespace koala {

class DifferenceModel final : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Source, Share, Rows, Gained, Lost, TokenCount, ColumnCount };
    using QAbstractTableModel::QAbstractTableModel;
    void set(std::shared_ptr<const MixtureDifference> difference);
    const MixtureDifference* difference() const { return m_difference.get(); }
    // Null for the row of all, and when there is nothing.
    const SourceDifference* at(int row) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::shared_ptr<const MixtureDifference> m_difference;
};

// "The same rows in the same order.", "120 rows gained, 14 lost.", …
QString differenceSentence(const MixtureDifference& difference);
// Settings that differ, then rows gained and lost with examples: of one source, or of the whole
// (null). Plain text.
QString differenceDetails(const MixtureDifference& difference, const SourceDifference* source);

} // namespace koala
