#include "ui/pages/runs/checkpoints_tab.h"

#include <cmath>

#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QTableView>
#include <QVBoxLayout>

#include "ui/pages/runs/checkpoint_model.h"
#include "ui/pages/runs/runs_controller.h"
#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/fact_grid.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/line_chart.h"
#include "ui/widgets/tables.h"

namespace koala {

namespace {
constexpr int kSideWidth = 236, kFilesShown = 8;

struct Found {
    std::vector<CheckpointRow> rows;
    DiskSpace disk;
    std::uint64_t bytes = 0;
};

Found lookFor(const fs::path& run, const std::vector<EvaluationEvent>& evaluations)
{
    Found found;
    const CheckpointRow* best = nullptr;
    for (CheckpointInfo& info : listCheckpoints(run)) {
        CheckpointRow row;
        row.info = std::move(info);
        for (const EvaluationEvent& evaluation : evaluations)
            if (evaluation.step == row.info.step)
                row.heldOut = evaluation.loss;
        row.resumable = std::ranges::any_of(row.info.files,
            [](const CheckpointFile& f) { return f.name == "optimizer.safetensors"; });
        found.bytes += std::uint64_t(row.info.bytes);
        found.rows.insert(found.rows.begin(), std::move(row));
    }
    for (CheckpointRow& row : found.rows)
        if (row.heldOut && (best == nullptr || *row.heldOut < *best->heldOut))
            best = &row;
    if (best != nullptr)
        found.rows[std::size_t(best - found.rows.data())].best = true;
    if (auto disk = diskSpace(run); disk.ok())
        found.disk = *disk;
    return found;
}
} // namespace

CheckpointsTab::CheckpointsTab(RunsController& controller, QWidget* parent)
    : QWidget(parent), m_controller(controller), m_model(new CheckpointModel(this)),
      m_chart(new LineChart(tr("Held-out loss"), tr("step"), this)), m_table(new QTableView(this))
{
    m_chart->setObjectName(QStringLiteral("checkpoints.chart"));
    m_chart->setYFormat('f', 3);
    m_chart->setFixedHeight(190);
    auto* list = new Card(this);
    prepareTable(*m_table, tr("Checkpoints"), "checkpoints.table");
    m_table->setModel(m_model);
    setColumns(*m_table, {52, 68, 76, 60, 62, 84, 0});
    list->body()->addWidget(m_table);
    list->body()->setContentsMargins(4, 4, 4, 4);
    auto* left = new QWidget(this);
    auto* column = new QVBoxLayout(left);
    column->setContentsMargins(size::kGap, size::kGap, size::kGap, size::kGap);
    column->setSpacing(size::kGap);
    column->addWidget(m_chart);
    column->addWidget(list, 1);
    column->addWidget(makeDetail());
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(left, 1);
    row->addWidget(new Hairline(Qt::Vertical, this));
    row->addWidget(makeSide());
    connect(m_table->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
        &CheckpointsTab::showChosen);
}

QWidget* CheckpointsTab::makeDetail()
{
    m_detail = new Card(tr("No checkpoint chosen"), this);
    m_chat = plainButton(tr("Chat"), nullptr, "checkpoints.chat", m_detail);
    m_compare = plainButton(tr("Compare"), nullptr, "checkpoints.compare", m_detail);
    m_resume = plainButton(tr("Resume"), nullptr, "checkpoints.resume", m_detail);
    m_pin = plainButton(tr("Pin"), nullptr, "checkpoints.pin", m_detail);
    m_verify = plainButton(tr("Verify"), nullptr, "checkpoints.verify", m_detail);
    for (QPushButton* button : {m_chat, m_compare, m_resume, m_pin, m_verify})
        m_detail->addToHead(button);
    m_files = new FactGrid(FactGrid::Align::Right, 0, m_detail);
    m_facts = new FactGrid(FactGrid::Align::Left, 80, m_detail);
    auto* row = new QHBoxLayout;
    row->setContentsMargins(size::kGap, 10, size::kGap, 12);
    row->setSpacing(size::kGap);
    row->addWidget(m_files, 1, Qt::AlignTop);
    row->addWidget(new Hairline(Qt::Vertical, m_detail));
    row->addWidget(m_facts, 1, Qt::AlignTop);
    m_detail->body()->addLayout(row);
    connect(m_chat, &QPushButton::clicked, this, [this] { Q_EMIT chatRequested(chosenModel()); });
    connect(
        m_compare, &QPushButton::clicked, this, [this] { Q_EMIT compareRequested(chosenModel()); });
    connect(m_resume, &QPushButton::clicked, this, [this] {
        if (const CheckpointRow* chosen = m_model->at(m_table->currentIndex()))
            Q_EMIT resumeRequested(chosen->info.step);
    });
    connect(m_pin, &QPushButton::clicked, this, [this] {
        if (const CheckpointRow* chosen = m_model->at(m_table->currentIndex()))
            m_controller.service().pin(m_run, chosen->info.step);
        refresh();
    });
    connect(m_verify, &QPushButton::clicked, this, &CheckpointsTab::verify);
    return m_detail;
}

QWidget* CheckpointsTab::makeSide()
{
    auto* side = pane(QPalette::Window, this);
    side->setFixedWidth(kSideWidth);
    auto* column = new QVBoxLayout(side);
    column->setContentsMargins(size::kGap, size::kGap, size::kGap, size::kGap);
    column->setSpacing(8);
    column->addWidget(new TextLabel(tr("Disk"), TextRole::Strong, side));
    m_disk = new FactGrid(FactGrid::Align::Right, 0, side);
    column->addWidget(m_disk);
    column->addWidget(new Hairline(Qt::Horizontal, side));
    auto* keep = new TextLabel(tr("The newest checkpoints stay, as the recipe's “keep” says; "
                                  "pinned ones are never removed."),
        TextRole::Secondary, side);
    keep->setWordWrap(true);
    column->addWidget(keep);
    column->addStretch();
    auto* head = new QHBoxLayout;
    head->addWidget(new TextLabel(tr("Resume from here"), TextRole::Secondary, side));
    head->addStretch();
    auto* copy = flatButton(tr("Copy"), "copy", "checkpoints.copy", side);
    head->addWidget(copy);
    column->addLayout(head);
    auto* box = pane(QPalette::AlternateBase, side);
    auto* inside = new QHBoxLayout(box);
    inside->setContentsMargins(10, 8, 10, 8);
    m_command = new TextLabel(TextRole::Code, box);
    m_command->setWordWrap(true);
    m_command->setTextInteractionFlags(Qt::TextSelectableByMouse);
    inside->addWidget(m_command);
    column->addWidget(box);
    connect(copy, &QPushButton::clicked, this, [this] {
        QString command = m_command->text();
        QApplication::clipboard()->setText(command.replace(QLatin1Char('\n'), QLatin1Char(' ')));
    });
    return side;
}

QString CheckpointsTab::chosenModel() const
{
    const CheckpointRow* row = m_model->at(m_table->currentIndex());
    return row != nullptr ? QStringLiteral("%1@%2").arg(m_run).arg(row->info.step) : QString();
}

void CheckpointsTab::refresh()
{
    const RunSnapshot* run = m_controller.selected();
    if (run == nullptr || !run->state)
        return;
    const bool other = m_run != run->id();
    m_run = run->id();
    if (other)
        m_model->setRows({});
    ChartSeries line{run->name(), SeriesKey{run->key}, {}, {}, false};
    for (const EvaluationEvent& evaluation : run->state->evaluations) {
        line.x.push_back(double(evaluation.step));
        line.y.push_back(evaluation.loss);
    }
    m_chart->setSeries(
        line.x.empty() ? std::vector<ChartSeries>{} : std::vector<ChartSeries>{line});
    m_chart->setFacts(line.x.empty() ? tr("not measured yet") : QString());
    m_reading.request([folder = run->summary.directory, evaluations = run->state->evaluations](
                          std::stop_token) { return lookFor(folder, evaluations); },
        [this](Found found) {
            const CheckpointRow* chosen = m_model->at(m_table->currentIndex());
            const std::int64_t step = chosen != nullptr ? chosen->info.step : -1;
            const int count = int(found.rows.size());
            m_model->setRows(std::move(found.rows));
            m_disk->set(tr("Checkpoints, %1").arg(count), byteCount(found.bytes));
            m_disk->set(tr("Free"), byteCount(found.disk.freeBytes));
            const int row = step >= 0 ? m_model->rowOf(step) : -1;
            if (count > 0)
                m_table->selectRow(std::max(0, row));
            showChosen();
            Q_EMIT counted(count);
        });
}

void CheckpointsTab::showChosen()
{
    const CheckpointRow* row = m_model->at(m_table->currentIndex());
    const RunSnapshot* run = m_controller.selected();
    for (QPushButton* button : {m_chat, m_compare, m_pin, m_verify})
        button->setEnabled(row != nullptr && row->info.complete);
    m_pin->setEnabled(row != nullptr && row->info.complete && !row->info.pinned);
    m_resume->setEnabled(
        row != nullptr && row->resumable && run != nullptr && !m_controller.canStop());
    m_files->clear();
    if (row == nullptr || run == nullptr) {
        m_detail->setTitle(tr("No checkpoint chosen"));
        m_command->setText(QStringLiteral("–"));
        return;
    }
    m_detail->setTitle(tr("Step %1").arg(grouped(row->info.step)));
    for (std::size_t i = 0; i < row->info.files.size() && int(i) < kFilesShown; ++i)
        m_files->set(qtext(row->info.files[i].name), byteCount(quint64(row->info.files[i].bytes)));
    QString saved;
    for (const RunCheckpointFact& fact : run->state->checkpoints)
        if (fact.step == row->info.step)
            saved = shortDate(fact.time);
    m_facts->set(tr("Saved"), saved);
    m_facts->set(tr("To resume"),
        row->resumable ? tr("optimiser, data position and seeds stored") : tr("weights only"));
    m_facts->set(tr("Opens as"), chosenModel());
    m_facts->set(tr("Numbers"),
        row->info.finite ? tr("every number finite") : tr("holds numbers that are not finite"),
        row->info.finite ? Tone::Neutral : Tone::Bad);
    m_facts->set(tr("Problem"), qtext(row->info.problem), Tone::Bad);
    m_command->setText(QStringLiteral("koala run resume\n %1").arg(chosenModel()));
}

void CheckpointsTab::verify()
{
    const CheckpointRow* row = m_model->at(m_table->currentIndex());
    if (row == nullptr)
        return;
    m_verify->setEnabled(false);
    m_verifying.request([path = row->info.path](std::stop_token) { return verifyCheckpoint(path); },
        [this, step = row->info.step](Status good) {
            m_verify->setEnabled(true);
            m_model->setVerified(step, good.ok());
            if (!good.ok())
                Q_EMIT problem(qtext(good.error().message));
        });
}

} // namespace koala
