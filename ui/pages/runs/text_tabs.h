// ui/pages/runs/text_tabs.h: what a run was told (Configuration), what it wrote (Log), and what it
// answered on the way (Samples).
#pragma once

#include <QWidget>

#include "ui/services/latest_task.h"

class QComboBox;
class QSlider;
class QTimer;
class QVBoxLayout;

namespace koala {

class FactGrid;
class RunsController;
class SafeTextView;
class TextLabel;

class ConfigurationTab final : public QWidget {
    Q_OBJECT
public:
    explicit ConfigurationTab(RunsController& controller, QWidget* parent = nullptr);
    void refresh();

private:
    RunsController& m_controller;
    QVBoxLayout* m_cards;
    const void* m_shown = nullptr;
};

// The end of the newest file in log/, followed while it is in sight; words only, nothing is parsed.
class LogTab final : public QWidget {
    Q_OBJECT
public:
    explicit LogTab(RunsController& controller, QWidget* parent = nullptr);
    void refresh();

private:
    RunsController& m_controller;
    QComboBox* m_file;
    TextLabel* m_facts;
    SafeTextView* m_text;
    QTimer* m_follow;
    LatestTask m_reading;
    QString m_run;
};

class SamplesTab final : public QWidget {
    Q_OBJECT
public:
    explicit SamplesTab(RunsController& controller, QWidget* parent = nullptr);
    void refresh();

private:
    void showSample();
    RunsController& m_controller;
    QComboBox* m_prompt;
    QSlider* m_step;
    TextLabel* m_words;
    SafeTextView* m_text;
    std::vector<std::int64_t> m_steps;
    const void* m_shown = nullptr;
};

} // namespace koala
