// ui/pages/runs/run_preview.h: what the run of the form would be: ready or all reasons why not,
// sizes, memory by part, disk, and the exact command line.
#pragma once

#include <QWidget>

#include "ui/pages/runs/run_form_controller.h"

class QPlainTextEdit;
class QVBoxLayout;

namespace koala {

class FactGrid;
class Pill;
class StackedBar;
class TextLabel;

class RunPreview final : public QWidget {
    Q_OBJECT
public:
    explicit RunPreview(RunFormController& controller, QWidget* parent = nullptr);
    void refresh();

private:
    void addSection(QVBoxLayout& column);
    RunFormController& m_controller;
    Pill* m_ready;
    TextLabel *m_reasons, *m_sentence, *m_memoryFacts, *m_memoryNote, *m_diskFacts;
    FactGrid *m_facts, *m_parts;
    StackedBar* m_memory;
    TextLabel* m_command;
    TextLabel* m_foot;
};

} // namespace koala
