// ui/pages/data/conversation_pane.h: one conversation: each turn with its role, its tokens and
// whether it is trained; texts as they stand. Stepping to the neighbours, copying, and the way to
// its tokens.
#pragma once

#include <vector>

#include "ui/pages/data/data_controller.h"
#include "ui/widgets/answer_text.h"
#include "ui/widgets/text_label.h"

class QScrollArea;
class QVBoxLayout;

namespace koala {

class ConversationPane final : public QWidget {
    Q_OBJECT
public:
    explicit ConversationPane(DataController& controller, QWidget* parent = nullptr);

Q_SIGNALS:
    void stepped(int by); // to a neighbour in the table
    void showTokens();

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

    DataController& m_controller;
    TextLabel* m_title;
    TextLabel* m_facts;
    QScrollArea* m_scroll;
    QVBoxLayout* m_column;
    std::vector<TurnView> m_views;
    std::vector<bool> m_trained;
    QString m_plain;
};

} // namespace koala
