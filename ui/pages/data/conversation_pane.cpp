#include "ui/pages/data/conversation_pane.h"

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QPlainTextEdit>
#include <QScrollArea>
#include <QScrollBar>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "ui/services/role_words.h"
#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/notice_bar.h"

namespace koala {

namespace {
constexpr std::size_t kTurnsDrawn = 120;
constexpr int kTurnLetters = 20'000;
constexpr int kLettersDrawn = 120'000;
constexpr qsizetype kPlainLine = 2000; // longer lines are broken: laying one out takes its square
constexpr std::size_t kPlainBytes = 64U << 20;

// The whole conversation in lines that a plain text view lays out one by one.
QString plainText(const Conversation& conversation)
{
    QString plain;
    std::size_t bytes = 0;
    const auto add = [&](Role role, const std::string& text) {
        bytes += text.size();
        if (bytes > kPlainBytes)
            return;
        plain += roleTitle(role) + QStringLiteral(":\n");
        const QString safe = safeText(text, int(kPlainBytes));
        for (const QStringView line : QStringView(safe).split(u'\n')) {
            for (qsizetype at = 0; at == 0 || at < line.size(); at += kPlainLine) {
                plain += line.mid(at, kPlainLine);
                plain += QLatin1Char('\n');
            }
        }
        plain += QLatin1Char('\n');
    };
    if (!conversation.system.empty())
        add(Role::System, conversation.system);
    for (const Turn& turn : conversation.turns)
        add(turn.role, turn.text);
    return plain;
}

QString copied(const Conversation& conversation)
{
    QString text;
    const auto add = [&](Role role, const std::string& words) {
        text += roleTitle(role) + QStringLiteral(": ") + qtext(words) + QStringLiteral("\n\n");
    };
    if (!conversation.system.empty())
        add(Role::System, conversation.system);
    for (const Turn& turn : conversation.turns)
        add(turn.role, turn.text);
    return text;
}
} // namespace

ConversationPane::ConversationPane(DataController& controller, QWidget* parent)
    : QWidget(parent), m_controller(controller)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeHead());
    layout->addWidget(new Hairline(Qt::Horizontal, this));
    m_cut = new NoticeBar(this);
    m_cut->setObjectName(QStringLiteral("shortenedNotice"));
    layout->addWidget(m_cut);
    m_stack = new QStackedWidget(this);
    auto* content = pane(QPalette::Base, m_stack);
    m_column = new QVBoxLayout(content);
    m_column->setContentsMargins(16, 10, 16, 16);
    m_column->setSpacing(14);
    m_column->addStretch(1);
    m_scroll = scrollArea(content, "conversation", m_stack);
    m_scroll->setAccessibleName(tr("Conversation"));
    m_stack->addWidget(m_scroll);
    m_whole = new QPlainTextEdit(m_stack);
    m_whole->setObjectName(QStringLiteral("wholeConversation"));
    m_whole->setAccessibleName(tr("Conversation as plain text"));
    m_whole->setReadOnly(true);
    m_whole->setFrameShape(QFrame::NoFrame);
    m_whole->setLineWrapMode(QPlainTextEdit::WidgetWidth);
    m_whole->setUndoRedoEnabled(false);
    m_stack->addWidget(m_whole);
    layout->addWidget(m_stack, 1);
    layout->addWidget(new Hairline(Qt::Horizontal, this));
    layout->addWidget(makeFoot());
    connect(m_cut, &NoticeBar::actionPressed, this, [this] { setWhole(true); });
    connect(&m_controller, &DataController::rowChosen, this, &ConversationPane::showConversation);
    connect(&m_controller, &DataController::tokensOfRow, this, &ConversationPane::showCounts);
    connect(&m_controller, &DataController::chosen, this, [this] {
        if (!m_controller.dataset())
            showConversation({});
    });
}

