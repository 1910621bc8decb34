// ui/services/machine_service.h: this computer for the Machines page: probed by workers, never
// waited for. Facts are asked once and on request; memory and disk also every few seconds while the
// page is in front. GUI thread.
#pragma once

#include <optional>

#include <QObject>
#include <QTimer>

#include "ui/services/latest_task.h"
#include "ui/services/machine_probe.h"

namespace koala {

class MachineService : public QObject {
    Q_OBJECT
public:
    explicit MachineService(fs::path project, ProbePlaces places = {}, QObject* parent = nullptr);

    const fs::path& project() const { return m_project; }
    virtual void probe(); // factsChanged() follows, again with the programs; and loadChanged()
    virtual void measureWriteSpeed(); // at most two seconds: speedChanged() follows
    void setWatching(bool watching);  // the page is in front

    bool probing() const { return m_probing.busy() || m_asking.busy(); }
    bool measuring() const { return m_measuring.busy(); }
    const std::optional<MachineFacts>& facts() const { return m_facts; } // empty until probed
    const std::optional<MachineLoad>& load() const { return m_load; }
    double probeSeconds() const { return m_probeSeconds; }
    const std::optional<WriteSpeed>& speed() const { return m_speed; }
    const std::string& speedProblem() const { return m_speedProblem; }

Q_SIGNALS:
    void probeStarted();
    void factsChanged();
    void loadChanged();
    void speedChanged();

protected:
    void setFacts(MachineFacts facts, double seconds);
    void setPrograms(std::vector<ProgramFacts> programs, double seconds);
    void setLoad(MachineLoad load);
    void setSpeed(Result<WriteSpeed> speed);

private:
    void readLoad();

    fs::path m_project;
    ProbePlaces m_places;
    std::optional<MachineFacts> m_facts;
    std::optional<MachineLoad> m_load;
    std::optional<WriteSpeed> m_speed;
    std::string m_speedProblem;
    double m_probeSeconds = 0;
    QTimer m_tick;
    LatestTask m_probing, m_asking, m_loading, m_measuring;
};

} // namespace koala
