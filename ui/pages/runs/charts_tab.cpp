#include "ui/pages/runs/charts_tab.h"

#include <cmath>

#include <QCheckBox>
#include <QFileDialog>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QMenu>
#include <QSlider>
#include <QVBoxLayout>

#include "ui/pages/runs/failure_card.h"
#include "ui/pages/runs/runs_controller.h"
#include "ui/services/run_words.h"
#include "ui/services/words.h"
#include "ui/widgets/buttons.h"
#include "ui/widgets/inputs.h"
#include "ui/widgets/line_chart.h"
#include "ui/widgets/segmented.h"

namespace koala {

namespace {
std::vector<double> widened(const std::vector<float>& values, double scale = 1)
{
    std::vector<double> result(values.size());
    std::ranges::transform(values, result.begin(), [scale](float v) { return double(v) * scale; });
    return result;
}

ChartSeries columnOf(const RunSnapshot& run, SeriesAxis axis, SeriesColumn column, double scale = 1)
{
    return {run.name(), SeriesKey{run.key}, widened(run.series->axis(axis)),
        widened(run.series->column(column), scale)};
}

ChartSeries pointsOf(const QString& name, int key, SeriesPoints points, bool smoothed)
{
    return {name, SeriesKey{key}, widened(points.x), widened(points.y), smoothed};
}

double seamAt(const SeriesSeam& seam, SeriesAxis axis)
{
    return axis == SeriesAxis::Step     ? double(seam.step)
           : axis == SeriesAxis::Tokens ? seam.tokens
                                        : seam.seconds;
}

const char* const kEndings[] = {"png", "svg", "csv"};
} // namespace

ChartsTab::ChartsTab(RunsController& controller, QWidget* parent)
    : QWidget(parent), m_controller(controller),
      m_axis(new Segmented({tr("step"), tr("tokens"), tr("time")}, "runs.axis", this)),
      m_smoothing(new QSlider(Qt::Horizontal, this)),
      m_smoothingValue(new TextLabel(TextRole::Body, this)),
      m_log(new QCheckBox(tr("log axis"), this)), m_raw(new QCheckBox(tr("raw"), this)),
      m_reset(flatButton(tr("Reset zoom"), "reset", "runs.resetZoom", this)),
      m_failure(new FailureCard(this))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(makeTools());

    auto* content = new QWidget(this);
    auto* grid = new QGridLayout(content);
    grid->setContentsMargins(size::kGap, size::kGap, size::kGap, size::kGap);
    grid->setSpacing(size::kGap);
    const QString step = tr("step");
    const auto chart = [&](const QString& title, char format, int digits) {
        auto* made = new LineChart(title, step, content);
        made->setObjectName(QStringLiteral("runs.chart.%1").arg(m_charts.size()));
        made->setYFormat(format, digits);
        m_charts.push_back(made);
        addExport(*made);
        connect(made, &LineChart::cursorMoved, this, [this](std::optional<double> x) {
            for (LineChart* other : m_charts)
                other->setCursor(x);
        });
        connect(made, &LineChart::zoomChanged, this,
            [this] { m_reset->setVisible(std::ranges::any_of(m_charts, &LineChart::zoomed)); });
        return made;
    };
    m_loss = chart(tr("Loss"), 'f', 2);
    m_heldOut = chart(tr("Held-out loss"), 'f', 3);
    m_rate = chart(tr("Learning rate"), 'e', 2);
    m_norm = chart(tr("Gradient norm"), 'f', 2);
    m_speed = chart(tr("Tokens/s"), 'f', 0);
    m_memory = chart(tr("Memory"), 'f', 1);
    m_sources = chart(tr("Loss by source"), 'f', 2);
    m_rate->setYFloor(0);
    m_norm->setYFloor(0);
    m_memory->setYFloor(0);
    m_sources->setDirectLabels(true);
    grid->addWidget(m_failure, 0, 0, 1, 6);
    grid->addWidget(m_loss, 1, 0, 1, 4);
    grid->addWidget(m_heldOut, 1, 4, 1, 2);
    grid->addWidget(m_rate, 2, 0, 1, 2);
    grid->addWidget(m_norm, 2, 2, 1, 2);
    grid->addWidget(m_speed, 2, 4, 1, 2);
    grid->addWidget(m_memory, 3, 0, 1, 2);
    grid->addWidget(m_sources, 3, 2, 1, 4);
    for (int i = 0; i < 6; ++i)
        grid->setColumnStretch(i, 1);
    m_loss->setMinimumHeight(230);
    for (LineChart* small : {m_rate, m_memory})
        small->setMinimumHeight(150);
    grid->setRowStretch(1, 17);
    grid->setRowStretch(2, 10);
    grid->setRowStretch(3, 10);
    column->addWidget(scrollArea(content, "runs.charts", this), 1);
    connect(m_failure, &FailureCard::logRequested, this, &ChartsTab::logRequested);
    connect(m_failure, &FailureCard::resumeRequested, this, &ChartsTab::resumeRequested);
    applySettings();
}

