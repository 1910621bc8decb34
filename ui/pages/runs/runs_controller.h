// ui/pages/runs/runs_controller.h: what one can do on the Runs page: choose a run, show it in the
// charts, stop, save, resume. The part that tests drive; no widgets.
#pragma once

#include <set>

#include <QObject>

#include "ui/pages/runs/run_list_model.h"
#include "ui/services/run_service.h"

namespace koala {

class RunsController final : public QObject {
    Q_OBJECT
public:
    explicit RunsController(RunService& service, QObject* parent = nullptr);

    RunService& service() { return m_service; }
    RunListModel& model() { return m_model; }
    const RunSnapshot* selected() const { return m_service.find(m_selected); }
    const QString& selectedId() const { return m_selected; }
    void select(const QString& id);
    void toggleShown(const QString& id);
    void setShown(std::set<QString> ids);
    const std::set<QString>& shown() const { return m_shown; }
    // The chosen run first, then the other shown ones, newest first.
    std::vector<const RunSnapshot*> charted() const;

    bool canStop() const;
    bool canResume() const;
    bool hasCheckpoint() const;
    void stop(RunRequest request);
    void checkpointNow();
    void resume(qint64 step = -1);
    QString facts() const; // "1 training · 9 ended"

Q_SIGNALS:
    void selectionChanged();
    void shownChanged();
    void changed(); // the runs have news

private:
    void runsChanged();

    RunService& m_service;
    RunListModel m_model;
    QString m_selected;
    std::set<QString> m_shown;
    bool m_chosen = false; // the person has said which runs are shown
};

} // namespace koala
