// ui/pages/mixtures/preview_pane.h: the first records in training order, and the chosen one as it
// will be trained: as one text with what is trained underlined, or as tokens.
#pragma once

#include <QAbstractTableModel>
#include <QWidget>

#include "ui/pages/mixtures/mixture_editor.h"

class QStackedWidget;
class QTableView;

namespace koala {

class AnswerText;
class TextLabel;
class TokenView;

class PreviewModel final : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Number, Message, Turns, TokenCount, Trained, MarkerColumn, ColumnCount };
    using QAbstractTableModel::QAbstractTableModel;
    void set(
        std::vector<PreviewRecord> records, std::vector<int> keys); // key of each record's source
    const PreviewRecord* at(int row) const;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    std::vector<PreviewRecord> m_records;
    std::vector<int> m_keys;
};

class PreviewPane final : public QWidget {
    Q_OBJECT
public:
    enum Form { Text, Tokens };
    explicit PreviewPane(const MixtureEditor& editor, QWidget* parent = nullptr);
    void showRecords(const std::vector<PreviewRecord>& records);
    void setForm(Form form);

private:
    void showRecord(int row);

    const MixtureEditor& m_editor;
    PreviewModel m_model;
    QTableView* m_table;
    TextLabel* m_title;
    AnswerText* m_text;
    QStackedWidget* m_record;
    TokenView* m_tokens;
};

} // namespace koala
