#include "ui/pages/runs/shown_runs.h"

#include <cmath>

#include <QCheckBox>
#include <QGridLayout>
#include <QHBoxLayout>
#include <QVBoxLayout>

#include "ui/pages/runs/runs_controller.h"
#include "ui/services/run_words.h"
#include "ui/services/words.h"
#include "ui/widgets/series_key.h"
#include "ui/widgets/text_label.h"

namespace koala {

namespace {
constexpr std::size_t kMostColumns = 3;

struct Row {
    QString label;
    QStringList values;
};

QString trainText(const RunSnapshot& run, const char* key)
{
    if (!run.config || !run.config->is_object())
        return {};
    const Json& value = memberOr(memberOr(*run.config, "train"), key);
    if (value.is_number_float())
        return rateWords(value.get<double>());
    if (value.is_number_integer())
        return grouped(value.get<qint64>());
    return value.is_string() ? qtext(value.get<std::string>()) : QString();
}

std::vector<Row> rowsOf(const std::vector<const RunSnapshot*>& runs)
{
    std::vector<Row> rows;
    const auto add = [&](const QString& label, auto value) {
        Row row{label, {}};
        for (const RunSnapshot* run : runs)
            row.values << value(*run);
        rows.push_back(std::move(row));
    };
    add(QObject::tr("model"), [](const RunSnapshot& r) { return qtext(r.summary.model); });
    add(QObject::tr("mixture"), [](const RunSnapshot& r) { return qtext(r.summary.mixture); });
    add(QObject::tr("method"), [](const RunSnapshot& r) { return qtext(r.summary.method); });
    add(QObject::tr("learning rate"),
        [](const RunSnapshot& r) { return trainText(r, "learning_rate"); });
    add(QObject::tr("rank"), [](const RunSnapshot& r) { return trainText(r, "lora_rank"); });
    add(QObject::tr("precision"), [](const RunSnapshot& r) { return trainText(r, "precision"); });
    add(QObject::tr("seed"), [](const RunSnapshot& r) { return trainText(r, "seed"); });
    add(QObject::tr("steps"), [](const RunSnapshot& r) { return grouped(r.summary.step); });
    add(QObject::tr("trained tokens"), [](const RunSnapshot& r) {
        return r.state ? shortCount(r.state->totalTrainedTokens) : QString();
    });
    add(QObject::tr("held-out"),
        [](const RunSnapshot& r) { return lossWords(r.summary.heldOutLast); });
    add(QObject::tr("wall time"), [](const RunSnapshot& r) {
        const double s = wallSeconds(r.summary);
        return s > 0 ? durationWords(s) : QString();
    });
    return rows;
}
} // namespace

ShownRuns::ShownRuns(RunsController& controller, QWidget* parent)
    : QWidget(parent), m_controller(controller),
      m_differences(new QCheckBox(tr("differences only"), this))
{
    m_differences->setObjectName(QStringLiteral("runs.differencesOnly"));
    m_differences->setChecked(true);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(size::kGap, 8, size::kGap, 8);
    column->setSpacing(6);
    auto* head = new QHBoxLayout;
    head->addWidget(new TextLabel(tr("Shown runs"), TextRole::Strong, this));
    head->addStretch();
    head->addWidget(m_differences);
    column->addLayout(head);
    connect(m_differences, &QCheckBox::toggled, this, &ShownRuns::refresh);
}

void ShownRuns::refresh()
{
    std::vector<const RunSnapshot*> runs;
    for (const RunSnapshot& run : *m_controller.service().runs())
        if ((m_controller.shown().contains(run.id()) || run.id() == m_controller.selectedId()) &&
            runs.size() < kMostColumns)
            runs.push_back(&run);
    std::vector<Row> rows = rowsOf(runs);
    std::erase_if(rows, [&](const Row& row) {
        const bool empty = std::ranges::all_of(row.values, &QString::isEmpty);
        const bool equal =
            runs.size() > 1 && std::ranges::all_of(row.values,
                                   [&](const QString& v) { return v == row.values.front(); });
        return empty || (m_differences->isChecked() && equal);
    });
    QStringList signature;
    for (const RunSnapshot* run : runs)
        signature << run->id() + QString::number(run->key);
    for (const Row& row : rows)
        signature << row.label << row.values;
    if (signature == m_last)
        return;
    m_last = signature;
    delete m_table;
    m_table = new QWidget(this);
    auto* grid = new QGridLayout(m_table);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setVerticalSpacing(6);
    grid->setColumnStretch(0, 1);
    for (std::size_t i = 0; i < runs.size(); ++i) {
        auto* key = new SeriesKeyWidget(SeriesKeyWidget::Form::Line, m_table);
        key->setKey(SeriesKey{runs[i]->key});
        key->setToolTip(runs[i]->name().toHtmlEscaped());
        grid->addWidget(key, 0, int(i) + 1, Qt::AlignRight);
    }
    int at = 1;
    for (const Row& row : rows) {
        grid->addWidget(new TextLabel(row.label, TextRole::Secondary, m_table), at, 0);
        for (int i = 0; i < row.values.size(); ++i) {
            auto* value = new TextLabel(row.values[i], TextRole::Secondary, m_table);
            value->setForegroundRole(QPalette::WindowText);
            value->setAlignment(Qt::AlignRight);
            value->setMaximumWidth(110);
            value->setElided(true);
            grid->addWidget(value, at, i + 1);
        }
        ++at;
    }
    layout()->addWidget(m_table);
    m_table->show();
}

} // namespace koala
