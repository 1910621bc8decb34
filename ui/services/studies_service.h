// ui/services/studies_service.h: the studies of a project and what their votes say, for the Studies
// page. Journals are read by a worker; a newer request makes the older one's answer worthless. What
// another page or program adds to a journal appears by itself. GUI thread.
#pragma once

#include <QFileSystemWatcher>
#include <QObject>
#include <QTimer>

#include "ui/services/latest_task.h"
#include "ui/services/study_results.h"

namespace koala {

class StudiesService : public QObject {
    Q_OBJECT
public:
    explicit StudiesService(fs::path project, QObject* parent = nullptr);

    const fs::path& project() const { return m_project; }
    virtual void refresh(); // studiesChanged() follows, also when nothing differs
    const std::vector<StudyResult>& studies() const { return m_studies; }
    bool loaded() const { return m_loaded; } // false until the first reading is done

    // Writes the figures of a study as a CSV file: exported() or exportFailed().
    virtual void exportCsv(const std::string& slug, const fs::path& file);

Q_SIGNALS:
    void studiesChanged();
    void exported(const QString& file);
    void exportFailed(const QString& message);

protected:
    void setStudies(std::vector<StudyResult> studies); // also what a fake gives to its page

private:
    void watch();

    fs::path m_project;
    std::vector<StudyResult> m_studies;
    bool m_loaded = false;
    QFileSystemWatcher m_watcher;
    QTimer m_settle; // several changes of a file are one reading
    LatestTask m_reading, m_writing;
};

} // namespace koala
