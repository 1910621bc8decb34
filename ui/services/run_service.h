// ui/services/run_service.h: the runs of a project for the window: a worker thread reads what their
// event logs have gained twice a second and hands out immutable snapshots; starting, stopping and
// resuming go through `koala run …` children and control files, so closing the window stops
// nothing. GUI thread; nothing here waits.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <QObject>
#include <QString>
#include <QStringList>
#include <QThread>

#include "core/config/train_config.h"
#include "core/run/control.h"
#include "core/run/event_log.h"
#include "core/run/run_list.h"
#include "core/run/series.h"

namespace koala {

// One run as it was at the last look. Unchanged runs share their parts between snapshots.
struct RunSnapshot {
    RunSummary summary;
    std::shared_ptr<const Json> config; // config.json, or null JSON with summary.problem
    std::shared_ptr<const RunState> state;
    std::shared_ptr<const RunSeries> series;
    int key = 0; // place among the runs, oldest first: its colour, dash and marker
    QString id() const { return QString::fromStdString(summary.id); }
    QString name() const { return QString::fromStdString(summary.name); }
};
using RunSnapshots = std::vector<RunSnapshot>;

class RunReader;

class RunService : public QObject {
    Q_OBJECT
public:
    explicit RunService(fs::path project, QObject* parent = nullptr);
    ~RunService() override;

    const fs::path& project() const { return m_project; }
    const std::shared_ptr<const RunSnapshots>& runs() const { return m_runs; } // newest first
    const RunSnapshot* find(const QString& id) const; // by id, null when unknown
    const RunSnapshot* active() const;                // the newest one that is under way
    bool loaded() const { return m_loaded; }

    virtual void request(const QString& id, RunRequest request); // stop, stop-now, checkpoint-now
    virtual void pin(const QString& id, qint64 step);
    // `koala run start …` with exactly these arguments; started() names the run.
    virtual void start(const QStringList& arguments);
    // step < 0: the newest checkpoint; `assignments` are --set pairs.
    virtual void resume(const QString& id, qint64 step, const QStringList& assignments = {});
    bool starting() const { return m_starting; }

Q_SIGNALS:
    void runsChanged();
    void started(const QString& id);
    void startFailed(const QString& message, const QString& details);
    void requestFailed(const QString& message);

protected:
    struct NoWorker {};
    RunService(fs::path project, NoWorker, QObject* parent); // for fakes
    void setRuns(std::shared_ptr<const RunSnapshots> runs);

private:
    void launch(const QStringList& arguments);

    fs::path m_project;
    std::shared_ptr<const RunSnapshots> m_runs;
    QThread m_thread;
    RunReader* m_reader = nullptr;
    bool m_loaded = false;
    bool m_starting = false;
};

} // namespace koala