QWidget* ConversationPane::makeHead()
{
    auto* head = new QWidget(this);
    head->setFixedHeight(size::kPaneHead);
    auto* line = new QHBoxLayout(head);
    line->setContentsMargins(16, 0, 8, 0);
    m_title = new TextLabel(TextRole::Strong, head);
    m_title->setObjectName(QStringLiteral("conversationTitle"));
    m_facts = new TextLabel(TextRole::Secondary, head);
    m_facts->setElided(true);
    m_copy = iconButton("copy", tr("Copy this conversation"), "copyConversation", head);
    auto* asTokens = iconButton("near", tr("Show as tokens"), "showAsTokens", head);
    auto* previous = iconButton("chevron-left", tr("Previous row (←)"), "previousRow", head);
    auto* next = iconButton("chevron-right", tr("Next row (→)"), "nextRow", head);
    line->addWidget(m_title);
    line->addWidget(m_facts, 1);
    for (QToolButton* button : {m_copy, asTokens, previous, next})
        line->addWidget(button);
    connect(previous, &QToolButton::clicked, this, [this] { Q_EMIT stepped(-1); });
    connect(next, &QToolButton::clicked, this, [this] { Q_EMIT stepped(1); });
    connect(m_copy, &QToolButton::clicked, this,
        [this] { QApplication::clipboard()->setText(copied(m_conversation)); });
    connect(asTokens, &QToolButton::clicked, this, &ConversationPane::showTokens);
    return head;
}

QWidget* ConversationPane::makeFoot()
{
    auto* foot = new QWidget(this);
    auto* line = new QHBoxLayout(foot);
    line->setContentsMargins(12, 8, 12, 8);
    auto* edit = plainButton(tr("Edit"), "edit", "editRow", foot);
    auto* exclude = plainButton(tr("Exclude"), "eye-closed", "excludeRow", foot);
    auto* why = plainButton(tr("Why was it kept?"), nullptr, "whyKept", foot);
    m_actions = {edit, exclude, why};
    for (QPushButton* button : m_actions) {
        button->setEnabled(false); // until there is a row
        line->addWidget(button);
    }
    line->addStretch(1);
    connect(edit, &QPushButton::clicked, this, &ConversationPane::editPressed);
    connect(exclude, &QPushButton::clicked, this, &ConversationPane::excludePressed);
    connect(why, &QPushButton::clicked, this, &ConversationPane::whyPressed);
    return foot;
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

void ConversationPane::addTurn(Role role, const std::string& text, bool trained)
{
    if (m_drawn >= kTurnsDrawn || m_letters >= kLettersDrawn) {
        m_shortened = true;
        return;
    }
    TurnView& view = viewAt(m_drawn++);
    view.role->setText(roleTitle(role));
    view.role->setTone(role == Role::Assistant ? Tone::Accent : Tone::Neutral);
    view.facts->setText(trained ? tr("trained") : QString());
    const QString shown = safeText(text, std::min(kTurnLetters, kLettersDrawn - m_letters));
    m_letters += int(shown.size());
    m_shortened = m_shortened || text.size() > std::size_t(kTurnLetters);
    view.text->setAnswer(shown);
    view.text->setAccessibleName(roleTitle(role));
    view.whole->show();
    m_trained.push_back(trained);
}

void ConversationPane::showConversation(const Conversation& conversation)
{
    m_conversation = conversation;
    const bool any = !conversation.turns.empty() || !conversation.system.empty();
    for (QPushButton* button : m_actions)
        button->setEnabled(any);
    m_title->setText(any ? tr("Row %1").arg(grouped(m_controller.currentRow() + 1)) : QString());
    m_facts->setText(
        any ? counted(qint64(conversation.turns.size()), tr("turn"), tr("turns")) : QString());
    m_trained.clear();
    m_drawn = 0;
    m_letters = 0;
    m_shortened = false;
    setWhole(false);
    if (!conversation.system.empty())
        addTurn(Role::System, conversation.system, false);
    for (const Turn& turn : conversation.turns)
        addTurn(turn.role, turn.text, turn.role == Role::Assistant && turn.trained);
    for (std::size_t i = m_drawn; i < m_views.size(); ++i)
        m_views[i].whole->hide();
    if (m_shortened)
        m_cut->tell(Tone::Neutral,
            m_drawn < conversation.turns.size()
                ? tr("Shown are the first %1 of %2 turns, long ones shortened.")
                      .arg(grouped(qint64(m_drawn)), grouped(qint64(conversation.turns.size())))
                : tr("Long turns are shortened here."),
            {}, tr("Show all as plain text"));
    else
        m_cut->clear();
    m_scroll->verticalScrollBar()->setValue(0);
}

void ConversationPane::setWhole(bool whole)
{
    m_stack->setCurrentIndex(whole ? 1 : 0);
    m_whole->setPlainText(whole ? plainText(m_conversation) : QString());
    if (whole)
        m_cut->clear();
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
