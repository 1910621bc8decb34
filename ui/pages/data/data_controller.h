// ui/pages/data/data_controller.h: what one can do on the Data page, without widgets: choose a
// source and a row, filter, import, look at tokens. The part that tests drive.
#pragma once

#include <QObject>

#include "ui/pages/data/cleaning_controller.h"
#include "ui/pages/data/row_table_model.h"
#include "ui/pages/data/source_list_model.h"

namespace koala {

class DataController final : public QObject {
    Q_OBJECT
public:
    explicit DataController(DataService& service, QObject* parent = nullptr);

    DataService& service() const { return m_service; }
    SourceListModel& sources() { return m_sources; }
    RowTableModel& rows() { return m_rows; }
    CleaningController& cleaning() { return m_cleaning; }
    const DataSource* current() const { return m_sources.sourceAt(m_sources.rowOf(m_slug)); }
    const QString& currentSlug() const { return m_slug; }
    std::shared_ptr<const Dataset> dataset() const { return m_rows.dataset(); }
    const QString& failure() const { return m_failure; }
    const std::shared_ptr<const DatasetFacts>& facts() const { return m_facts; }
    const std::shared_ptr<const DatasetTokens>& tokens() const { return m_tokens; }
    const std::shared_ptr<const DatasetCharts>& charts() const { return m_charts; }

    void choose(const QString& slug);
    void setFilter(const RowFilter& filter);
    const RowFilter& filter() const { return m_filter; }
    void sortBy(int column); // of the row table; once more: the other way round
    void cancelSearch();     // what was found so far stays
    bool searching() const { return m_searching; }
    // A row of the dataset (not of the table); its conversation comes by rowChosen().
    void chooseRow(std::uint64_t row);
    std::int64_t currentRow() const { return m_row; }
    void setTokenTemplate(const QString& name);
    void setTokenModel(const QString& slug);
    bool hasSource(const QString& slug) const { return m_sources.rowOf(slug) >= 0; }

    QString headline() const;    // "8 sources · 2 test sets · 9,838 records · 2.92 M tokens"
    QString sourceFacts() const; // "708 conversations · 4 languages · 612 k tokens"
    QString countLine() const;   // "708 rows · 0 filtered out"

Q_SIGNALS:
    void sourcesChanged();
    void chosen(); // another dataset, or its facts have come
    void factsChanged();
    void chartsChanged();
    void rowsChanged();
    void problem(const QString& message);
    void rowChosen(const koala::Conversation& conversation);
    void tokensOfRow(const koala::TokenRow& tokens);
    void tokensFailed(const QString& message);
    void failed(const QString& message); // something one asked for was not done

private:
    void opened(const std::shared_ptr<const Dataset>& dataset);
    DataService& m_service;
    SourceListModel m_sources;
    RowTableModel m_rows;
    CleaningController m_cleaning;
    std::shared_ptr<const DatasetFacts> m_facts;
    std::shared_ptr<const DatasetTokens> m_tokens;
    std::shared_ptr<const DatasetCharts> m_charts;
    QString m_slug;
    RowFilter m_filter;
    bool m_searching = false;
    QString m_failure; // why the chosen source cannot be opened
    std::int64_t m_row = -1;
    QString m_template, m_model;
};

} // namespace koala
