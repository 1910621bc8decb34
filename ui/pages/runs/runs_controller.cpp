#include "ui/pages/runs/runs_controller.h"

#include "ui/services/run_words.h"

namespace koala {

RunsController::RunsController(RunService& service, QObject* parent)
    : QObject(parent), m_service(service), m_model(this)
{
    connect(&m_service, &RunService::runsChanged, this, &RunsController::runsChanged);
    connect(&m_service, &RunService::started, this, [this](const QString& id) {
        if (!id.isEmpty())
            select(id);
    });
    runsChanged();
}

void RunsController::runsChanged()
{
    const auto& runs = m_service.runs();
    if (selected() == nullptr && !runs->empty()) {
        const QString waited = m_selected; // a run that was just started may not have been seen yet
        if (waited.isEmpty())
            m_selected = runs->front().id();
    }
    if (!m_chosen) {
        m_shown.clear();
        for (const RunSnapshot& run : *runs)
            if (m_shown.size() < 2 && run.summary.step > 0)
                m_shown.insert(run.id());
    }
    m_model.setShown(m_shown);
    m_model.setRuns(runs);
    Q_EMIT changed();
}

void RunsController::select(const QString& id)
{
    if (id == m_selected)
        return;
    m_selected = id;
    Q_EMIT selectionChanged();
}

void RunsController::toggleShown(const QString& id)
{
    m_chosen = true;
    if (m_shown.erase(id) == 0)
        m_shown.insert(id);
    m_model.setShown(m_shown);
    Q_EMIT shownChanged();
}

void RunsController::setShown(std::set<QString> ids)
{
    m_chosen = true;
    m_shown = std::move(ids);
    m_model.setShown(m_shown);
    Q_EMIT shownChanged();
}

std::vector<const RunSnapshot*> RunsController::charted() const
{
    std::vector<const RunSnapshot*> runs;
    for (const RunSnapshot& run : *m_service.runs())
        if (m_shown.contains(run.id()) && run.id() != m_selected)
            runs.push_back(&run);
    if (const RunSnapshot* chosen = selected())
        runs.push_back(chosen); // drawn last, so on top
    return runs;
}

bool RunsController::canStop() const
{
    const RunSnapshot* run = selected();
    return run != nullptr && isAlive(run->summary);
}

bool RunsController::canResume() const
{
    const RunSnapshot* run = selected();
    return run != nullptr && !isAlive(run->summary) && run->summary.phase != RunPhase::Done &&
           hasCheckpoint();
}

bool RunsController::hasCheckpoint() const
{
    const RunSnapshot* run = selected();
    return run != nullptr && !run->summary.checkpoints.empty();
}

void RunsController::stop(RunRequest request)
{
    if (canStop())
        m_service.request(m_selected, request);
}

void RunsController::checkpointNow()
{
    if (canStop())
        m_service.request(m_selected, RunRequest::CheckpointNow);
}

void RunsController::resume(qint64 step)
{
    if (selected() != nullptr)
        m_service.resume(m_selected, step);
}

QString RunsController::facts() const
{
    int alive = 0, ended = 0;
    for (const RunSnapshot& run : *m_service.runs())
        ++(isAlive(run.summary) ? alive : ended);
    QStringList words;
    if (alive > 0)
        words << tr("%1 training").arg(alive);
    if (ended > 0)
        words << tr("%1 ended").arg(ended);
    return words.isEmpty() ? tr("nothing trained yet") : words.join(QStringLiteral(" · "));
}

} // namespace koala
