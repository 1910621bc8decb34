// ui/pages/data/conversation_pane.h: one conversation: each turn with its role, its tokens and
// whether it is trained; texts as they stand. Stepping to the neighbours, copying, the way to its
// tokens, and what one can do with the row.
//
// What is laid out is bounded, so that any row opens at once: kTurnsDrawn turns, kTurnLetters of
// each, kLettersDrawn in all; "Show all as plain text" has the rest.
#pragma once

#include <vector>

#include "ui/pages/data/data_controller.h"
#include "ui/widgets/answer_text.h"
#include "ui/widgets/text_label.h"

class QPlainTextEdit;
class QScrollArea;
class QStackedWidget;
class QToolButton;
class QVBoxLayout;

class QPushButton;

namespace koala {

class NoticeBar;

class ConversationPane final : public QWidget {
    Q_OBJECT
public:
    explicit ConversationPane(DataController& controller, QWidget* parent = nullptr);

    const Conversation& conversation() const { return m_conversation; }

Q_SIGNALS:
    void stepped(int by); // to a neighbour in the table
    void showTokens();
    void editPressed();
    void excludePressed();
    void whyPressed();

private:
    struct TurnView {
        QWidget* whole = nullptr;
        TextLabel* role = nullptr;
        TextLabel* facts = nullptr;
        AnswerText* text = nullptr;
    };
    void showConversation(const Conversation& conversation);
    void showCounts(const TokenRow& tokens);
    TurnView& viewAt(std::size_t turn);
    void addTurn(Role role, const std::string& text, bool trained);
    void setWhole(bool whole);
    QWidget* makeHead();
    QWidget* makeFoot();

    DataController& m_controller;
    std::vector<QPushButton*> m_actions; // on the row that is shown
    TextLabel* m_title;
    TextLabel* m_facts;
    QScrollArea* m_scroll;
    QVBoxLayout* m_column;
    std::vector<TurnView> m_views;
    std::vector<bool> m_trained;
    NoticeBar* m_cut;
    QStackedWidget* m_stack;
    QPlainTextEdit* m_whole;
    QToolButton* m_copy;
    std::size_t m_drawn = 0; // turns
    int m_letters = 0;
    bool m_shortened = false;
    Conversation m_conversation;
};

} // namespace koala
