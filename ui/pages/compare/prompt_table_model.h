// ui/pages/compare/prompt_table_model.h: the prompts of a set with both answers' lengths, their
// difference and the vote; sorted and filtered. No files, no widgets.
#pragma once

#include <functional>

#include <QAbstractTableModel>

#include "ui/services/compare_service.h"

namespace koala {

class PromptTableModel final : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Number, PromptText, LengthA, LengthB, Difference, VoteColumn, ColumnCount };
    enum class Order { MostDifferent, LeastDifferent, Number, LongestA, LongestB, NotVoted };
    using QAbstractTableModel::QAbstractTableModel;

    // The same prompts: values change in place, the order stays, so that nothing jumps while
    // answers come.
    void set(const Comparison& comparison);
    void setOrder(Order order);
    Order order() const { return m_order; }
    void setFilter(
        double least, double most, const QString& group); // -1: no bound; "": every group
    void setVote(const QString& promptId, Better better, const QString& note);

    const Comparison& comparison() const { return m_comparison; }
    const ComparedPrompt* at(int row) const;
    int rowOf(const QString& promptId) const; // -1: filtered out or gone

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    void sort(int column, Qt::SortOrder order) override;

private:
    void arrange();
    bool shown(const ComparedPrompt& prompt) const;

    Comparison m_comparison;
    std::vector<int> m_rows; // places in the set
    Order m_order = Order::MostDifferent;
    double m_least = -1, m_most = -1;
    QString m_group;
};

} // namespace koala
