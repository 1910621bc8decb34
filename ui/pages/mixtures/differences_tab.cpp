#include "ui/pages/mixtures/differences_tab.h"

#include <QComboBox>
#include <QHBoxLayout>
#include <QSplitter>
#include <QTableView>
#include <QVBoxLayout>

#include "ui/services/words.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/safe_text.h"
#include "ui/widgets/tables.h"
#include "ui/widgets/text_label.h"

namespace koala {

namespace {
constexpr int kSettleMs = 300;
}

DifferencesTab::DifferencesTab(MixturesController& controller, QWidget* parent)
    : QWidget(parent), m_controller(controller)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* bar = new QWidget(this);
    QHBoxLayout* line = toolBar(bar);
    line->setContentsMargins(16, 0, 16, 1);
    line->addWidget(new TextLabel(tr("Against"), TextRole::Body, bar));
    m_with = comboBox(tr("Differences to"), "differencesTo", bar);
    m_with->setToolTip(tr("What the mixture as it stands on this page is compared with"));
    line->addWidget(m_with);
    line->addSpacing(8);
    m_sentence = new TextLabel(TextRole::Body, bar);
    m_sentence->setObjectName(QStringLiteral("differenceSentence"));
    m_sentence->setElided(true);
    line->addWidget(m_sentence, 1);
    column->addWidget(bar);
    auto* panes = splitter(Qt::Horizontal, "differencePanes", this);
    auto* left = new QWidget(panes);
    auto* table = new QHBoxLayout(left);
    table->setContentsMargins(12, 0, 0, 0);
    m_table = new QTableView(left);
    table->addWidget(m_table);
    m_table->setModel(&m_model);
    prepareTable(*m_table, tr("Sources of both mixtures"), "differenceTable", size::kDenseRow);
    setColumns(*m_table, {0, 116, 116, 68, 68, 116});
    auto* right = new QWidget(panes);
    auto* inset = new QHBoxLayout(right);
    inset->setContentsMargins(16, 8, 0, 0);
    m_details = new SafeTextView(right);
    inset->addWidget(m_details);
    m_details->setObjectName(QStringLiteral("differenceDetails"));
    m_details->setAccessibleName(tr("Settings, rows gained and rows lost"));
    m_details->setFont(fontFor(TextRole::Code));
    panes->setStretchFactor(0, 3);
    panes->setStretchFactor(1, 2);
    column->addWidget(panes, 1);
    m_settle.setSingleShot(true);
    m_settle.setInterval(kSettleMs);
    connect(&m_settle, &QTimer::timeout, this, &DifferencesTab::compare);
    connect(m_with, &QComboBox::currentIndexChanged, this, &DifferencesTab::compare);
    const auto stale = [this] {
        m_stale = true;
        if (isVisible())
            m_settle.start();
    };
    connect(&m_controller, &MixturesController::stateChanged, this, stale);
    connect(&m_controller, &MixturesController::listChanged, this, &DifferencesTab::fillChoice);
    MixtureReports& reports = m_controller.service().reports();
    connect(&reports, &MixtureReports::compared, this, &DifferencesTab::show);
    connect(&reports, &MixtureReports::compareFailed, this, [this](const QString& message) {
        m_model.set(nullptr);
        m_sentence->setText(message);
        m_sentence->setTone(Tone::Bad);
        m_details->setSafeText({});
    });
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
        &DifferencesTab::showDetails);
    fillChoice();
}

void DifferencesTab::fillChoice()
{
    const QSignalBlocker quiet(m_with);
    const QString before = m_with->currentData().toString();
    m_with->clear();
    m_with->addItem(tr("its saved version"), QString());
    for (const QString& slug : m_controller.service().mixtures())
        if (slug != m_controller.editor().slug())
            m_with->addItem(safeLine(slug, 60), slug);
    m_with->setCurrentIndex(std::max(0, m_with->findData(before)));
}

void DifferencesTab::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (m_stale)
        compare();
}

void DifferencesTab::compare()
{
    m_stale = false;
    if (!m_controller.open() || m_controller.editor().used() == 0) {
        m_model.set(nullptr);
        m_sentence->setText(tr("No source is used."));
        return;
    }
    MixtureReports& reports = m_controller.service().reports();
    const QString with = m_with->currentData().toString();
    const Mixture now = m_controller.editor().mixture();
    if (with.isEmpty())
        reports.compare(m_controller.saved(), now);
    else
        reports.compareWith(with, now);
}

void DifferencesTab::show(const std::shared_ptr<const MixtureDifference>& difference)
{
    const int row = m_table->currentIndex().row();
    m_model.set(difference);
    m_sentence->setText(differenceSentence(*difference));
    m_sentence->setTone(Tone::Neutral);
    const int last = m_model.rowCount() - 1;
    m_table->selectRow(row < 0 || row > last ? last : row);
    showDetails();
}

void DifferencesTab::showDetails()
{
    if (m_model.difference() == nullptr)
        return;
    m_details->setSafeText(
        differenceDetails(*m_model.difference(), m_model.at(m_table->currentIndex().row())));
}

} // namespace koala
