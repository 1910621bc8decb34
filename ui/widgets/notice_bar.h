// ui/widgets/notice_bar.h: a message that stays where it matters: icon, words, at most one action,
// and "Copy details" where there are some.
#pragma once

#include <QPushButton>
#include <QWidget>

#include "ui/widgets/text_label.h"

namespace koala {

class NoticeBar final : public QWidget {
    Q_OBJECT
public:
    explicit NoticeBar(QWidget* parent = nullptr); // hidden until shown
    void tell(
        Tone tone, const QString& text, const QString& details = {}, const QString& action = {});
    void clear();

Q_SIGNALS:
    void actionPressed();

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    Tone m_tone = Tone::Neutral;
    QString m_details;
    TextLabel* m_text;
    QPushButton* m_action;
    QPushButton* m_copy;
};

} // namespace koala
