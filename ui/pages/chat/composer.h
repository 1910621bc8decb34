// ui/pages/chat/composer.h: where one writes: Enter sends, Shift+Enter is a new line, Esc stops.
// Grows to a third of the page.
#pragma once

#include <QPlainTextEdit>

class QPushButton;

namespace koala {

class TextLabel;

class MessageEdit final : public QPlainTextEdit {
    Q_OBJECT
public:
    explicit MessageEdit(QWidget* parent = nullptr);
    QSize sizeHint() const override;

Q_SIGNALS:
    void submitted();
    void escaped();
    void arrow(int by); // left or right in an empty field: versions

protected:
    void keyPressEvent(QKeyEvent* event) override;
};

class Composer final : public QWidget {
    Q_OBJECT
public:
    explicit Composer(QWidget* parent = nullptr);
    void setReady(bool ready, const QString& hint);
    MessageEdit& edit() { return *m_edit; }
    QString text() const { return m_edit->toPlainText(); }
    void clear() { m_edit->clear(); }

Q_SIGNALS:
    void submitted(const QString& text);

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    void refresh();
    MessageEdit* m_edit;
    TextLabel* m_hint;
    QPushButton* m_send;
    bool m_ready = false;
};

} // namespace koala
