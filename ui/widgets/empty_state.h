// ui/widgets/empty_state.h: what an empty page shows: one sentence and one filled button,
// optionally a second way as a link and a few hints.
#pragma once

#include <QPushButton>
#include <QWidget>

#include "ui/widgets/text_label.h"

class QHBoxLayout;
class QVBoxLayout;

namespace koala {

class EmptyState final : public QWidget {
    Q_OBJECT
public:
    // buttonText empty: no button (where there is nothing to do but wait).
    EmptyState(const QString& sentence, const QString& buttonText, const char* iconName,
        const char* objectName, QWidget* parent = nullptr);
    void setSentence(const QString& sentence);
    void setSecondWay(const QString& linkText, const char* objectName);
    void addHint(const char* iconName, const QString& title, const QString& detail);
    QPushButton* button() const { return m_button; }

Q_SIGNALS:
    void pressed();
    void secondWayPressed();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    TextLabel* m_sentence;
    QPushButton* m_button = nullptr;
    QHBoxLayout* m_ways;
    QVBoxLayout* m_hints;
};

} // namespace koala
