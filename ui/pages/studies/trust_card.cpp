#include "ui/pages/studies/trust_card.h"

#include <QCoreApplication>
#include <QEvent>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QLocale>
#include <QPainter>
#include <QVBoxLayout>

#include "ui/pages/studies/study_words.h"
#include "ui/services/words.h"
#include "ui/widgets/icons.h"
#include "ui/widgets/safe_text.h"

namespace koala {
namespace {

// How many of the prompts a rater has judged: a 4 px track.
class ShareTrack final : public QWidget {
public:
    using QWidget::QWidget;
    void set(double share)
    {
        m_share = share;
        update();
    }
    QSize sizeHint() const override { return {120, 4}; }

protected:
    void paintEvent(QPaintEvent*) override
    {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.setPen(Qt::NoPen);
        painter.setBrush(tokens().track);
        painter.drawRoundedRect(rect(), 2, 2);
        painter.setBrush(tokens().accent);
        painter.drawRoundedRect(QRectF(0, 0, width() * m_share, height()), 2, 2);
    }

private:
    double m_share = 0;
};

} // namespace

std::vector<TrustCheck> trustChecks(const StudyResult& study)
{
    const auto tr = [](const char* text) {
        return QCoreApplication::translate("TrustChecks", text);
    };
    std::vector<TrustCheck> checks;
    if (study.tornTail)
        checks.push_back({"warning", Tone::Warning, tr("The last line was cut off"),
            tr("That vote never got its tick and is not counted.")});
    else
        checks.push_back({"check-circle", Tone::Good, tr("Nothing lost or changed"),
            tr("%1 lines of the journal, each sealed by the next").arg(grouped(study.recorded))});
    const std::int64_t left = study.prompts - study.judged;
    if (study.prompts > 0 && left > 0)
        checks.push_back({"info", Tone::Neutral,
            tr("%1 of %2 prompts judged").arg(grouped(study.judged), grouped(study.prompts)),
            tr("The others can be voted on the Compare page.")});
    else if (study.prompts > 0)
        checks.push_back({"check-circle", Tone::Good, tr("Every prompt is judged"),
            tr("%1 of %2").arg(grouped(study.judged), grouped(study.prompts))});
    if (!study.blind)
        checks.push_back({"info", Tone::Neutral, tr("Names were seen"),
            tr("Votes cast while browsing: a hint, not a blind test.")});
    if (study.raters.size() == 1)
        checks.push_back({"info", Tone::Neutral, tr("One rater"),
            tr("The figures are one person's judgement.")});
    else if (study.raters.size() > 1)
        checks.push_back({"check-circle", Tone::Good, tr("%1 raters").arg(study.raters.size()),
            tr("A prompt counts once, by their majority.")});
    if (!study.promptProblem.empty())
        checks.push_back({"warning", Tone::Warning, tr("The prompt set cannot be read"),
            safeLine(study.promptProblem)});
    return checks;
}

CheckList::CheckList(QWidget* parent) : QWidget(parent)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
}

void CheckList::set(const std::vector<TrustCheck>& checks)
{
    while (m_rows.size() < checks.size()) {
        auto* widget = new QWidget(this);
        auto* row = new QHBoxLayout(widget);
        row->setContentsMargins(16, 8, 16, 8);
        row->setSpacing(8);
        auto* picture = new QLabel(widget);
        row->addWidget(picture, 0, Qt::AlignTop);
        auto* words = new QVBoxLayout;
        words->setSpacing(0);
        auto* title = new TextLabel(TextRole::Body, widget);
        auto* detail = new TextLabel(TextRole::Secondary, widget);
        title->setWordWrap(true);
        detail->setWordWrap(true);
        words->addWidget(title);
        words->addWidget(detail);
        row->addLayout(words, 1);
        if (!m_rows.empty())
            layout()->addWidget(new Hairline(Qt::Horizontal, this));
        layout()->addWidget(widget);
        m_rows.push_back({widget, picture, title, detail, {}});
    }
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        Row& row = m_rows[i];
        row.widget->setVisible(i < checks.size());
        if (i > 0) // its hairline
            layout()->itemAt(int(2 * i - 1))->widget()->setVisible(i < checks.size());
        if (i >= checks.size())
            continue;
        row.check = checks[i];
        row.title->setText(row.check.title);
        row.detail->setText(row.check.detail);
    }
    drawIcons();
}

void CheckList::drawIcons()
{
    for (const Row& row : m_rows)
        if (row.check.icon != nullptr) {
            const Tokens& theme = tokens();
            const QColor color =
                row.check.tone == Tone::Neutral ? theme.secondary : theme.strong(row.check.tone);
            row.icon->setPixmap(iconPixmap(row.check.icon, color, 16, devicePixelRatioF()));
        }
}

void CheckList::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::PaletteChange)
        drawIcons();
}

