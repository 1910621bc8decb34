// ui/pages/mixtures/summary_card.h: basis, total, seed, the bar of shares and the live figures with
// what differs from the saved mixture. Only texts change while a slider moves.
#pragma once

#include "ui/pages/mixtures/mixtures_controller.h"
#include "ui/widgets/card.h"

class QGridLayout;
class QSpinBox;

namespace koala {

class Segmented;
class StackedBar;

class SummaryCard final : public Card {
    Q_OBJECT
public:
    explicit SummaryCard(MixturesController& controller, QWidget* parent = nullptr);

Q_SIGNALS:
    void optionsWanted();

protected:
    void changeEvent(QEvent* event) override;

private:
    struct Figure {
        TextLabel *title, *value, *note;
    };
    QWidget* makeControls();
    QWidget* makeFigures();
    Figure addFigure(
        QGridLayout& grid, const QString& title, const char* objectName, const QString& tip);
    void refresh();
    void showFigures();
    void showBar(const MixtureFigures& figures);
    void showChecks();
    void showSteps(std::uint64_t sequences);

    MixturesController& m_controller;
    Segmented *m_basis, *m_mode;
    QSpinBox *m_total, *m_seed;
    TextLabel* m_state;
    StackedBar* m_bar;
    Figure m_rows, m_tokens, m_trained, m_sequences, m_steps, m_longest, m_heldOut;
    bool m_filling = false;
};

} // namespace koala
