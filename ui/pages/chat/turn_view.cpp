#include "ui/pages/chat/turn_view.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QVBoxLayout>

#include "ui/services/words.h"
#include "ui/widgets/answer_text.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/pill.h"
#include "ui/widgets/text_label.h"

namespace koala {

namespace {
constexpr int kRoleWidth = 64;

TextLabel* roleLabel(const QString& text, QWidget* parent)
{
    auto* label = new TextLabel(text, TextRole::Strong, parent);
    label->setFixedWidth(kRoleWidth);
    label->setContentsMargins(0, 2, 0, 0); // on the line of the text beside it
    label->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    return label;
}
} // namespace

AnswerView::AnswerView(QWidget* parent) : QWidget(parent)
{
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(4);
    m_name = new TextLabel(TextRole::Secondary, this);
    m_name->setElided(true);
    layout->addWidget(m_name);
    m_body = new AnswerBody(this);
    m_body->setObjectName(QStringLiteral("answerBody"));
    m_body->setAccessibleName(tr("Answer"));
    layout->addWidget(m_body);
    m_actions = new QWidget(this);
    auto* line = new QHBoxLayout(m_actions);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(4);
    m_previous = iconButton("chevron-left", tr("Version before"), "versionBefore", m_actions);
    m_version = new TextLabel(TextRole::Secondary, m_actions);
    m_version->setObjectName(QStringLiteral("versionCounter"));
    m_next = iconButton("chevron-right", tr("Next version"), "versionNext", m_actions);
    m_copy = flatButton(tr("copy"), "copy", "copyAnswer", m_actions);
    m_retry = flatButton(tr("retry"), "retry", "retryAnswer", m_actions);
    m_hash = new TextLabel(TextRole::Code, m_actions);
    m_hash->setSecondary(true);
    m_hash->setToolTip(tr("Hash of the weights that answered"));
    m_speed = new TextLabel(TextRole::Secondary, m_actions);
    for (QWidget* widget :
        std::initializer_list<QWidget*>{m_previous, m_version, m_next, m_copy, m_retry})
        line->addWidget(widget);
    line->addStretch(1);
    line->addWidget(m_hash);
    line->addSpacing(8);
    line->addWidget(m_speed);
    layout->addWidget(m_actions);
    m_writing = new QWidget(this);
    auto* progress = new QHBoxLayout(m_writing);
    progress->setContentsMargins(0, 0, 0, 0);
    m_progress = new TextLabel(TextRole::Secondary, m_writing);
    m_progress->setObjectName(QStringLiteral("answerProgress"));
    progress->addWidget(m_progress);
    progress->addStretch(1);
    auto* stop = flatButton(tr("Stop   Esc"), "stop", "stopAnswer", m_writing);
    stop->setAccessibleName(tr("Stop"));
    progress->addWidget(stop);
    layout->addWidget(m_writing);
    layout->addStretch(1);
    connect(m_previous, &QToolButton::clicked, this, [this] { Q_EMIT versionStepped(-1); });
    connect(m_next, &QToolButton::clicked, this, [this] { Q_EMIT versionStepped(1); });
    connect(m_copy, &QPushButton::clicked, this, &AnswerView::copyPressed);
    connect(m_retry, &QPushButton::clicked, this, &AnswerView::retryPressed);
    connect(stop, &QPushButton::clicked, this, &AnswerView::stopPressed);
}

void AnswerView::showFacts(const ShownAnswer& answer)
{
    const bool writing = answer.state == QStringLiteral("writing");
    const QString speed =
        answer.tokensPerSecond > 0 ? tr("%1 tok/s").arg(qRound(answer.tokensPerSecond)) : QString();
    if (writing) {
        m_progress->setText(
            answer.tokens == 0
                ? tr("reading the prompt")
                : tr("writing · %1 · %2")
                      .arg(counted(answer.tokens, tr("token"), tr("tokens")), speed));
        return;
    }
    const QString state = answer.state == QStringLiteral("stopped")  ? tr("stopped")
                          : answer.state == QStringLiteral("failed") ? tr("failed")
                                                                     : QString();
    m_speed->setText(
        state.isEmpty() || speed.isEmpty() ? state + speed : state + QStringLiteral(" · ") + speed);
}

void AnswerView::show(const ShownAnswer& answer, const QString& name, bool last, bool named)
{
    const bool writing = answer.state == QStringLiteral("writing");
    m_name->setText(name);
    m_name->setVisible(named);
    m_body->setAnswer(answer.text, writing);
    m_actions->setVisible(!writing);
    m_writing->setVisible(writing);
    const bool several = answer.versions > 1;
    for (QWidget* widget : std::initializer_list<QWidget*>{m_previous, m_version, m_next})
        widget->setVisible(several);
    m_version->setText(QStringLiteral("%1 / %2").arg(answer.version).arg(answer.versions));
    m_previous->setEnabled(answer.version > 1);
    m_next->setEnabled(answer.version < answer.versions);
    m_retry->setVisible(last);
    m_hash->setText(answer.hash);
    m_hash->setVisible(!answer.hash.isEmpty());
    showFacts(answer);
}

void AnswerView::grow(const ShownAnswer& answer)
{
    m_body->setAnswer(answer.text, true);
    showFacts(answer);
}

TurnView::TurnView(QWidget* parent) : QWidget(parent)
{
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(0);
    grid->setVerticalSpacing(14);
    grid->setColumnStretch(1, 1);
    grid->addWidget(roleLabel(tr("You"), this), 0, 0);
    m_user = new AnswerText(this);
    m_user->setFitsContent(true);
    m_user->setAccessibleName(tr("You wrote"));
    grid->addWidget(m_user, 0, 1);
    auto* name = roleLabel(tr("Koala"), this);
    name->setTone(Tone::Accent);
    grid->addWidget(name, 1, 0, Qt::AlignTop);
    auto* holder = new QWidget(this);
    m_answers = new QHBoxLayout(holder);
    m_answers->setContentsMargins(0, 0, 0, 0);
    m_answers->setSpacing(24);
    grid->addWidget(holder, 1, 1);
}

void TurnView::show(const ShownTurn& turn, const QStringList& names, bool last)
{
    m_user->setPlain(turn.user);
    while (m_views.size() > turn.answers.size()) {
        delete m_views.back();
        m_views.pop_back();
    }
    while (m_views.size() < turn.answers.size()) {
        auto* view = new AnswerView(this);
        const std::size_t index = m_views.size();
        m_answers->addWidget(view, 1);
        m_views.push_back(view);
        connect(view, &AnswerView::copyPressed, this, [this, index] { Q_EMIT copyPressed(index); });
        connect(view, &AnswerView::retryPressed, this, &TurnView::retryPressed);
        connect(view, &AnswerView::stopPressed, this, &TurnView::stopPressed);
        connect(view, &AnswerView::versionStepped, this,
            [this, index](int by) { Q_EMIT versionStepped(index, by); });
    }
    for (std::size_t i = 0; i < m_views.size(); ++i)
        m_views[i]->show(turn.answers[i], names.value(int(i)), last, turn.answers.size() > 1);
}

void TurnView::grow(const ShownAnswer& answer, std::size_t index)
{
    if (index < m_views.size())
        m_views[index]->grow(answer);
}

} // namespace koala
