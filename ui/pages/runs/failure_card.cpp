#include "ui/pages/runs/failure_card.h"

#include <QApplication>
#include <QClipboard>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QVBoxLayout>

#include "ui/services/run_words.h"
#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/safe_text.h"

namespace koala {

namespace {
struct CauseWords {
    const char* cause;
    const char* title;
    const char* next;
};
// Causes as the contract names them.
constexpr CauseWords kCauses[] = {
    {"disk_full", QT_TRANSLATE_NOOP("Failure", "The disk is full"),
        QT_TRANSLATE_NOOP(
            "Failure", "Make room, for instance by deleting old checkpoints, then resume.")},
    {"out_of_memory", QT_TRANSLATE_NOOP("Failure", "Not enough memory"),
        QT_TRANSLATE_NOOP("Failure",
            "Resume with fewer sequences at once and more accumulation, or close other programs.")},
    {"not_finite", QT_TRANSLATE_NOOP("Failure", "The loss stopped being a number"),
        QT_TRANSLATE_NOOP("Failure", "Resume from the safe point with a lower learning rate.")},
    {"bad_data", QT_TRANSLATE_NOOP("Failure", "The data could not be read"),
        QT_TRANSLATE_NOOP("Failure", "Mend or import the dataset again, then resume.")},
    {"bad_config", QT_TRANSLATE_NOOP("Failure", "The options do not fit together"),
        QT_TRANSLATE_NOOP("Failure", "Change what the message names and start a new run.")},
    {"rank_lost", QT_TRANSLATE_NOOP("Failure", "One of its processes was lost"),
        QT_TRANSLATE_NOOP("Failure", "Resume it.")},
    {"signal", QT_TRANSLATE_NOOP("Failure", "The program was ended from outside"),
        QT_TRANSLATE_NOOP("Failure", "Resume it.")},
    {"time_limit", QT_TRANSLATE_NOOP("Failure", "The time limit was reached"),
        QT_TRANSLATE_NOOP("Failure", "Resume it.")},
};
} // namespace

FailureWords failureWords(const RunSnapshot& run)
{
    const RunSummary& s = run.summary;
    FailureWords words;
    if (s.phase != RunPhase::Failed && s.phase != RunPhase::Lost)
        return words;
    if (!s.checkpoints.empty())
        words.safeStep = s.checkpoints.back();
    if (s.phase == RunPhase::Lost) {
        words.title = QObject::tr("Nothing was heard of this run any more");
        words.what = QObject::tr(
            "Its process was killed or its machine went down, without a word in its log.");
        words.next = QObject::tr("Resume it; what was saved is there.");
    } else {
        words.title = QObject::tr("The run failed");
        words.next = QObject::tr("Read the log, then resume or start again.");
        for (const CauseWords& cause : kCauses)
            if (s.cause == cause.cause) {
                words.title = QCoreApplication::translate("Failure", cause.title);
                words.next = QCoreApplication::translate("Failure", cause.next);
            }
        words.what = safeText(std::string_view(s.message), 2000);
    }
    if (s.step > 0)
        words.title += QObject::tr(" at step %1").arg(grouped(s.step));
    const QString time = shortDate(s.endedAt.empty() ? s.lastEventAt : s.endedAt);
    words.when = time;
    if (const double wall = wallSeconds(s); wall > 0)
        words.when += QObject::tr(", %1 after the start").arg(durationWords(wall));
    if (words.safeStep >= 0) {
        words.safe = QObject::tr("Checkpoint %1").arg(grouped(words.safeStep));
        words.command = QStringLiteral("koala run resume %1@%2").arg(run.id()).arg(words.safeStep);
        if (s.cause == "not_finite" && run.state && run.state->lastStep)
            words.command += QStringLiteral(" --set learning_rate=%1")
                                 .arg(run.config && run.config->contains("train")
                                          ? numberOr((*run.config)["train"], "learning_rate", 0) / 5
                                          : run.state->lastStep->learningRate / 5);
    } else {
        words.safe = QObject::tr("none: no checkpoint had been saved yet");
        words.next = QObject::tr("Start it again once the cause is mended.");
    }
    return words;
}

FailureCard::FailureCard(QWidget* parent) : Card(QString(), parent)
{
    setObjectName(QStringLiteral("runs.failure"));
    setTone(Tone::Bad);
    auto* log = plainButton(tr("Show in log"), "terminal", "failure.log", this);
    auto* copy = plainButton(tr("Copy details"), "copy", "failure.copy", this);
    addToHead(log);
    addToHead(copy);
    auto* grid = new QGridLayout;
    grid->setContentsMargins(size::kGap, 8, size::kGap, 12);
    grid->setHorizontalSpacing(size::kGap);
    grid->setVerticalSpacing(8);
    grid->setColumnMinimumWidth(0, 130);
    grid->setColumnStretch(1, 1);
    int row = 0;
    const auto add = [&](const QString& label) {
        auto* name = new TextLabel(label, TextRole::Body, this);
        name->setSecondary(true);
        auto* value = new TextLabel(TextRole::Body, this);
        value->setWordWrap(true);
        value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        if (row > 0)
            grid->addWidget(new Hairline(Qt::Horizontal, this), row++, 0, 1, 2);
        grid->addWidget(name, row, 0, Qt::AlignTop);
        grid->addWidget(value, row++, 1);
        return value;
    };
    m_what = add(tr("What happened"));
    m_when = add(tr("When"));
    m_safe = add(tr("Last safe point"));
    m_next = add(tr("Next step"));
    m_commandBox = pane(QPalette::AlternateBase, this);
    auto* box = new QHBoxLayout(m_commandBox);
    box->setContentsMargins(10, 6, 10, 6);
    m_command = new TextLabel(TextRole::Code, m_commandBox);
    m_command->setTextInteractionFlags(Qt::TextSelectableByMouse);
    box->addWidget(m_command);
    grid->addWidget(m_commandBox, row, 1);
    body()->addLayout(grid);
    connect(log, &QPushButton::clicked, this, &FailureCard::logRequested);
    connect(copy, &QPushButton::clicked, this, [this] {
        QApplication::clipboard()->setText(QStringList{
            m_words.title, m_words.what, m_words.when, m_words.safe, m_words.next, m_words.command}
                .join(QLatin1Char('\n')));
    });
    hide();
}

void FailureCard::setRun(const RunSnapshot* run)
{
    m_words = run != nullptr ? failureWords(*run) : FailureWords{};
    setVisible(!m_words.title.isEmpty());
    if (m_words.title.isEmpty())
        return;
    setTitle(m_words.title);
    m_what->setText(m_words.what);
    m_when->setText(m_words.when);
    m_safe->setText(m_words.safe);
    m_next->setText(m_words.next);
    m_command->setText(m_words.command);
    m_commandBox->setVisible(!m_words.command.isEmpty());
}

} // namespace koala