QWidget* ChartsTab::makeTools()
{
    auto* bar = pane(QPalette::Window, this);
    QHBoxLayout* row = toolBar(bar);
    row->setContentsMargins(size::kGap, 0, size::kGap, 1);
    row->addWidget(m_axis);
    row->addSpacing(12);
    row->addWidget(new TextLabel(tr("Smoothing"), TextRole::Body, bar));
    m_smoothing->setRange(0, 99);
    m_smoothing->setValue(60);
    m_smoothing->setFixedWidth(84);
    m_smoothing->setObjectName(QStringLiteral("runs.smoothing"));
    m_smoothing->setAccessibleName(tr("Smoothing"));
    row->addWidget(m_smoothing);
    m_smoothingValue->setFixedWidth(34);
    row->addWidget(m_smoothingValue);
    row->addSpacing(8);
    m_log->setObjectName(QStringLiteral("runs.logAxis"));
    m_raw->setObjectName(QStringLiteral("runs.raw"));
    m_raw->setChecked(true);
    row->addWidget(m_log);
    row->addSpacing(4);
    row->addWidget(m_raw);
    row->addStretch();
    m_reset->hide();
    row->addWidget(m_reset);
    auto* all = plainButton(tr("Export"), "export", "runs.export", bar);
    auto* menu = new QMenu(all);
    for (const char* ending : kEndings)
        menu->addAction(tr("All charts as %1…").arg(QString::fromLatin1(ending).toUpper()), this,
            [this, ending] { exportAll(QString::fromLatin1(ending)); });
    all->setProperty("opensMenu", true);
    connect(all, &QPushButton::clicked, this,
        [all, menu] { menu->popup(all->mapToGlobal(QPoint(0, all->height() + 2))); });
    row->addWidget(all);
    connect(m_axis, &Segmented::chosen, this, [this] {
        for (LineChart* chart : m_charts)
            chart->resetZoom();
        m_drawn.clear();
        refresh();
    });
    connect(m_smoothing, &QSlider::valueChanged, this, &ChartsTab::applySettings);
    connect(m_log, &QCheckBox::toggled, this, &ChartsTab::applySettings);
    connect(m_raw, &QCheckBox::toggled, this, &ChartsTab::applySettings);
    connect(m_reset, &QPushButton::clicked, this, [this] {
        for (LineChart* chart : m_charts)
            chart->resetZoom();
    });
    return bar;
}

void ChartsTab::addExport(LineChart& chart)
{
    auto* more =
        iconButton("more", tr("%1: save as").arg(chart.accessibleName()), "runs.chartMenu", &chart);
    auto* menu = new QMenu(more);
    for (const char* ending : kEndings)
        menu->addAction(tr("Save as %1…").arg(QString::fromLatin1(ending).toUpper()), this,
            [this, &chart, ending] {
                const QString end = QString::fromLatin1(ending);
                const QString path = QFileDialog::getSaveFileName(
                    this, chart.accessibleName(), chart.accessibleName() + QLatin1Char('.') + end);
                if (path.isEmpty())
                    return;
                const QString whole =
                    path.endsWith(QLatin1Char('.') + end) ? path : path + QLatin1Char('.') + end;
                if (auto saved = chart.exportTo(whole); !saved.ok())
                    Q_EMIT problem(qtext(saved.error().message));
            });
    more->setMenu(menu);
    more->setPopupMode(QToolButton::InstantPopup);
    chart.addToHead(more);
}

void ChartsTab::exportAll(const QString& ending)
{
    const QString folder = QFileDialog::getExistingDirectory(this, tr("Save all charts into"));
    if (folder.isEmpty())
        return;
    for (const LineChart* chart : m_charts) {
        QString name = chart->accessibleName().toLower();
        name.replace(QLatin1Char(' '), QLatin1Char('-'))
            .replace(QLatin1Char('/'), QLatin1Char('-'));
        if (auto saved =
                chart->exportTo(folder + QLatin1Char('/') + name + QLatin1Char('.') + ending);
            !saved.ok()) {
            Q_EMIT problem(qtext(saved.error().message));
            return;
        }
    }
}

SeriesAxis ChartsTab::axis() const
{
    return m_axis->current() == 1   ? SeriesAxis::Tokens
           : m_axis->current() == 2 ? SeriesAxis::Seconds
                                    : SeriesAxis::Step;
}

void ChartsTab::applySettings()
{
    const double weight = m_smoothing->value() / 100.0;
    m_smoothingValue->setText(QLocale().toString(weight, 'f', 2));
    for (LineChart* chart : m_charts) {
        chart->setSmoothing(weight);
        chart->setRawShown(m_raw->isChecked());
    }
    for (LineChart* chart : {m_loss, m_heldOut, m_sources})
        chart->setLogAxis(m_log->isChecked());
    m_loss->setHint(m_raw->isChecked() ? tr("raw pale, smoothed strong") : tr("smoothed"));
}

