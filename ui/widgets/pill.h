// ui/widgets/pill.h: a state in a rounded tint: icon and word.
#pragma once

#include <QWidget>

#include "ui/widgets/theme.h"

namespace koala {

class Pill final : public QWidget {
    Q_OBJECT
public:
    explicit Pill(QWidget* parent = nullptr);
    void set(const char* iconName, const QString& word, Tone tone);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    const char* m_icon = nullptr;
    QString m_word;
    Tone m_tone = Tone::Neutral;
};

// The same for delegates; returns the width used. `plain` leaves the ground out.
int paintState(QPainter& painter, const QRect& rect, const char* iconName, const QString& word,
    Tone tone, bool selected);

} // namespace koala
