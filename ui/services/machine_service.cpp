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
    struct Probed {
        MachineFacts facts;
        double seconds = 0;
    };
    m_probing.request(
        [places = m_places](std::stop_token stop) {
            const auto start = std::chrono::steady_clock::now();
            Probed probed{probeMachine(places, stop), 0};
            probed.seconds = secondsSince(start);
            return probed;
        },
        [this](Probed probed) { setFacts(std::move(probed.facts), probed.seconds); });
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