void ChartsTab::refresh()
{
    const auto runs = m_controller.charted();
    const RunSnapshot* chosen = m_controller.selected();
    m_failure->setRun(chosen);
    std::vector<const void*> drawn;
    for (const RunSnapshot* run : runs)
        drawn.push_back(run->series.get());
    drawn.push_back(chosen);
    if (drawn == m_drawn)
        return;
    m_drawn = std::move(drawn);
    const SeriesAxis x = axis();
    const QString xName = x == SeriesAxis::Step     ? tr("step")
                          : x == SeriesAxis::Tokens ? tr("tokens")
                                                    : tr("seconds");
    const auto fill = [&](LineChart* chart, SeriesColumn column, double scale, bool smoothed) {
        std::vector<ChartSeries> series;
        for (const RunSnapshot* run : runs)
            if (run->series && run->series->size() > 0) {
                series.push_back(columnOf(*run, x, column, scale));
                series.back().smoothed = smoothed;
            }
        chart->setXName(xName);
        chart->setSeries(std::move(series));
    };
    fill(m_loss, SeriesColumn::Loss, 1, true);
    fill(m_rate, SeriesColumn::LearningRate, 1, false);
    fill(m_norm, SeriesColumn::GradNorm, 1, true);
    fill(m_speed, SeriesColumn::TokensPerSecond, 1, true);
    fill(m_memory, SeriesColumn::MemoryBytes, 1e-9, true);
    std::vector<ChartSeries> heldOut;
    for (const RunSnapshot* run : runs)
        if (run->series)
            for (const std::string& set : run->series->evaluationSets())
                heldOut.push_back(
                    pointsOf(run->name(), run->key, run->series->evaluationLoss(set, x), false));
    m_heldOut->setSeries(std::move(heldOut));
    std::vector<ChartSeries> sources;
    std::vector<ChartMark> marks;
    if (chosen != nullptr && chosen->series) {
        int key = 0;
        for (const std::string& source : chosen->series->sources())
            sources.push_back(
                pointsOf(qtext(source), key++, chosen->series->sourceLoss(source, x), true));
        for (const SeriesSeam& seam : chosen->series->seams())
            marks.push_back({seamAt(seam, x), tr("resumed"), Tone::Accent, true});
        if (chosen->summary.phase == RunPhase::Failed && x == SeriesAxis::Step) {
            if (!chosen->summary.checkpoints.empty())
                marks.push_back({double(chosen->summary.checkpoints.back()),
                    tr("safe %1").arg(grouped(chosen->summary.checkpoints.back())), Tone::Good,
                    true});
            marks.push_back({double(chosen->summary.step), tr("failed"), Tone::Bad, false});
        }
    }
    m_sources->setSeries(std::move(sources));
    m_sources->setFacts(chosen != nullptr ? chosen->name() : QString());
    m_loss->setMarks(std::move(marks));

    const StepEvent* last = chosen != nullptr && chosen->state && chosen->state->lastStep
                                ? &*chosen->state->lastStep
                                : nullptr;
    m_rate->setFacts(last != nullptr ? rateWords(last->learningRate) : QString());
    m_norm->setFacts(last != nullptr ? QLocale().toString(last->gradNorm, 'f', 2) : QString());
    m_speed->setFacts(
        last != nullptr ? grouped(qint64(std::llround(last->tokensPerSecond))) : QString());
    m_memory->setFacts(last != nullptr && last->memoryBytes > 0
                           ? byteCount(quint64(last->memoryBytes))
                           : QString());
    std::optional<double> best;
    if (chosen != nullptr && chosen->state)
        for (const EvaluationEvent& evaluation : chosen->state->evaluations)
            if (std::isfinite(evaluation.loss) && (!best || evaluation.loss < *best))
                best = evaluation.loss;
    m_heldOut->setFacts(best ? tr("best %1").arg(QLocale().toString(*best, 'f', 3)) : QString());
}

QJsonObject ChartsTab::saveState() const
{
    return {{QStringLiteral("axis"), m_axis->current()},
        {QStringLiteral("smoothing"), m_smoothing->value()},
        {QStringLiteral("log"), m_log->isChecked()}, {QStringLiteral("raw"), m_raw->isChecked()}};
}

void ChartsTab::restoreState(const QJsonObject& state)
{
    m_axis->setCurrent(state[QStringLiteral("axis")].toInt(0));
    m_smoothing->setValue(state[QStringLiteral("smoothing")].toInt(60));
    m_log->setChecked(state[QStringLiteral("log")].toBool(false));
    m_raw->setChecked(state[QStringLiteral("raw")].toBool(true));
}

} // namespace koala
