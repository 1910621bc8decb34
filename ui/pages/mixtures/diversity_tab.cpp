#include "ui/pages/mixtures/diversity_tab.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QSplitter>
#include <QStackedWidget>
#include <QTableView>
#include <QVBoxLayout>

#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/fact_grid.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/stacked_bar.h"
#include "ui/widgets/tables.h"

namespace koala {

namespace {
constexpr int kLeastVerbs = 26 + 4 * size::kDenseRow; // a head and four rows

class IntervalDelegate final : public CellDelegate {
public:
    using CellDelegate::CellDelegate;
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
        const QModelIndex& index) const override
    {
        const QVariantList places = index.data(kIntervalRole).toList();
        if (places.size() != 3) {
            CellDelegate::paint(painter, option, index);
            return;
        }
        paintGround(*painter, option, index);
        const Tone tone = Tone(index.data(kToneRole).toInt());
        paintInterval(*painter, option.rect.adjusted(12, 2, -12, -2), places[0].toDouble(),
            places[1].toDouble(), places[2].toDouble(),
            tone == Tone::Neutral ? tokens().secondary : tokens().strong(tone));
    }
};

QString recipeOf(const MixturesController& controller)
{
    return qtext(toLine(toJson(controller.editor().mixture())));
}

QString part(std::uint64_t some, std::uint64_t all)
{
    return all == 0 ? QStringLiteral("–")
                    : DiversityTab::tr("%1 %").arg(100.0 * double(some) / double(all), 0, 'f', 1);
}

QString varieties(const std::vector<NgramVariety>& list)
{
    QStringList words;
    for (const NgramVariety& one : list)
        words.append(DiversityTab::tr("%1 %").arg(100 * one.share(), 0, 'f', 1));
    return words.join(QStringLiteral(" · "));
}

QString languages(const std::vector<NamedCount>& list, std::uint64_t all)
{
    QStringList words;
    for (std::size_t i = 0; i < list.size() && i < 6; ++i)
        words.append(QStringLiteral("%1 %2").arg(
            list[i].name.empty() ? DiversityTab::tr("unknown") : safeLine(list[i].name, 12),
            part(list[i].rows, all)));
    if (list.size() > 6)
        words.append(DiversityTab::tr("and %1 more").arg(list.size() - 6));
    return words.join(QStringLiteral(" · "));
}
} // namespace

DiversityTab::DiversityTab(MixturesController& controller, QWidget* parent)
    : QWidget(parent), m_controller(controller)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* bar = new QWidget(this);
    QHBoxLayout* line = toolBar(bar);
    line->setContentsMargins(16, 0, 16, 1);
    m_state = new TextLabel(TextRole::Body, bar);
    m_state->setObjectName(QStringLiteral("diversityState"));
    m_state->setElided(true);
    line->addWidget(m_state, 1);
    m_cancel = plainButton(tr("Cancel"), "stop", "diversityCancel", bar);
    m_measure = plainButton(tr("Measure"), "retry", "diversityMeasure", bar);
    line->addWidget(m_cancel);
    line->addWidget(m_measure);
    column->addWidget(bar);
    m_notice = new NoticeBar(this);
    column->addWidget(m_notice);
    m_stack = new QStackedWidget(this);
    m_stack->addWidget(new QWidget(m_stack));
    auto* panes = splitter(Qt::Horizontal, "diversityPanes", m_stack);
    panes->addWidget(makeFacts());
    panes->addWidget(makeAssociations());
    panes->setStretchFactor(0, 2);
    panes->setStretchFactor(1, 3);
    m_stack->addWidget(panes);
    column->addWidget(m_stack, 1);
    MixtureReports& reports = m_controller.service().reports();
    connect(m_measure, &QPushButton::clicked, this, &DiversityTab::measure);
    connect(m_cancel, &QPushButton::clicked, &reports, &MixtureReports::cancelMeasuring);
    connect(&reports, &MixtureReports::measuringRows, this, [this](quint64 read, quint64 total) {
        m_progress = tr("reading the texts: %1 of %2")
                         .arg(grouped(qint64(read)), counted(qint64(total), tr("row"), tr("rows")));
        refresh();
    });
    connect(&reports, &MixtureReports::measured, this, &DiversityTab::show);
    connect(&reports, &MixtureReports::measureFailed, this, [this](const QString& message) {
        m_measuring.clear();
        if (!message.isEmpty())
            m_notice->tell(
                Tone::Bad, tr("The diversity could not be measured: %1").arg(message), message);
        refresh();
    });
    connect(&m_controller, &MixturesController::stateChanged, this, &DiversityTab::refresh);
    refresh();
}

