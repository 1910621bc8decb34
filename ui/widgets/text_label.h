// ui/widgets/text_label.h: labels in the sizes and colours of the theme. Always plain text: what
// comes from data, models or files can never turn into markup or a link.
#pragma once

#include <optional>

#include <QFrame>
#include <QLabel>

#include "ui/widgets/theme.h"

namespace koala {

class TextLabel : public QLabel {
    Q_OBJECT
public:
    explicit TextLabel(TextRole role = TextRole::Body, QWidget* parent = nullptr);
    TextLabel(const QString& text, TextRole role = TextRole::Body, QWidget* parent = nullptr);
    void setRole(TextRole role);
    void setTone(Tone tone);           // colour of the words; Neutral: that of the role
    void setSecondary(bool secondary); // the quiet colour whatever the size
    // Shows "…" instead of growing wider than the space there is; the whole text becomes the tool
    // tip.
    void setElided(bool elided);
    QSize minimumSizeHint() const override;

protected:
    void changeEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

private:
    void restyle();
    TextRole m_role;
    Tone m_tone = Tone::Neutral;
    bool m_secondary = false;
    bool m_elided = false;
    bool m_restyling = false;
};

// A one-pixel line in the one border colour.
class Hairline final : public QWidget {
    Q_OBJECT
public:
    explicit Hairline(Qt::Orientation orientation = Qt::Horizontal, QWidget* parent = nullptr);

protected:
    void paintEvent(QPaintEvent* event) override;
};

} // namespace koala
