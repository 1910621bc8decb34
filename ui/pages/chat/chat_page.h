// ui/pages/chat/chat_page.h: the Chat page: chats at the left, one in the middle, settings at the
// right. Lays out and forwards; decides nothing.
#pragma once

#include <vector>

#include "ui/pages/chat/chat_controller.h"
#include "ui/widgets/page.h"

class QComboBox;
class QListView;
class QPushButton;
class QScrollArea;
class QSplitter;
class QVBoxLayout;

namespace koala {

class Composer;
class NoticeBar;
class SafeTextView;
class SettingsDrawer;
class StackedBar;
class TurnView;

class ChatPage final : public Page {
    Q_OBJECT
public:
    // `project` is where chats are kept; the engine outlives the page.
    ChatPage(const fs::path& project, EngineService& engine, QWidget* parent = nullptr);
    ChatController& controller() { return m_controller; }

    void activated() override;
    void open(const Destination& destination) override;
    QJsonObject saveState() const override;
    void restoreState(const QJsonObject& state) override;

protected:
    void keyPressEvent(QKeyEvent* event) override;

private:
    QWidget* makeList();
    QWidget* makeMiddle();
    QWidget* makeModelLine();
    QWidget* makeFoot();
    void refreshModels();
    void refreshChat();
    void refreshBusy();
    void grow(std::size_t turn, std::size_t answer);
    void toggleView(bool shown);
    QString nameOf(const QString& spec) const;

    ChatController m_controller;
    QSplitter* m_columns;
    QListView* m_list;
    QComboBox* m_model;
    QComboBox* m_base;
    NoticeBar* m_notice;
    QScrollArea* m_scroll;
    QWidget* m_content;
    QVBoxLayout* m_column;
    TextLabel* m_empty;
    std::vector<TurnView*> m_turns;
    QPushButton* m_viewButton;
    TextLabel* m_viewFacts;
    TextLabel* m_context;
    StackedBar* m_contextBar;
    SafeTextView* m_view;
    Composer* m_composer;
    SettingsDrawer* m_settings;
    QPushButton* m_compare;
    QPushButton* m_showSettings;
    QString m_openWith;    // asked for by another page
    QString m_wantedModel; // restored before the list of models has come
    bool m_filling = false;
};

} // namespace koala
