// ui/pages/data/row_table_model.h: the rows of one dataset, filtered and sorted, however many. It
// holds no object a row: figures come from the dataset's index, first messages are asked for as
// they come into sight (textsWanted) and shown as "…" until they are there (setTexts).
#pragma once

#include <memory>
#include <optional>

#include <QAbstractTableModel>
#include <QCache>
#include <QTimer>

#include "ui/services/data_service.h"

namespace koala {

class RowTableModel final : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Number, FirstMessage, Turns, TokenCount, Language, Flags, ColumnCount };
    explicit RowTableModel(QObject* parent = nullptr);

    void setDataset(std::shared_ptr<const Dataset> dataset); // null: empty
    // The same rows, with what was indexed since; nothing moves.
    void renewDataset(std::shared_ptr<const Dataset> dataset);
    void setFacts(std::shared_ptr<const DatasetFacts> facts);
    void setTokens(std::shared_ptr<const DatasetTokens> tokens);
    // What a filter left; `sorted` when not in order of position. Rows that only grow at the end
    // are added without a reset.
    void setShown(std::vector<std::uint32_t> rows, bool sorted = false);
    // Which rows the cleaning leaves; null: all.
    void setKept(std::shared_ptr<const KeptRows> kept);
    void setTexts(const std::vector<std::uint32_t>& rows, const QStringList& texts);
    // Which of the filter's sort keys a column stands for, and the other way round.
    static std::optional<RowFilter::Sort> sortOf(int column);
    static int columnOf(RowFilter::Sort sort);
    void showAll();
    std::uint64_t datasetRow(int row) const;
    int rowOfDatasetRow(std::uint64_t row) const; // -1: filtered out
    std::uint64_t total() const { return m_dataset ? m_dataset->size() : 0; }
    const std::shared_ptr<const Dataset>& dataset() const { return m_dataset; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

Q_SIGNALS:
    void textsWanted(const std::vector<std::uint32_t>& rows);

private:
    QString firstMessage(int row) const;
    struct Flag {
        QString word;
        const char* icon = nullptr;
        bool warns = false;
    };
    Flag flag(std::uint64_t row) const;

    std::shared_ptr<const Dataset> m_dataset;
    std::shared_ptr<const DatasetFacts> m_facts;
    std::shared_ptr<const DatasetTokens> m_tokens;
    std::shared_ptr<const KeptRows> m_kept;
    bool m_filtered = false;
    bool m_sorted = false;
    std::vector<std::uint32_t> m_shown;
    mutable QCache<std::uint32_t, QString> m_texts; // by row of the dataset
    mutable std::vector<int> m_wanted;              // chunks of shown rows, newest last
    mutable QTimer m_ask;                           // one request for all that came into sight
};

} // namespace koala
