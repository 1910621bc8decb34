#include "ui/pages/studies/studies_page.h"

#include <QComboBox>
#include <QDesktopServices>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QJsonObject>
#include <QStackedWidget>
#include <QUrl>
#include <QVBoxLayout>

#include "ui/pages/studies/outcome_table.h"
#include "ui/pages/studies/result_card.h"
#include "ui/pages/studies/trust_card.h"
#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/notice_bar.h"
#include "ui/widgets/safe_text.h"

namespace koala {
namespace {

constexpr int kSideWidth = 300;

} // namespace

StudiesPage::StudiesPage(StudiesController& controller, QWidget* parent)
    : Page(tr("Studies"), parent), m_controller(controller)
{
    setObjectName(QStringLiteral("studiesPage"));
    m_choice = comboBox(tr("Study"), "studyChoice", this);
    m_choice->setMinimumWidth(200);
    m_choice->setMaximumWidth(360);
    header().addLeft(m_choice);
    m_export = plainButton(tr("Export table"), "export", "studyExport", this);
    header().addRight(m_export);
    m_report = filledButton(tr("Open report"), "report", "studyReport", this);
    header().addRight(m_report);

    auto* column = new QVBoxLayout(body());
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_notice = new NoticeBar(body());
    column->addWidget(m_notice);
    m_stack = new QStackedWidget(body());
    column->addWidget(m_stack, 1);
    m_empty = new EmptyState(tr("Vote on answers side by side, and see here which model is better "
                                "and how sure that is."),
        tr("Compare two models"), "compare", "studiesEmptyButton", m_stack);
    m_stack->addWidget(new QWidget(m_stack)); // while the first reading lasts, which is a moment
    m_stack->addWidget(m_empty);
    m_stack->addWidget(buildResults());

    connect(m_empty, &EmptyState::pressed, this,
        [this] { Q_EMIT goTo({QStringLiteral("compare"), {}, {}}); });
    connect(m_choice, &QComboBox::activated, this,
        [this](int index) { m_controller.choose(m_choice->itemData(index).toString()); });
    connect(m_export, &QPushButton::clicked, this, &StudiesPage::exportTable);
    connect(m_report, &QPushButton::clicked, this, &StudiesPage::openReport);
    connect(&controller, &StudiesController::changed, this, &StudiesPage::showCurrent);
    connect(&controller, &StudiesController::exported, this, [this](const QString& file) {
        m_notice->tell(Tone::Good, tr("The table was written to %1").arg(file));
    });
    connect(&controller, &StudiesController::failed, this,
        [this](const QString& message) { m_notice->tell(Tone::Bad, safeText(message, 1000)); });
    showCurrent();
}

QWidget* StudiesPage::buildResults()
{
    m_content = pane(QPalette::Window, m_stack);
    auto* row = new QHBoxLayout(m_content);
    row->setContentsMargins(size::kGap, size::kGap, size::kGap, size::kGap);
    row->setSpacing(size::kGap);
    auto* main = new QVBoxLayout;
    main->setSpacing(size::kGap);
    m_result = new ResultCard(m_content);
    main->addWidget(m_result);
    m_criteria = addTable(*main, tr("By criterion"),
        tr("p is not adjusted for the number of questions"), tr("criterion"), "criteriaTable");
    m_groups = addTable(*main, tr("By prompt group"),
        tr("groups are small: read as hints, p not adjusted"), tr("group"), "groupsTable");
    m_all = addTable(*main, tr("All studies"), tr("the one voted on last comes first"), tr("study"),
        "allStudiesTable", 420);
    m_all.table->hideColumn(OutcomeTableModel::IntervalColumn); // the room goes to the titles
    m_all.table->setSelectionMode(QAbstractItemView::SingleSelection);
    connect(m_all.table, &QTableView::clicked, this, [this](const QModelIndex& index) {
        m_controller.choose(qtext(m_controller.studies()[std::size_t(index.row())].slug));
    });
    main->addStretch();
    row->addLayout(main, 1);

    auto* side = new QVBoxLayout;
    side->setSpacing(size::kGap);
    m_raters = new RatersCard(m_content);
    m_trust = new TrustCard(m_content);
    m_compared = new ComparedCard(m_content);
    for (Card* card : {static_cast<Card*>(m_raters), static_cast<Card*>(m_trust),
             static_cast<Card*>(m_compared)}) {
        card->setFixedWidth(kSideWidth);
        side->addWidget(card);
    }
    side->addStretch();
    row->addLayout(side);
    return scrollArea(m_content, "studyResults", m_stack);
}

StudiesPage::TableCard StudiesPage::addTable(QLayout& column, const QString& title,
    const QString& facts, const QString& nameTitle, const char* objectName, int nameWidth)
{
    auto* card = new Card(title, m_content);
    card->setFacts(facts);
    auto* model = new OutcomeTableModel(nameTitle, this);
    auto* table = new OutcomeTable(*model, title, objectName, nameWidth, card);
    table->setSelectionMode(QAbstractItemView::NoSelection);
    card->body()->setContentsMargins(size::kInset, 0, size::kInset, 4);
    card->body()->addWidget(table);
    column.addWidget(card);
    return {model, table, card};
}

void StudiesPage::activated()
{
    m_controller.refresh();
}

void StudiesPage::open(const Destination& destination)
{
    if (!destination.subject.isEmpty())
        m_controller.show(destination.subject);
}

QJsonObject StudiesPage::saveState() const
{
    const StudyResult* study = m_controller.current();
    return {{QStringLiteral("study"), study ? qtext(study->slug) : QString()}};
}

void StudiesPage::restoreState(const QJsonObject& state)
{
    m_controller.choose(state.value(QStringLiteral("study")).toString());
}

void StudiesPage::showCurrent()
{
    const StudyResult* study = m_controller.current();
    fillChoice();
    m_export->setVisible(study != nullptr);
    m_export->setEnabled(m_controller.canExport());
    m_report->setVisible(!m_controller.reportPath().isEmpty());
    m_choice->setVisible(study != nullptr);
    m_stack->setCurrentIndex(!m_controller.loaded() ? 0 : study == nullptr ? 1 : 2);
    if (study == nullptr) {
        header().setFacts({});
        return;
    }
    showResults(*study);
}

void StudiesPage::fillChoice()
{
    const StudyResult* current = m_controller.current();
    const QSignalBlocker quiet(m_choice);
    m_choice->clear();
    for (const StudyResult& study : m_controller.studies())
        m_choice->addItem(safeLine(study.title, 80), qtext(study.slug));
    if (current != nullptr)
        m_choice->setCurrentIndex(m_choice->findData(qtext(current->slug)));
}

void StudiesPage::showResults(const StudyResult& study)
{
    QStringList facts{study.votes == 1 ? tr("1 vote") : tr("%1 votes").arg(grouped(study.votes))};
    facts << (study.raters.size() == 1 ? tr("1 rater") : tr("%1 raters").arg(study.raters.size()));
    if (!study.lastVote.empty())
        facts << tr("last vote %1").arg(shortDate(study.lastVote));
    header().setFacts(facts.join(QStringLiteral(" · ")));
    // A blind study keeps its secret until it is opened; a broken journal has no figures to show.
    const bool shown = study.problem.empty() && !study.blind;
    if (!study.problem.empty())
        m_notice->tell(Tone::Bad, safeText(study.problem, 1000), safeText(study.problem, 4000));
    else if (study.blind)
        m_notice->tell(Tone::Neutral,
            tr("This study is blind: its names and results appear when it has been opened."));
    else if (m_noticeIsOfStudy)
        m_notice->clear();
    m_noticeIsOfStudy = !shown;
    m_result->setVisible(shown);
    m_raters->setVisible(study.problem.empty());
    m_trust->setVisible(shown);
    m_compared->setVisible(shown);
    m_criteria.card->setVisible(shown && !study.criteria.empty());
    m_groups.card->setVisible(shown && !study.groups.empty());
    if (shown) {
        m_result->set(study);
        m_criteria.model->setRows(study.criteria);
        m_groups.model->setRows(study.groups);
        m_trust->set(study);
        m_compared->set(study);
    }
    m_raters->set(study);

    std::vector<OutcomeRow> totals;
    int chosen = -1;
    for (const StudyResult& one : m_controller.studies()) {
        if (one.slug == study.slug)
            chosen = int(totals.size());
        OutcomeRow row{one.title, one.title, one.blind ? Outcome{} : one.total.outcome, one.judged};
        totals.push_back(std::move(row));
    }
    m_all.card->setVisible(totals.size() > 1);
    m_all.model->setRows(std::move(totals));
    m_all.table->selectRow(chosen);
}

void StudiesPage::exportTable()
{
    const QString file = QFileDialog::getSaveFileName(this, tr("Export the table of figures"),
        m_controller.suggestedFile(), tr("Comma-separated values (*.csv)"));
    m_controller.exportTo(file);
}

void StudiesPage::openReport()
{
    const QString path = m_controller.reportPath();
    if (!path.isEmpty() && !QDesktopServices::openUrl(QUrl::fromLocalFile(path)))
        m_notice->tell(
            Tone::Warning, tr("No program opened the report. It is the file %1").arg(path));
}

} // namespace koala
