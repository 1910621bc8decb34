// ui/pages/settings/licences.h: under which terms the program and its parts stand.
#pragma once

#include <span>

#include <QAbstractTableModel>

namespace koala {

// The sources are Apache-2.0; the program with its window links QCustomPlot and is
// GPL-3.0-or-later.
QString licenceSummary();
// The whole Apache licence, as it lies beside the sources.
QString sourceLicenceText();

class LicenceModel final : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Part, Use, Licence, kColumns };

    using QAbstractTableModel::QAbstractTableModel;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
};

} // namespace koala
