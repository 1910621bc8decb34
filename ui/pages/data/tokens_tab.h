// ui/pages/data/tokens_tab.h: the Tokens tab: one conversation as the model will see it, with its
// counts by turn, its special tokens and checks beside it.
#pragma once

#include <QWidget>

#include "ui/pages/data/data_controller.h"

class QCheckBox;
class QComboBox;
class QGridLayout;
class QLabel;
class QProgressBar;
class QSpinBox;

namespace koala {

class NoticeBar;
class StackedBar;
class TextLabel;
class TokenView;

class TokensTab final : public QWidget {
    Q_OBJECT
public:
    explicit TokensTab(DataController& controller, QWidget* parent = nullptr);

Q_SIGNALS:
    void stepped(int by);

private:
    QWidget* makeToolBar();
    QWidget* makeFacts();
    void showTokens(const TokenRow& tokens);
    void showTurnTable(const TokenRow& tokens, const std::vector<int>& blockOf);
    void showSpecials(const TokenRow& tokens);

    DataController& m_controller;
    QSpinBox* m_row;
    QComboBox* m_template;
    QComboBox* m_model;
    NoticeBar* m_problem;
    TokenView* m_view;
    TextLabel *m_total, *m_trained, *m_share, *m_limit, *m_left;
    StackedBar* m_bar;
    QWidget* m_turns;
    QGridLayout* m_turnGrid;
    QWidget* m_specials;
    QGridLayout* m_specialGrid;
    struct Check {
        QLabel* icon;
        TextLabel* words;
    };
    Check m_checkBytes, m_checkEnd, m_checkUser;
    TextLabel* m_command;
};

} // namespace koala
