// ui/pages/compare/vote_button.h: a vote: its key in a frame, its words, and once it is on the disk
// a tint and a border in the colour of its side.
#pragma once

#include <QPushButton>

#include "ui/widgets/theme.h"

namespace koala {

class VoteButton final : public QPushButton {
    Q_OBJECT
public:
    VoteButton(const QString& key, const QString& words, Tone tone, const char* objectName,
        QWidget* parent);
    void setCast(bool cast); // this vote is in the journal
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QString m_key;
    Tone m_tone;
    bool m_cast = false;
};

} // namespace koala
