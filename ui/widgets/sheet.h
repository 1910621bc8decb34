// ui/widgets/sheet.h: a card over the window for one task: title, content, buttons. Frameless, over
// a flat scrim; Esc and the cross close it, and Tab stays inside while it is open.
#pragma once

#include <QPointer>
#include <QWidget>

class QHBoxLayout;
class QVBoxLayout;

namespace koala {

class Card;
class TextLabel;

class Sheet : public QWidget {
    Q_OBJECT
public:
    // Covers the window of `owner`; `width` and `height` are at most what the window has room for.
    Sheet(const QString& title, const char* objectName, QSize size, QWidget* owner);

    QVBoxLayout* content() const { return m_content; } // 16 px insets
    void setNote(const QString& words);                // quiet words in the foot
    void addButton(QWidget* button);                   // in the foot; the filled one last
    void open(QWidget* focus = nullptr);

public Q_SLOTS:
    void dismiss();

Q_SIGNALS:
    void dismissed();

protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void paintEvent(QPaintEvent* event) override;
    bool focusNextPrevChild(bool next) override;

private:
    void layOut();

    QSize m_size;
    Card* m_card;
    QVBoxLayout* m_content;
    QHBoxLayout* m_foot;
    TextLabel* m_note;
    QPointer<QWidget> m_before; // had the focus
};

} // namespace koala
