// ui/pages/data/example_pane.h: what a cleaning step took, one example at a time: why, the row
// beside the one it repeats (or beside the test prompt, or before and after an edit), with what
// both share marked; and what one can do about it.
#pragma once

#include <QWidget>

#include "ui/pages/data/cleaning_controller.h"

class QPushButton;
class QToolButton;

namespace koala {

class Pill;
class SafeTextView;
class TextLabel;

class ExamplePane final : public QWidget {
    Q_OBJECT
public:
    explicit ExamplePane(CleaningController& controller, QWidget* parent = nullptr);

Q_SIGNALS:
    void showRow(std::uint64_t row);

private:
    struct Side {
        QWidget* whole = nullptr;
        TextLabel* title = nullptr;
        Pill* state = nullptr;
        TextLabel* facts = nullptr;
        SafeTextView* text = nullptr;
    };
    Side makeSide(const char* objectName);
    QWidget* makeHead();
    QWidget* makeFoot();
    void showExample();
    void showTexts(const ExampleTexts& texts);

    CleaningController& m_controller;
    TextLabel* m_count;
    TextLabel* m_reason;
    TextLabel* m_legend;
    QToolButton* m_previous;
    QToolButton* m_next;
    Side m_left, m_right;
    QPushButton* m_showRow;
    QPushButton* m_instead;
    QPushButton* m_both;
};

} // namespace koala
