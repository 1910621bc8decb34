#include "ui/services/machine_service.h"

#include "core/base/time.h"
#include "ui/services/json_child.h"

namespace koala {

MachineService::MachineService(fs::path project, ProbePlaces places, QObject* parent)
    : QObject(parent), m_project(std::move(project)), m_places(std::move(places))
{
    if (m_places.programs.empty()) // where the children of this window come from
        m_places.programs = fs::path(JsonChild::programPath().toStdString()).parent_path();
    m_tick.setInterval(3000);
    connect(&m_tick, &QTimer::timeout, this, [this] { readLoad(); });
}

void MachineService::probe()
{
    const auto start = std::chrono::steady_clock::now();
    m_probing.request(
        [places = m_places](std::stop_token stop) { return probeMachine(places, stop); },
        [this, start](MachineFacts facts) {
            if (m_facts)
                facts.programs = m_facts->programs; // until they have answered anew
            setFacts(std::move(facts), secondsSince(start));
            // Not at the same time: the two answers always come in this order.
            m_asking.request(
                [places = m_places](std::stop_token stop) { return probePrograms(places, stop); },
                [this, start](std::vector<ProgramFacts> programs) {
                    setPrograms(std::move(programs), secondsSince(start));
                });
            Q_EMIT factsChanged();
        });
    readLoad();
    Q_EMIT probeStarted();
}

void MachineService::measureWriteSpeed()
{
    m_measuring.request(
        [project = m_project](
            std::stop_token stop) { return koala::measureWriteSpeed(project, stop); },
        [this](Result<WriteSpeed> speed) { setSpeed(std::move(speed)); });
    Q_EMIT speedChanged(); // it is being measured now
}

void MachineService::setWatching(bool watching)
{
    if (!watching) {
        m_tick.stop();
        return;
    }
    if (!m_facts && !probing())
        probe();
    else
        readLoad();
    m_tick.start();
}

void MachineService::readLoad()
{
    m_loading.request([project = m_project, places = m_places](
                          std::stop_token) { return probeLoad(project, places); },
        [this](MachineLoad load) { setLoad(std::move(load)); });
}

void MachineService::setFacts(MachineFacts facts, double seconds)
{
    m_facts = std::move(facts);
    m_probeSeconds = seconds;
    Q_EMIT factsChanged();
}

void MachineService::setPrograms(std::vector<ProgramFacts> programs, double seconds)
{
    if (!m_facts)
        return;
    m_facts->programs = std::move(programs);
    m_probeSeconds = seconds;
    Q_EMIT factsChanged();
}

void MachineService::setLoad(MachineLoad load)
{
    m_load = std::move(load);
    Q_EMIT loadChanged();
}

void MachineService::setSpeed(Result<WriteSpeed> speed)
{
    m_speed.reset();
    m_speedProblem.clear();
    if (speed)
        m_speed = *speed;
    else
        m_speedProblem = speed.error().message;
    Q_EMIT speedChanged();
}

} // namespace koala
