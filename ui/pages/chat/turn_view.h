// ui/pages/chat/turn_view.h: one exchange of a chat: what the person wrote, and the answer of each
// model that was asked, with its version counter, copy and retry. Lays out; decides nothing.
#pragma once

#include <vector>

#include <QWidget>

#include "ui/pages/chat/chat_controller.h"

class QHBoxLayout;
class QPushButton;
class QToolButton;

namespace koala {

class AnswerBody;
class AnswerText;
class TextLabel;

class AnswerView final : public QWidget {
    Q_OBJECT
public:
    explicit AnswerView(QWidget* parent = nullptr);
    void show(const ShownAnswer& answer, const QString& name, bool last, bool named);
    void grow(const ShownAnswer& answer);

Q_SIGNALS:
    void copyPressed();
    void retryPressed();
    void stopPressed();
    void versionStepped(int by);

private:
    void showFacts(const ShownAnswer& answer);

    TextLabel* m_name;
    AnswerBody* m_body;
    QWidget* m_actions;
    QToolButton* m_previous;
    TextLabel* m_version;
    QToolButton* m_next;
    QPushButton* m_copy;
    QPushButton* m_retry;
    TextLabel* m_hash;
    TextLabel* m_speed;
    QWidget* m_writing;
    TextLabel* m_progress;
};

class TurnView final : public QWidget {
    Q_OBJECT
public:
    explicit TurnView(QWidget* parent = nullptr);
    void show(const ShownTurn& turn, const QStringList& names, bool last);
    void grow(const ShownAnswer& answer, std::size_t index);

Q_SIGNALS:
    void copyPressed(std::size_t answer);
    void retryPressed();
    void stopPressed();
    void versionStepped(std::size_t answer, int by);

private:
    AnswerText* m_user;
    QHBoxLayout* m_answers;
    std::vector<AnswerView*> m_views;
};

} // namespace koala
