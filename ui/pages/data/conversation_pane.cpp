#include "ui/pages/data/conversation_pane.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QScrollArea>
#include <QScrollBar>
#include <QVBoxLayout>

#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/inputs.h"

namespace koala {

namespace {
constexpr std::size_t kMaxTurns = 200; // drawn; the rest is said in a line

QString roleWord(Role role)
{
    switch (role) {
    case Role::System:
        return QStringLiteral("SYSTEM");
    case Role::User:
        return QStringLiteral("USER");
    case Role::Assistant:
        return QStringLiteral("GPT");
    case Role::Context:
        return QStringLiteral("CONTEXT");
    case Role::Tool:
        return QStringLiteral("TOOL");
    }
    return {};
}
} // namespace

ConversationPane::ConversationPane(DataController& controller, QWidget* parent)
    : QWidget(parent), m_controller(controller)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto* head = new QWidget(this);
    head->setFixedHeight(size::kPaneHead);
    auto* headLayout = new QHBoxLayout(head);
    headLayout->setContentsMargins(16, 0, 8, 0);
    m_title = new TextLabel(TextRole::Strong, head);
    m_facts = new TextLabel(TextRole::Secondary, head);
    m_facts->setElided(true);
    headLayout->addWidget(m_title);
    headLayout->addWidget(m_facts, 1);
    auto* previous = iconButton("chevron-left", tr("Previous row"), "previousRow", head);
    auto* next = iconButton("chevron-right", tr("Next row"), "nextRow", head);
    headLayout->addWidget(previous);
    headLayout->addWidget(next);
    layout->addWidget(head);
    layout->addWidget(new Hairline(Qt::Horizontal, this));
    auto* content = pane(QPalette::Base, this);
    m_column = new QVBoxLayout(content);
    m_column->setContentsMargins(16, 10, 16, 16);
    m_column->setSpacing(14);
    m_column->addStretch(1);
    m_scroll = scrollArea(content, "conversation", this);
    m_scroll->setAccessibleName(tr("Conversation"));
    layout->addWidget(m_scroll, 1);
    layout->addWidget(new Hairline(Qt::Horizontal, this));
    auto* foot = new QWidget(this);
    auto* footLayout = new QHBoxLayout(foot);
    footLayout->setContentsMargins(12, 8, 12, 8);
    auto* copy = plainButton(tr("Copy"), "copy", "copyConversation", foot);
    auto* asTokens = plainButton(tr("As tokens"), "near", "showAsTokens", foot);
    footLayout->addWidget(copy);
    footLayout->addWidget(asTokens);
    footLayout->addStretch(1);
    layout->addWidget(foot);
    connect(previous, &QToolButton::clicked, this, [this] { Q_EMIT stepped(-1); });
    connect(next, &QToolButton::clicked, this, [this] { Q_EMIT stepped(1); });
    connect(
        copy, &QPushButton::clicked, this, [this] { QApplication::clipboard()->setText(m_plain); });
    connect(asTokens, &QPushButton::clicked, this, &ConversationPane::showTokens);
    connect(&m_controller, &DataController::rowChosen, this, &ConversationPane::showConversation);
    connect(&m_controller, &DataController::tokensOfRow, this, &ConversationPane::showCounts);
}

ConversationPane::TurnView& ConversationPane::viewAt(std::size_t turn)
{
    if (turn < m_views.size())
        return m_views[turn];
    TurnView view;
    view.whole = new QWidget(m_scroll->widget());
    auto* layout = new QVBoxLayout(view.whole);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(2);
    auto* head = new QHBoxLayout;
    view.role = new TextLabel(TextRole::Strong, view.whole);
    view.facts = new TextLabel(TextRole::Secondary, view.whole);
    head->addWidget(view.role);
    head->addStretch(1);
    head->addWidget(view.facts);
    layout->addLayout(head);
    view.text = new AnswerText(view.whole);
    view.text->setFitsContent(true);
    layout->addWidget(view.text);
    m_column->insertWidget(m_column->count() - 1, view.whole);
    m_views.push_back(view);
    return m_views.back();
}

void ConversationPane::showConversation(const Conversation& conversation)
{
    m_title->setText(tr("Row %1").arg(grouped(m_controller.currentRow() + 1)));
    m_facts->setText(counted(qint64(conversation.turns.size()), tr("turn"), tr("turns")));
    m_plain.clear();
    m_trained.clear();
    std::size_t shown = 0;
    const auto add = [&](Role role, const std::string& text, bool trained) {
        if (shown >= kMaxTurns)
            return;
        TurnView& view = viewAt(shown++);
        view.role->setText(roleWord(role));
        view.role->setTone(role == Role::Assistant ? Tone::Accent : Tone::Neutral);
        view.facts->setText(trained ? tr("trained") : QString());
        view.text->setAnswer(safeText(text));
        view.text->setAccessibleName(roleWord(role));
        view.whole->show();
        m_trained.push_back(trained);
        m_plain += roleWord(role) + QStringLiteral(": ") + qtext(text) + QStringLiteral("\n\n");
    };
    if (!conversation.system.empty())
        add(Role::System, conversation.system, false);
    for (const Turn& turn : conversation.turns)
        add(turn.role, turn.text, turn.role == Role::Assistant && turn.trained);
    for (std::size_t i = shown; i < m_views.size(); ++i)
        m_views[i].whole->hide();
    m_scroll->verticalScrollBar()->setValue(0);
}

void ConversationPane::showCounts(const TokenRow& tokens)
{
    std::vector<qint64> counts(tokens.roles.size(), 0);
    for (const TokenRow::Piece& piece : tokens.pieces)
        if (piece.turn >= 0 && std::size_t(piece.turn) < counts.size())
            ++counts[std::size_t(piece.turn)];
    m_facts->setText(tr("%1 · %2 tokens")
            .arg(counted(qint64(tokens.roles.size()), tr("turn"), tr("turns")),
                grouped(qint64(tokens.pieces.size()))));
    for (std::size_t i = 0; i < counts.size() && i < m_trained.size() && i < m_views.size(); ++i)
        m_views[i].facts->setText(m_trained[i] ? tr("%1 tokens · trained").arg(grouped(counts[i]))
                                               : tr("%1 tokens").arg(grouped(counts[i])));
}

} // namespace koala
