// ui/pages/chat/chat_controller.h: what one can do in a chat, without widgets: choose a model,
// send, stop, retry, step through versions, look at what the model sees. Answers stream in; every
// turn is on the disk before the next one can be sent. GUI thread.
#pragma once

#include <map>
#include <memory>
#include <vector>

#include <QObject>

#include "ui/pages/chat/chat_list_model.h"
#include "ui/services/answer_stream.h"
#include "ui/services/chat_store.h"
#include "ui/services/engine_service.h"
#include "ui/services/latest_task.h"
#include "ui/services/model_catalogue.h"

namespace koala {

struct ChatSettings {
    double temperature = 0.7;
    double topP = 1.0;
    int topK = 0;
    double repetition = 1.0;
    int maxTokens = 256;
    quint64 seed = 42;
    QString system;
    QString templateName; // "": the model's own
    bool operator==(const ChatSettings&) const = default;
};

// One answer as it is shown: finished, or being written.
struct ShownAnswer {
    std::string nodeId; // "" while it is being written
    QString model;      // spec
    QString text;
    QString state; // "writing", or as the file has it
    int version = 1, versions = 1;
    int tokens = 0;
    double tokensPerSecond = 0;
    double firstTokenSeconds = 0;
    QString hash;
};

struct ShownTurn {
    std::string userId;
    QString user;
    std::vector<ShownAnswer> answers; // one a model that is asked, the main one first
};

class ChatController final : public QObject {
    Q_OBJECT
public:
    ChatController(fs::path project, EngineService& engine, QObject* parent = nullptr);
    ~ChatController() override;

    ChatListModel& chats() { return m_list; }
    const std::vector<ModelChoice>& models() const { return m_models; }
    const ModelChoice* model() const;
    void chooseModel(const QString& spec); // starts the server that serves it
    void setWithBase(bool on);             // every prompt also goes to the base
    bool withBase() const { return m_withBase; }
    bool canHaveBase() const; // the model is no base itself
    const ChatSettings& settings() const { return m_settings; }
    void setSettings(const ChatSettings& settings) { m_settings = settings; }

    void refresh(); // chats and models, read by a worker
    void newChat();
    void openChat(const QString& id);
    QString chatId() const { return QString::fromStdString(m_chat.id); }
    QString title() const { return QString::fromStdString(m_chat.title()); }
    const std::vector<ShownTurn>& turns() const { return m_turns; }

    bool writing() const { return !m_streams.empty(); }
    bool canSend() const;
    // False, with a message by failed(), when it cannot be sent now. The prompt waits for a server
    // that is still starting.
    bool send(const QString& text);
    void stop();
    void retry(std::size_t turn);
    void showVersion(std::size_t turn, std::size_t answer, int by);
    QString lastAnswer() const;
    void requestView(); // what the model sees: viewReady()
    void restartServer() { m_engine.restart(); }
    EngineService& engine() const { return m_engine; }

Q_SIGNALS:
    void listed(); // chats and models have been read
    void modelsChanged();
    void modelChosen();
    void chatChanged();                              // another chat, another version, another turn
    void grew(std::size_t turn, std::size_t answer); // while writing
    void busyChanged();
    void failed(const QString& message);
    void viewReady(const QString& text, int tokens, int context);

private:
    struct Writing {
        std::size_t turn = 0, answer = 0;
        std::string userId;
        QString model;
        std::unique_ptr<AnswerStream> stream;
    };
    void finishAll();
    void ask(std::size_t turn);
    void startAnswer(std::size_t turn, const QString& spec);
    void endAnswer(AnswerStream* stream, const Generation* generation, const QString& error);
    void rebuildTurns();
    std::vector<ChatMessage> history(std::size_t turn, const QString& spec) const;
    GenerationRequest request(std::size_t turn, const QString& spec) const;
    std::string servedId(const QString& spec) const;
    std::vector<QString> asked() const; // specs, the main one first
    ShownAnswer shown(const ChatNode& node, int version, int versions) const;
    const ChatNode* chosenAnswer(const std::string& userId, const QString& spec) const;

    ChatStore m_store;
    fs::path m_project;
    EngineService& m_engine;
    ChatListModel m_list;
    std::vector<ModelChoice> m_models;
    QString m_spec;
    bool m_withBase = false;
    ChatSettings m_settings;
    Chat m_chat;
    std::vector<ShownTurn> m_turns;
    std::map<std::string, std::string>
        m_chosen; // "<user id>|<spec>" to answer id; for user turns "|parent"
    std::vector<Writing> m_streams;
    int m_waitingTurn = -1; // asked as soon as the server is ready
    LatestTask m_listing, m_view;
};

} // namespace koala
