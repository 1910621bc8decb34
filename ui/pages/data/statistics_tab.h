// ui/pages/data/statistics_tab.h: the Statistics tab: turns, lengths and tokens as histograms with
// their true maxima, roles, languages, repeated prompts. A line on top says how much has been read
// and stops it.
#pragma once

#include <QWidget>

#include "ui/pages/data/data_controller.h"
#include "ui/services/word_use.h"
#include "ui/widgets/card.h"
#include "ui/widgets/fact_grid.h"
#include "ui/widgets/histogram_view.h"

class QPushButton;

namespace koala {

class StatisticsTab final : public QWidget {
    Q_OBJECT
public:
    explicit StatisticsTab(DataController& controller, QWidget* parent = nullptr);

protected:
    void showEvent(QShowEvent* event) override;

private:
    struct Chart {
        Card* card;
        HistogramView* view;
    };
    Chart addChart(
        const QString& title, const char* objectName, int row, int column, class QGridLayout& grid);
    QWidget* makeBar();
    static void draw(const Chart& chart, const Histogram& histogram, const QString& unit);
    void refresh();
    void showCharts();
    void showState();
    void askForWords(); // only while the tab is in sight
    void showWords(const WordUse& use);

    DataController& m_controller;
    WordUseCounter m_wordUse;
    QString m_countedSlug; // whose words are shown or on their way
    quint64 m_rowsRead = 0;
    TextLabel* m_state;
    QPushButton* m_action; // stop, or read on
    Chart m_turns, m_words, m_tokens, m_trained;
    FactGrid* m_verbs;
    FactGrid* m_objects;
    FactGrid* m_roles;
    FactGrid* m_languages;
    FactGrid* m_totals;
};

} // namespace koala
