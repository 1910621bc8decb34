// ui/pages/data/row_table_model.h: the rows of one dataset, filtered, however many: only what is
// visible is read, in small chunks from the dataset's index.
#pragma once

#include <memory>

#include <QAbstractTableModel>
#include <QCache>

#include "ui/services/data_service.h"

namespace koala {

class RowTableModel final : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Number, FirstMessage, Turns, TokenCount, Language, Flags, ColumnCount };
    explicit RowTableModel(QObject* parent = nullptr) : QAbstractTableModel(parent), m_texts(200) {}

    void setDataset(std::shared_ptr<const Dataset> dataset); // null: empty
    void setFacts(std::shared_ptr<const DatasetFacts> facts);
    void setTokens(std::shared_ptr<const DatasetTokens> tokens);
    void setShown(std::vector<std::uint32_t> rows); // what a filter left
    void showAll();
    std::uint64_t datasetRow(int row) const;
    int rowOfDatasetRow(std::uint64_t row) const; // -1: filtered out
    std::uint64_t total() const { return m_dataset ? m_dataset->size() : 0; }
    const std::shared_ptr<const Dataset>& dataset() const { return m_dataset; }

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

private:
    QString firstMessage(std::uint64_t row) const;
    QString flag(std::uint64_t row) const;

    std::shared_ptr<const Dataset> m_dataset;
    std::shared_ptr<const DatasetFacts> m_facts;
    std::shared_ptr<const DatasetTokens> m_tokens;
    bool m_filtered = false;
    std::vector<std::uint32_t> m_shown;
    mutable QCache<std::uint64_t, QStringList> m_texts; // by chunk
};

} // namespace koala
