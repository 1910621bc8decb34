#include "ui/pages/mixtures/checks_strip.h"

#include <QApplication>
#include <QClipboard>
#include <QEvent>
#include <QHBoxLayout>

#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/safe_text.h"

namespace koala {

namespace {
constexpr int kLeastName = 76; // "Overlap w…"
}

ChecksStrip::ChecksStrip(MixturesController& controller, QWidget* parent)
    : Card(parent), m_controller(controller)
{
    setObjectName(QStringLiteral("checksStrip"));
    auto* holder = new QWidget(this);
    holder->setFixedHeight(36);
    auto* line = new QHBoxLayout(holder);
    line->setContentsMargins(16, 0, 16, 0);
    line->setSpacing(8);
    m_overlap = addCheck(*line, tr("Overlap with test sets"), "checkOverlap");
    m_bothSides = addCheck(*line, tr("Prompts on both sides of the split"), "checkBothSides");
    m_fits = addCheck(*line, tr("Fits"), "checkFits");
    m_terms = addCheck(*line, tr("Terms"), "checkTerms");
    m_licences = linkButton(tr("licences"), "showTerms", holder);
    m_licences->setToolTip(tr("The licence and the terms of each source that is used"));
    line->addWidget(m_licences);
    m_order = addCheck(*line, tr("Order"), "checkOrder");
    m_order.value->setRole(TextRole::Code);
    m_order.value->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_copy = flatButton({}, "copy", "copyOrder", holder);
    m_copy->setAccessibleName(tr("Copy the order hash"));
    m_copy->setToolTip(tr("Copies the whole hash of the order"));
    line->addWidget(m_copy);
    line->addStretch(1);
    // In a narrow window the two long names give way, never a figure.
    for (TextLabel* words : {m_overlap.words, m_bothSides.words}) {
        words->setElided(true);
        words->setMinimumWidth(kLeastName);
        words->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Preferred);
    }
    body()->addWidget(holder);
    m_bothSides.value->setToolTip(tr("Prompts that are trained on and held out as well; rows with "
                                     "the same first message stay on one side"));
    connect(m_licences, &QPushButton::clicked, this, &ChecksStrip::termsWanted);
    connect(m_copy, &QPushButton::clicked, this,
        [this] { QApplication::clipboard()->setText(m_controller.checks().order); });
    connect(&m_controller, &MixturesController::checksChanged, this, &ChecksStrip::refresh);
    connect(&m_controller, &MixturesController::stateChanged, this, &ChecksStrip::showTerms);
}

ChecksStrip::Check ChecksStrip::addCheck(
    QHBoxLayout& line, const QString& words, const char* objectName)
{
    auto* parent = line.parentWidget();
    if (line.count() > 0) {
        line.addSpacing(4);
        line.addWidget(new Hairline(Qt::Vertical, parent));
        line.addSpacing(4);
    }
    Check check{new QLabel(parent), new TextLabel(words, TextRole::Secondary, parent),
        new TextLabel(TextRole::Strong, parent)};
    check.value->setObjectName(QLatin1StringView(objectName));
    check.value->setAccessibleName(words);
    line.addWidget(check.icon);
    line.addWidget(check.words);
    line.addWidget(check.value);
    return check;
}

void ChecksStrip::tell(const Check& check, bool good, const QString& value)
{
    check.icon->setPixmap(iconPixmap(good ? "check-circle" : "warning",
        good ? koala::tokens().good : koala::tokens().warning, 16, devicePixelRatioF()));
    check.value->setText(value);
}

void ChecksStrip::showTerms()
{
    const Mixture mixture = m_controller.editor().mixture();
    int known = 0;
    QStringList closed;
    for (const MixtureSource& source : mixture.sources)
        for (const MixtureDataset& dataset : m_controller.service().datasets())
            if (dataset.slug == qtext(source.dataset)) {
                known += dataset.termsKnown() ? 1 : 0;
                if (dataset.nonCommercial)
                    closed.append(safeLine(dataset.title, 40));
            }
    const int used = int(mixture.sources.size());
    tell(m_terms, known == used && closed.isEmpty(),
        closed.isEmpty()
            ? tr("%1 of %2 known").arg(known).arg(used)
            : tr("%1 of %2, %3 non-commercial").arg(known).arg(used).arg(closed.size()));
    m_terms.value->setToolTip(
        closed.isEmpty() ? QString() : tr("Not for commercial use: %1").arg(closed.join(tr(", "))));
}

void ChecksStrip::refresh()
{
    const MixtureChecks& checks = m_controller.checks();
    tell(m_overlap, checks.overlap == 0 && checks.testPrompts > 0,
        checks.testPrompts == 0
            ? tr("no test set")
            : tr("%1 of %2")
                  .arg(grouped(qint64(checks.overlap)), grouped(qint64(checks.testPrompts))));
    QStringList sets;
    for (const MixtureChecks::TestSet& set : checks.testSets)
        sets.append(tr("%1: %2 of %3 prompts")
                .arg(safeLine(set.name, 60), grouped(qint64(set.overlap)),
                    grouped(qint64(set.prompts))));
    m_overlap.value->setToolTip(sets.join(QLatin1Char('\n')));
    tell(m_bothSides, checks.bothSides == 0, grouped(qint64(checks.bothSides)));
    const double fits = checks.conversations == 0
                            ? 100.0
                            : 100.0 - 100.0 * double(checks.cut) / double(checks.conversations);
    m_fits.words->setText(tr("Fits %1").arg(grouped(m_controller.editor().base().maxTokens)));
    m_fits.value->setAccessibleName(m_fits.words->text());
    tell(m_fits, checks.cut == 0, tr("%1 %").arg(fits, 0, 'f', checks.cut == 0 ? 0 : 1));
    m_fits.value->setToolTip(tr("Conversations that are trained whole; %1 longer")
            .arg(counted(qint64(checks.cut), tr("is"), tr("are"))));
    m_order.icon->setPixmap(
        iconPixmap("order", koala::tokens().secondary, 16, devicePixelRatioF()));
    m_order.value->setText(shortHash(checks.order.toStdString()));
    m_order.value->setToolTip(checks.order);
    m_copy->setIcon(icon("copy", IconTint::Secondary));
    showTerms();
}

void ChecksStrip::changeEvent(QEvent* event)
{
    Card::changeEvent(event);
    if (event->type() == QEvent::PaletteChange && m_controller.checks().number > 0)
        refresh();
}

} // namespace koala
