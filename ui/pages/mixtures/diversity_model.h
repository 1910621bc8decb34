// ui/pages/mixtures/diversity_model.h: tables of the Diversity tab: what is asked for most, and
// which features of an answer go with good and bad ones. No files, no widgets.
#pragma once

#include <QAbstractTableModel>

#include "ui/services/mixture_reports.h"

namespace koala {

// Where intervals answer their numbers: a QVariantList of low, value, high on a scale of 0 to 1.
inline constexpr int kIntervalRole = Qt::UserRole + 150;

class VerbModel final : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Verb, Rows, Objects, ColumnCount };
    using QAbstractTableModel::QAbstractTableModel;
    void set(std::vector<RequestVerb> verbs);
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<RequestVerb> m_verbs;
};

class AssociationModel final : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Feature, Good, Bad, Odds, Drawn, ColumnCount };
    using QAbstractTableModel::QAbstractTableModel;
    void set(std::vector<DiversityFacts::Association> features);
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QString tip(const DiversityFacts::Association& feature) const;
    std::vector<DiversityFacts::Association> m_features;
};

} // namespace koala
