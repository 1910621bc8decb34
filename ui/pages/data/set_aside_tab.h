// ui/pages/data/set_aside_tab.h: the records that an import could not read: line, reason and the
// first characters of each, with how often each reason occurs. They never stopped the rest.
#pragma once

#include <QAbstractTableModel>
#include <QWidget>

#include "ui/pages/data/data_controller.h"

class QComboBox;
class QPushButton;
class QStackedWidget;
class QTableView;

namespace koala {

class TextLabel;

class SetAsideModel final : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { LineNumber, Reason, Head, ColumnCount };
    using QAbstractTableModel::QAbstractTableModel;
    void set(std::vector<QuarantinedRecord> records);
    // Only those of a kind of reason (reasonKind); "" all.
    void setKind(const QString& kind);
    // What several reasons have in common: figures and quoted names left out; most frequent first.
    struct Kind {
        QString kind;
        int records = 0;
    };
    std::vector<Kind> kinds() const;
    int total() const { return int(m_records.size()); }
    const QuarantinedRecord& record(int row) const { return m_records[m_shown[std::size_t(row)]]; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    void showKind();
    std::vector<QuarantinedRecord> m_records;
    std::vector<QString> m_kinds; // of each record
    std::vector<std::size_t> m_shown;
    QString m_kind;
};

QString reasonKind(const std::string& reason);
// A header and a line a record. Every cell is in quotes; one that a spreadsheet would take for a
// formula (= + - @ and blanks) gets an apostrophe before it.
QByteArray setAsideAsCsv(const SetAsideModel& model);
QByteArray setAsideAsJsonLines(const SetAsideModel& model);

class SetAsideTab final : public QWidget {
    Q_OBJECT
public:
    explicit SetAsideTab(DataController& controller, QWidget* parent = nullptr);
    int count() const { return m_model.rowCount(); }

Q_SIGNALS:
    void counted(int records);

private:
    QWidget* makeBar();
    void show(const std::vector<QuarantinedRecord>& records);
    void refreshCount();
    void copyChosen();
    void saveAs();

    DataController& m_controller;
    SetAsideModel m_model;
    QComboBox* m_kind;
    TextLabel* m_count;
    QPushButton* m_copy;
    QPushButton* m_export;
    QTableView* m_table;
    QStackedWidget* m_stack; // the table, or that there is nothing
};

} // namespace koala
