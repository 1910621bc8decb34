// ui/pages/runs/run_head.h: the chosen run's key, name, state and progress, with ticks at its
// checkpoints.
#pragma once

#include <QWidget>

#include "ui/services/run_service.h"

namespace koala {

class Pill;
class SeriesKeyWidget;
class TextLabel;

class RunHead final : public QWidget {
    Q_OBJECT
public:
    explicit RunHead(QWidget* parent = nullptr);
    void setRun(const RunSnapshot* run);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    class Progress;
    SeriesKeyWidget* m_key;
    TextLabel* m_name;
    Pill* m_state;
    TextLabel* m_step;
    TextLabel* m_words;
    Progress* m_progress;
};

} // namespace koala
