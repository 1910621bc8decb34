#include "ui/services/studies_service.h"

#include <algorithm>

#include "ui/services/words.h"

namespace koala {

StudiesService::StudiesService(fs::path project, QObject* parent)
    : QObject(parent), m_project(std::move(project))
{
    m_settle.setSingleShot(true);
    m_settle.setInterval(120);
    connect(&m_settle, &QTimer::timeout, this, [this] { refresh(); });
    const auto changed = [this] {
        if (!m_settle.isActive()) // not restarted: a stream of votes must not hold the figures back
            m_settle.start();
    };
    connect(&m_watcher, &QFileSystemWatcher::fileChanged, this, changed);
    connect(&m_watcher, &QFileSystemWatcher::directoryChanged, this, changed);
}

void StudiesService::refresh()
{
    m_reading.request(
        [project = m_project](std::stop_token stop) { return readStudies(project, stop); },
        [this](std::vector<StudyResult> studies) {
            setStudies(std::move(studies));
            watch();
        });
}

void StudiesService::exportCsv(const std::string& slug, const fs::path& file)
{
    const auto found = std::find_if(m_studies.begin(), m_studies.end(),
        [&](const StudyResult& study) { return study.slug == slug; });
    if (found == m_studies.end()) {
        Q_EMIT exportFailed(
            tr("There is no study \"%1\" any more; choose another one.").arg(qtext(slug)));
        return;
    }
    m_writing.request([file, csv = resultsCsv(*found)](
                          std::stop_token) { return writeFileAtomically(file, csv); },
        [this, file](Status written) {
            if (written)
                Q_EMIT exported(qtext(file.string()));
            else
                Q_EMIT exportFailed(qtext(written.error().message));
        });
}

void StudiesService::setStudies(std::vector<StudyResult> studies)
{
    m_studies = std::move(studies);
    m_loaded = true;
    Q_EMIT studiesChanged();
}

void StudiesService::watch()
{
    // A folder tells about new files, a file about new lines. Where there are no studies yet, the
    // project folder tells when they come.
    QStringList paths;
    std::error_code code;
    const auto add = [&](const fs::path& path) {
        if (fs::exists(path, code))
            paths << qtext(path.string());
    };
    add(m_project);
    add(m_project / "studies");
    for (const StudyResult& study : m_studies) {
        const fs::path folder = m_project / "studies" / study.slug;
        add(folder);
        add(folder / "journal.jsonl");
        add(folder / "report");
    }
    const QStringList watched = m_watcher.files() + m_watcher.directories();
    QStringList gone;
    for (const QString& path : watched)
        if (!paths.contains(path))
            gone << path;
    if (!gone.isEmpty())
        m_watcher.removePaths(gone);
    QStringList fresh;
    for (const QString& path : paths)
        if (!watched.contains(path))
            fresh << path;
    if (fresh.isEmpty())
        return;
    m_watcher.addPaths(fresh);
    m_settle.start(); // something may have changed between the reading and this moment
}

} // namespace koala
