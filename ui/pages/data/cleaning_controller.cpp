#include "ui/pages/data/cleaning_controller.h"

#include <algorithm>

#include <QLocale>

#include "ui/services/words.h"
#include "ui/widgets/safe_text.h"

namespace koala {

CleaningController::CleaningController(CleaningService& service, QObject* parent)
    : QObject(parent), m_service(service)
{
    connect(&m_service, &CleaningService::changed, this, &CleaningController::refresh);
    connect(&m_service, &CleaningService::rowsKnown, this,
        [this](const std::shared_ptr<const KeptRows>& rows) {
            m_rows = rows;
            Q_EMIT rowsKnown();
        });
    connect(&m_service, &CleaningService::ran, this,
        [this](const QString& before, const QString& after) {
            const auto& report = state().report;
            const double seconds = report ? report->seconds : 0.0;
            if (m_replaying)
                m_replay = (before == after ? tr("same result, %1 s") : tr("another result, %1 s"))
                               .arg(QLocale().toString(seconds, 'f', 1));
            else
                m_replay.clear();
            m_replaying = false;
            if (!m_change.isEmpty() && report) {
                const qint64 more = qint64(m_keptBefore) - qint64(report->kept);
                m_lastChange =
                    more == 0 ? tr("%1, the same rows stay").arg(m_change)
                    : more > 0
                        ? tr("%1, %2 taken")
                              .arg(m_change, counted(more, tr("more row"), tr("more rows")))
                        : tr("%1, %2 back").arg(m_change, counted(-more, tr("row"), tr("rows")));
            }
            m_change.clear();
            Q_EMIT changed();
        });
    connect(&m_model, &CleaningModel::switched, this, &CleaningController::setEnabled);
    connect(&m_model, &CleaningModel::moved, this, &CleaningController::moveStep);
}

void CleaningController::open(const QString& slug)
{
    m_rows.reset();
    m_step = -1;
    m_example = 0;
    m_change.clear();
    m_lastChange.clear();
    m_replay.clear();
    m_replaying = false;
    m_service.open(slug);
}

void CleaningController::apply(CleaningSteps steps, const QString& what)
{
    if (state().slug.isEmpty())
        return;
    const auto& report = state().report;
    m_keptBefore = report ? report->kept : 0;
    m_change = what;
    m_replaying = false;
    steps.effectiveSha256.clear(); // until it has run
    m_service.apply(steps);
}

void CleaningController::addStep(const QString& type)
{
    CleaningSteps steps = state().steps;
    const CleaningStep added = steps.add(type.toStdString());
    m_step = int(steps.steps.size()) - 1;
    apply(std::move(steps), tr("%1 added").arg(stepTitle(added)));
    chooseStep(m_step);
}

void CleaningController::removeStep(int row)
{
    CleaningSteps steps = state().steps;
    if (row < 0 || row >= int(steps.steps.size()))
        return;
    const QString title = stepTitle(steps.steps[std::size_t(row)]);
    steps.steps.erase(steps.steps.begin() + row);
    m_step = std::min(m_step, int(steps.steps.size()) - 1);
    apply(std::move(steps), tr("%1 removed").arg(title));
}

void CleaningController::moveStep(int from, int to)
{
    CleaningSteps steps = state().steps;
    const int count = int(steps.steps.size());
    if (from == to || from < 0 || to < 0 || from >= count || to >= count)
        return;
    CleaningStep moved = std::move(steps.steps[std::size_t(from)]);
    const QString title = stepTitle(moved);
    steps.steps.erase(steps.steps.begin() + from);
    steps.steps.insert(steps.steps.begin() + to, std::move(moved));
    m_step = to;
    apply(std::move(steps), tr("%1 moved to place %2").arg(title).arg(to + 1));
}

void CleaningController::setEnabled(int row, bool on)
{
    CleaningSteps steps = state().steps;
    if (row < 0 || row >= int(steps.steps.size()) || steps.steps[std::size_t(row)].enabled == on)
        return;
    CleaningStep& step = steps.steps[std::size_t(row)];
    step.enabled = on;
    const QString words = (on ? tr("%1 on") : tr("%1 off")).arg(stepTitle(step));
    apply(std::move(steps), words);
}

void CleaningController::setOptions(int row, const Json& options)
{
    CleaningSteps steps = state().steps;
    if (row < 0 || row >= int(steps.steps.size()) ||
        steps.steps[std::size_t(row)].options == options)
        return;
    CleaningStep& step = steps.steps[std::size_t(row)];
    step.options = options;
    const QString words = tr("options of %1").arg(stepTitle(step));
    apply(std::move(steps), words);
}

void CleaningController::excludeRows(const std::vector<std::uint64_t>& rows)
{
    if (rows.empty())
        return;
    CleaningSteps steps = state().steps;
    for (const std::uint64_t row : rows)
        excludeRow(steps, row);
    apply(std::move(steps), rows.size() == 1
                                ? tr("row %1 excluded").arg(grouped(qint64(rows[0]) + 1))
                                : tr("%1 rows excluded").arg(grouped(qint64(rows.size()))));
}

void CleaningController::keepRow(std::uint64_t row)
{
    CleaningSteps steps = state().steps;
    koala::keepRow(steps, row);
    apply(std::move(steps), tr("row %1 kept by hand").arg(grouped(qint64(row) + 1)));
}

void CleaningController::keepInstead(std::uint64_t row, std::uint64_t other)
{
    CleaningSteps steps = state().steps;
    koala::keepRow(steps, row);
    excludeRow(steps, other);
    apply(std::move(steps), tr("row %1 kept instead of row %2")
                                .arg(grouped(qint64(row) + 1), grouped(qint64(other) + 1)));
}

void CleaningController::editRow(std::uint64_t row, const Conversation& conversation)
{
    CleaningSteps steps = state().steps;
    const Json whole = toJson(conversation);
    Json record{{"turns", whole.at("turns")}};
    if (!conversation.system.empty())
        record["system"] = conversation.system;
    koala::editRow(steps, row, record);
    apply(std::move(steps), tr("row %1 edited").arg(grouped(qint64(row) + 1)));
}

void CleaningController::undo()
{
    m_change = tr("one change undone");
    m_keptBefore = state().report ? state().report->kept : 0;
    m_service.undo();
}

void CleaningController::redo()
{
    m_change = tr("one change redone");
    m_keptBefore = state().report ? state().report->kept : 0;
    m_service.redo();
}

void CleaningController::replay()
{
    m_replaying = true;
    m_replay.clear();
    m_service.run();
}

void CleaningController::refresh()
{
    m_model.set(state());
    const int last = int(state().steps.steps.size()) - 1;
    const int wanted = m_step < 0 && last >= 0 ? 0 : std::min(m_step, last);
    if (wanted != m_step)
        m_step = wanted;
    Q_EMIT changed();
    Q_EMIT stepChosen();
    chooseExample(m_example);
}

void CleaningController::chooseStep(int row)
{
    if (row == m_step)
        return;
    m_step = row;
    m_example = 0;
    Q_EMIT stepChosen();
    chooseExample(0);
}

int CleaningController::exampleCount() const
{
    const StepReport* report = m_model.report(m_step);
    return report == nullptr ? 0 : int(report->examples.size());
}

const StepExample* CleaningController::example() const
{
    return m_example < exampleCount() ? &m_model.report(m_step)->examples[std::size_t(m_example)]
                                      : nullptr;
}

void CleaningController::stepExample(int by)
{
    const int count = exampleCount();
    if (count > 0)
        chooseExample(std::clamp(m_example + by, 0, count - 1));
}

void CleaningController::chooseExample(int number)
{
    m_example = std::max(0, std::min(number, exampleCount() - 1));
    Q_EMIT exampleChosen();
    if (const StepExample* shown = example())
        m_service.requestExample(shown->row, shown->otherRow);
}

bool CleaningController::isKept(std::uint64_t row) const
{
    return !m_rows || row >= m_rows->kept.size() || m_rows->kept[row];
}

QString CleaningController::whyKept(std::uint64_t row) const
{
    const auto& report = state().report;
    const QString number = grouped(qint64(row) + 1);
    if (!state().steps.anyEnabled())
        return tr("Row %1 stays because no cleaning step is on.").arg(number);
    if (!report || !state().current)
        return tr("The steps have not run yet; press Replay in the Cleaning tab.");
    for (const StepReport& step : report->steps)
        for (const StepExample& example : step.examples)
            if (example.row == row && !isKept(row))
                return tr("Row %1 was taken by %2: %3")
                    .arg(number, stepTitle({.type = step.type}), safeLine(example.reason, 300));
    if (!isKept(row))
        return tr("Row %1 was taken by one of the %2 that are on; switch them off one by one in "
                  "the Cleaning tab to see which.")
            .arg(number, counted(qint64(report->steps.size()), tr("step"), tr("steps")));
    QStringList passed;
    for (const StepReport& step : report->steps)
        passed << stepTitle({.type = step.type});
    return tr("Row %1 stays: it passed %2.").arg(number, passed.join(QStringLiteral(", ")));
}

QString CleaningController::keptLine() const
{
    const auto& report = state().report;
    QStringList parts;
    if (report) {
        parts << tr("%1 taken").arg(grouped(qint64(report->rows - report->kept)));
        if (report->edited > 0)
            parts << tr("%1 edited").arg(grouped(qint64(report->edited)));
        if (report->tagged > 0)
            parts << tr("%1 tagged").arg(grouped(qint64(report->tagged)));
    }
    parts << tr("the imported file never changes");
    return parts.join(QStringLiteral(" · "));
}

QString CleaningController::replayLine() const
{
    if (state().running)
        return state().doing.isEmpty()
                   ? tr("counting… %1 %").arg(int(100 * state().part))
                   : tr("%1… %2 %").arg(state().doing).arg(int(100 * state().part));
    return m_replay;
}

} // namespace koala
