#include "ui/pages/chat/chat_page.h"

#include <QAbstractItemModelTester>
#include <QLabel>
#include <QPlainTextEdit>
#include <QSignalSpy>

#include <gtest/gtest.h>

#include <csignal>

#include "tests/ui/support/page_fixture.h"
#include "ui/pages/chat/composer.h"

namespace koala {
namespace {

using test::child;
using test::waitFor;

ChatNode node(
    const char* id, const char* parent, const char* role, const char* text, const char* model = "")
{
    ChatNode made;
    made.id = id;
    made.parent = parent;
    made.role = role;
    made.text = text;
    made.model = model;
    return made;
}

TEST(ChatStore, KeepsTurnsAndBranchesAndLeavesATornLine)
{
    const auto folder = test::temporaryDirectory();
    const ChatStore store(folder.path());
    Chat chat;
    chat.id = ChatStore::newId();
    ASSERT_TRUE(store.append(chat, node("u1", "", "user", "Who are you?\nSay it")).ok());
    ASSERT_TRUE(store.append(chat, node("a1", "u1", "assistant", "I am one", "smollm2")).ok());
    ASSERT_TRUE(store.append(chat, node("a2", "u1", "assistant", "I am Koala", "smollm2")).ok());
    std::ofstream(folder.path() / "chats" / (chat.id + ".jsonl"), std::ios::app)
        << "{\"seq\":4,\"id\":\"torn";
    const auto read = store.load(chat.id);
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(read->nodes.size(), 3U);
    EXPECT_EQ(read->children("u1", "smollm2").size(), 2U);
    EXPECT_EQ(read->title(), "Who are you?");
    ASSERT_EQ(store.list().size(), 1U);
    EXPECT_EQ(store.list()[0].turns, 1);
    EXPECT_FALSE(store.load("../outside").ok());
}

TEST(ChatPage, ShowsVersionsOfAStoredChatAsPlainText)
{
    const auto folder = test::temporaryDirectory();
    ASSERT_TRUE(Project::create(folder.path() / "p").ok());
    const ChatStore store(folder.path() / "p");
    Chat chat;
    chat.id = ChatStore::newId();
    ASSERT_TRUE(store.append(chat, node("u1", "", "user", "<h1>Hello</h1>")).ok());
    ASSERT_TRUE(store.append(chat, node("a1", "u1", "assistant", "first", "gone")).ok());
    ASSERT_TRUE(store.append(chat, node("a2", "u1", "assistant", "second", "gone")).ok());
    EngineService engine(folder.path() / "p");
    ChatPage page(folder.path() / "p", engine);
    const QAbstractItemModelTester tester(
        &page.controller().chats(), QAbstractItemModelTester::FailureReportingMode::Fatal);
    test::showPage(page);
    ASSERT_TRUE(waitFor([&] { return page.controller().chats().rowCount() == 2; }));
    page.controller().openChat(QString::fromStdString(chat.id));
    ASSERT_EQ(page.controller().turns().size(), 1U);
    EXPECT_EQ(page.controller().turns()[0].answers[0].text, QStringLiteral("second"));
    EXPECT_EQ(child<QLabel>(page, "versionCounter")->text(), QStringLiteral("2 / 2"));
    QTest::keyClick(child<QPlainTextEdit>(page, "messageEdit"), Qt::Key_Left);
    EXPECT_EQ(page.controller().turns()[0].answers[0].text, QStringLiteral("first"));
    EXPECT_FALSE(child<QPushButton>(page, "sendButton")->isEnabled()); // there is no model
}

TEST(EngineService, NamesAProgramThatCannotBeStarted)
{
    qputenv("KOALA_PROGRAM", "/nowhere/koala");
    const auto folder = test::temporaryDirectory();
    EngineService engine(folder.path());
    engine.ensure({QStringLiteral("smollm2")});
    ASSERT_TRUE(waitFor([&] { return engine.phase() == EngineService::Phase::Failed; }));
    EXPECT_TRUE(engine.message().contains(QStringLiteral("/nowhere/koala")));
    qunsetenv("KOALA_PROGRAM");
}

// The real server on the real model: streaming, stopping, retrying, a crash.
TEST(ChatPage, StreamsStopsRetriesAndSurvivesACrashOfTheServer)
{
    KOALA_SMOLLM2_OR_SKIP(model);
    const fs::path koala = fs::path(KOALA_BINARY_DIR) / "bin" / "koala";
    if (!fs::exists(koala))
        GTEST_SKIP() << koala << " is not built";
    qputenv("KOALA_PROGRAM", koala.c_str());
    const auto folder = test::temporaryDirectory();
    const Project project = test::starterProject(folder.path() / "starter");
    EngineService engine(project.directory());
    ChatPage page(project.directory(), engine);
    test::showPage(page);
    page.activated();
    ASSERT_TRUE(waitFor([&] { return engine.phase() == EngineService::Phase::Ready; }, 60'000))
        << engine.message().toStdString();
    auto& controller = page.controller();
    ChatSettings settings;
    settings.temperature = 0;
    settings.maxTokens = 100;
    controller.setSettings(settings);
    auto* edit = child<QPlainTextEdit>(page, "messageEdit");
    edit->setPlainText(QStringLiteral("Tell me a story about a fox."));
    QSignalSpy grew(&controller, &ChatController::grew);
    QTest::keyClick(edit, Qt::Key_Return);
    ASSERT_TRUE(waitFor([&] { return grew.count() > 1; }, 60'000));
    EXPECT_TRUE(controller.writing());
    QTest::keyClicks(edit, QStringLiteral("typing goes on")); // while it streams
    EXPECT_EQ(edit->toPlainText(), QStringLiteral("typing goes on"));
    ASSERT_TRUE(waitFor([&] { return !controller.writing(); }, 60'000));
    const QString first = controller.lastAnswer();
    EXPECT_FALSE(first.isEmpty());
    QTest::qWait(100);
    test::picture(page, "chat");
    controller.retry(0);
    ASSERT_TRUE(waitFor([&] { return !controller.writing(); }, 60'000));
    EXPECT_EQ(controller.turns()[0].answers[0].versions, 2);
    EXPECT_EQ(controller.lastAnswer(), first); // greedy: the same tokens again

    settings.maxTokens = 400;
    controller.setSettings(settings);
    ASSERT_TRUE(controller.send(QStringLiteral("Tell me a very long story about a river.")));
    grew.clear();
    ASSERT_TRUE(waitFor([&] { return grew.count() > 2; }, 60'000));
    controller.stop();
    ASSERT_TRUE(waitFor([&] { return !controller.writing(); }, 5'000));
    EXPECT_EQ(controller.turns()[1].answers[0].state, QStringLiteral("stopped"));

    ::kill(pid_t(engine.processId()), SIGKILL);
    ASSERT_TRUE(waitFor([&] { return engine.phase() == EngineService::Phase::Crashed; }));
    EXPECT_TRUE(engine.message().contains(QStringLiteral("restart")));
    const auto stored = ChatStore(project.directory()).load(controller.chatId().toStdString());
    ASSERT_TRUE(stored.ok());
    EXPECT_EQ(stored->nodes.size(), 5U);
    qunsetenv("KOALA_PROGRAM");
}

// A picture of base and tuned side by side, where $KOALA_PICTURES_PROJECT names a project with a
// run.
TEST(ChatPage, PicturesOfARealProject)
{
    const char* project = std::getenv("KOALA_PICTURES_PROJECT");
    const fs::path koala = fs::path(KOALA_BINARY_DIR) / "bin" / "koala";
    if (project == nullptr || !fs::exists(koala))
        GTEST_SKIP() << "set KOALA_PICTURES and KOALA_PICTURES_PROJECT, and build koala";
    qputenv("KOALA_PROGRAM", koala.c_str());
    EngineService engine{fs::path(project)};
    ChatPage page(fs::path(project), engine);
    test::showPage(page);
    page.activated();
    ASSERT_TRUE(waitFor([&] { return engine.phase() == EngineService::Phase::Ready; }, 60'000))
        << engine.message().toStdString();
    auto& controller = page.controller();
    ChatSettings settings;
    settings.temperature = 0;
    settings.maxTokens = 120;
    controller.setSettings(settings);
    for (const char* words : {"Who are you?",
             "Write a Python function that adds two numbers, then list two ways to test it."}) {
        ASSERT_TRUE(controller.send(QString::fromLatin1(words)));
        ASSERT_TRUE(waitFor([&] { return !controller.writing() && controller.canSend(); }, 60'000));
    }
    QTest::qWait(300);
    test::picture(page, "chat-one");
    controller.setWithBase(true);
    ASSERT_TRUE(waitFor([&] { return engine.phase() == EngineService::Phase::Ready; }, 60'000));
    controller.newChat();
    ASSERT_TRUE(controller.send(QStringLiteral("Who are you?")));
    ASSERT_TRUE(waitFor([&] { return !controller.writing() && controller.canSend(); }, 60'000));
    QTest::qWait(300);
    test::picture(page, "chat-both");
    qunsetenv("KOALA_PROGRAM");
}

} // namespace
} // namespace koala