TrustCard::TrustCard(QWidget* parent) : Card(tr("Can this be trusted?"), parent)
{
    setObjectName(QStringLiteral("trustCard"));
    body()->setContentsMargins(0, 4, 0, 4);
    body()->addWidget(new Hairline(Qt::Horizontal, this));
    m_checks = new CheckList(this);
    body()->addWidget(m_checks);
    body()->addWidget(new Hairline(Qt::Horizontal, this));
    auto* reach = new QVBoxLayout;
    reach->setContentsMargins(16, 8, 16, 8);
    reach->setSpacing(0);
    reach->addWidget(new TextLabel(tr("What so many votes can show"), TextRole::Secondary, this));
    m_reach = new TextLabel(TextRole::Body, this);
    m_reach->setObjectName(QStringLiteral("studyReach"));
    m_reach->setWordWrap(true);
    reach->addWidget(m_reach);
    body()->addLayout(reach);
}

void TrustCard::set(const StudyResult& study)
{
    const std::vector<TrustCheck> checks = trustChecks(study);
    setFacts(tr("%1 checks").arg(checks.size()));
    m_checks->set(checks);
    m_reach->setText(reachInWords(study.total.outcome.decided));
}

RatersCard::RatersCard(QWidget* parent) : Card(tr("Raters"), parent)
{
    setObjectName(QStringLiteral("ratersCard"));
    body()->setContentsMargins(0, 4, 0, 4);
}

void RatersCard::set(const StudyResult& study)
{
    while (m_rows.size() < study.raters.size()) {
        auto* widget = new QWidget(this);
        auto* column = new QVBoxLayout(widget);
        column->setContentsMargins(0, 0, 0, 0);
        column->setSpacing(0);
        column->addWidget(new Hairline(Qt::Horizontal, widget));
        auto* grid = new QGridLayout;
        grid->setContentsMargins(16, 8, 16, 8);
        grid->setSpacing(4);
        auto* name = new TextLabel(TextRole::Body, widget);
        name->setElided(true);
        auto* figure = new TextLabel(TextRole::Body, widget);
        auto* bar = new ShareTrack(widget);
        auto* detail = new TextLabel(TextRole::Secondary, widget);
        grid->addWidget(name, 0, 0);
        grid->addWidget(figure, 0, 1, Qt::AlignRight);
        grid->addWidget(bar, 1, 0, 1, 2);
        grid->addWidget(detail, 2, 0, 1, 2);
        grid->setColumnStretch(0, 1);
        column->addLayout(grid);
        body()->addWidget(widget);
        m_rows.push_back({widget, name, figure, bar, detail});
    }
    setFacts(study.raters.empty() ? tr("nobody yet") : QString());
    const QLocale locale;
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        const Row& row = m_rows[i];
        row.widget->setVisible(i < study.raters.size());
        if (i >= study.raters.size())
            continue;
        const RaterFacts& rater = study.raters[i];
        row.name->setText(rater.name.empty() ? tr("Without a name") : safeLine(rater.name, 60));
        const std::int64_t all = std::max(study.prompts, rater.judged);
        row.figure->setText(tr("%1 / %2").arg(grouped(rater.judged), grouped(all)));
        static_cast<ShareTrack*>(row.bar)->set(all > 0 ? double(rater.judged) / double(all) : 0);
        QStringList facts;
        if (rater.medianSeconds > 0)
            facts << tr("%1 s a vote")
                         .arg(locale.toString(
                             rater.medianSeconds, 'f', rater.medianSeconds < 10 ? 1 : 0));
        facts << tr("last vote %1").arg(shortDate(rater.lastVote));
        row.detail->setText(facts.join(QStringLiteral(" · ")));
    }
}

ComparedCard::ComparedCard(QWidget* parent) : Card(tr("What was compared"), parent)
{
    setObjectName(QStringLiteral("comparedCard"));
    auto* grid = new QGridLayout;
    grid->setContentsMargins(16, 4, 16, 12);
    grid->setHorizontalSpacing(12);
    grid->setVerticalSpacing(4);
    const QString letters[3] = {QStringLiteral("A"), QStringLiteral("B"), QStringLiteral("☰")};
    const Tone tones[3] = {Tone::SideA, Tone::SideB, Tone::Neutral};
    for (int i = 0; i < 3; ++i) {
        auto* letter = new TextLabel(letters[i], TextRole::Strong, this);
        letter->setTone(tones[i]);
        grid->addWidget(letter, i, 0);
        m_names[i] = new TextLabel(TextRole::Body, this);
        m_names[i]->setElided(true);
        grid->addWidget(m_names[i], i, 1);
        m_hashes[i] = new TextLabel(i == 2 ? TextRole::Secondary : TextRole::Code, this);
        m_hashes[i]->setSecondary(true);
        grid->addWidget(m_hashes[i], i, 2, Qt::AlignRight);
    }
    grid->setColumnStretch(1, 1);
    body()->addLayout(grid);
}

void ComparedCard::set(const StudyResult& study)
{
    m_names[0]->setText(safeLine(study.left, 120));
    m_hashes[0]->setText(study.leftSha256.empty() ? QString() : shortHash(study.leftSha256));
    m_names[1]->setText(safeLine(study.right, 120));
    m_hashes[1]->setText(study.rightSha256.empty() ? QString() : shortHash(study.rightSha256));
    m_names[2]->setText(safeLine(study.promptSet, 120));
    m_hashes[2]->setText(
        study.prompts > 0 ? tr("%1 prompts").arg(grouped(study.prompts)) : QString());
}

} // namespace koala
