// ui/pages/data/source_facts_pane.h: what is known of the chosen source: files, kind, terms, when
// it was imported, what was set aside, who uses it, and how long its conversations are.
#pragma once

#include "ui/pages/data/data_controller.h"
#include "ui/widgets/fact_grid.h"
#include "ui/widgets/histogram_view.h"
#include "ui/widgets/pill.h"

class QPushButton;

namespace koala {

class SourceFactsPane final : public QWidget {
    Q_OBJECT
public:
    explicit SourceFactsPane(DataController& controller, QWidget* parent = nullptr);

Q_SIGNALS:
    void showSetAside();

private:
    void refresh();
    void showLengths();

    DataController& m_controller;
    TextLabel* m_title;
    Pill* m_state;
    FactGrid* m_facts;
    QPushButton* m_setAside;
    TextLabel* m_lengths;
    HistogramView* m_histogram;
};

} // namespace koala
