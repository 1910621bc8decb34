// ui/pages/studies/outcome_table_model.h: rows of wins, ties and losses, by criterion, by prompt
// group or by study. Values change without a reset as long as the rows are the same ones. GUI
// thread.
#pragma once

#include <QAbstractTableModel>

#include "ui/services/study_results.h"

namespace koala {

class OutcomeTableModel final : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column {
        Name,
        AWins,
        Ties,
        BWins,
        BothBad,
        Bar,
        IntervalColumn,
        Share,
        PValue,
        Prompts,
        kColumns
    };

    // `nameTitle` heads the first column: "criterion", "group", "study".
    explicit OutcomeTableModel(const QString& nameTitle, QObject* parent = nullptr);
    void setRows(std::vector<OutcomeRow> rows);
    const OutcomeRow& row(int index) const { return m_rows[std::size_t(index)]; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QString text(const OutcomeRow& row, int column) const;
    QString m_nameTitle;
    std::vector<OutcomeRow> m_rows;
};

} // namespace koala
