// ui/widgets/card.h: a white frame with a hairline and 6 px corners, with or without a head.
#pragma once

#include <QFrame>

#include "ui/widgets/text_label.h"

class QHBoxLayout;
class QVBoxLayout;

namespace koala {

class Card : public QFrame {
    Q_OBJECT
public:
    explicit Card(QWidget* parent = nullptr);                       // no head
    explicit Card(const QString& title, QWidget* parent = nullptr); // with a 32 px head
    void setTitle(const QString& title);
    void setFacts(const QString& facts); // quiet words at the right of the head
    void setHint(const QString& hint);   // quiet words right after the title
    void addToHead(QWidget* widget);     // at the right end of the head
    void setTone(Tone tone);             // coloured border and tinted head, as for a failure
    // Content goes here; no margins.
    QVBoxLayout* body() const { return m_body; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QVBoxLayout* m_body;
    QHBoxLayout* m_headLayout = nullptr;
    QWidget* m_head = nullptr;
    TextLabel* m_title = nullptr;
    TextLabel* m_hint = nullptr;
    TextLabel* m_facts = nullptr;
    Tone m_tone = Tone::Neutral;
};

} // namespace koala