QWidget* DiversityTab::makeFacts()
{
    // The facts keep their height and the whole scrolls where the window is low.
    auto* whole = pane(QPalette::Base, this);
    auto* column = new QVBoxLayout(whole);
    column->setContentsMargins(16, 10, 8, 0);
    column->setSpacing(8);
    m_facts = new FactGrid(FactGrid::Align::Left, 150, whole);
    m_facts->setSizePolicy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    column->addWidget(m_facts);
    auto* verbs = new QTableView(whole);
    verbs->setModel(&m_verbModel);
    prepareTable(*verbs, tr("What is asked for most"), "verbTable", size::kDenseRow);
    setColumns(*verbs, {92, 60, 0});
    verbs->setMinimumHeight(kLeastVerbs);
    column->addWidget(verbs, 1);
    return scrollArea(whole, "diversityFacts", this);
}

QWidget* DiversityTab::makeAssociations()
{
    auto* whole = new QWidget(this);
    auto* column = new QVBoxLayout(whole);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_noLabels = new TextLabel(tr("No source in this mixture has both good and bad answers, so "
                                  "there is nothing to tell them apart by. Markers set to both "
                                  "bring the bad ones in."),
        TextRole::Secondary, whole);
    m_noLabels->setWordWrap(true);
    m_noLabels->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    m_noLabels->setContentsMargins(16, 10, 16, 10);
    column->addWidget(m_noLabels);
    m_table = new QTableView(whole);
    auto* table = m_table;
    table->setModel(&m_associationModel);
    prepareTable(
        *table, tr("What goes with good and bad answers"), "associationTable", size::kDenseRow);
    table->setItemDelegateForColumn(AssociationModel::Drawn, new IntervalDelegate(table));
    setColumns(*table, {0, 58, 58, 124, 116});
    column->addWidget(table, 1);
    column->addStretch(0);
    return whole;
}

void DiversityTab::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (m_measuring.isEmpty() && m_measured.isEmpty())
        measure();
}

void DiversityTab::measure()
{
    if (!m_controller.open() || m_controller.editor().used() == 0)
        return;
    m_notice->clear();
    m_measuring = recipeOf(m_controller);
    m_progress = tr("opening the mixture…");
    Mixture asked = m_controller.editor().mixture();
    // The figures of a mixture that names no model are those of the project's first, so these are.
    if (const QStringList& models = m_controller.service().models();
        asked.model.empty() && !models.isEmpty())
        asked.model = models.first().toStdString();
    m_controller.service().reports().measure(asked);
    refresh();
}

void DiversityTab::show(const DiversityFacts& facts)
{
    m_measured = std::exchange(m_measuring, {});
    m_read = tr("%1 of %2 different rows read, %3 in an epoch")
                 .arg(grouped(qint64(facts.sampled)), grouped(qint64(facts.distinct)),
                     grouped(qint64(facts.rows)));
    m_facts->set(tr("Distinct runs in requests"), varieties(facts.requests))
        ->setToolTip(tr("Different runs of 1, 2 and 3 words, of all such runs"));
    m_facts->set(tr("Distinct runs in answers"), varieties(facts.answers))
        ->setToolTip(tr("Different runs of 1, 2 and 3 words, of all such runs"));
    m_facts->set(tr("Near duplicates"),
        facts.nearGroups == 0
            ? tr("none by the first request")
            : tr("%1 rows in %2 groups, the largest of %3")
                  .arg(grouped(qint64(facts.nearRows)), grouped(qint64(facts.nearGroups)),
                      grouped(qint64(facts.largestNearGroup))));
    m_facts->set(tr("More than one answer"), part(facts.multiTurn, facts.sampled));
    m_facts->set(tr("Languages"), languages(facts.languages, facts.sampled));
    m_facts->set(tr("Begin with a known verb"), part(facts.rowsWithVerb, facts.sampled));
    m_verbModel.set(facts.verbs);
    m_associationModel.set(facts.associations);
    m_noLabels->setVisible(facts.associations.empty());
    m_table->setVisible(!facts.associations.empty());
    m_stack->setCurrentIndex(1);
    refresh();
}

void DiversityTab::refresh()
{
    const bool running = !m_measuring.isEmpty();
    m_cancel->setVisible(running);
    m_measure->setVisible(!running);
    m_measure->setEnabled(m_controller.open() && m_controller.editor().used() > 0);
    m_measure->setText(m_measured.isEmpty() ? tr("Measure") : tr("Measure again"));
    m_measure->setAccessibleName(m_measure->text());
    if (running)
        m_state->setText(m_progress);
    else if (m_measured.isEmpty())
        m_state->setText(tr("not measured yet"));
    else
        m_state->setText(m_measured == recipeOf(m_controller)
                             ? m_read
                             : tr("%1 · before the last changes").arg(m_read));
    m_state->setSecondary(!running && m_measured.isEmpty());
}

} // namespace koala
