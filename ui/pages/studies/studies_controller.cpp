#include "ui/pages/studies/studies_controller.h"

#include <algorithm>

#include "ui/services/words.h"

namespace koala {

StudiesController::StudiesController(StudiesService& service, QObject* parent)
    : QObject(parent), m_service(service)
{
    connect(&service, &StudiesService::studiesChanged, this, &StudiesController::changed);
    connect(&service, &StudiesService::exported, this, &StudiesController::exported);
    connect(&service, &StudiesService::exportFailed, this, &StudiesController::failed);
}

const StudyResult* StudiesController::current() const
{
    const std::vector<StudyResult>& all = m_service.studies();
    const auto found = std::find_if(all.begin(), all.end(),
        [&](const StudyResult& study) { return qtext(study.slug) == m_chosen; });
    if (found != all.end())
        return &*found;
    return all.empty() ? nullptr : &all.front();
}

void StudiesController::choose(const QString& slug)
{
    if (m_chosen == slug)
        return;
    m_chosen = slug;
    Q_EMIT changed();
}

void StudiesController::show(const QString& slug)
{
    choose(slug);
    if (const StudyResult* study = current(); loaded() && (!study || qtext(study->slug) != slug))
        Q_EMIT failed(tr("There is no study \"%1\" in this project any more.").arg(slug));
}

bool StudiesController::canExport() const
{
    const StudyResult* study = current();
    return study && study->problem.empty() && !study->blind && study->votes > 0;
}

QString StudiesController::suggestedFile() const
{
    const StudyResult* study = current();
    return study ? qtext(study->slug) + QStringLiteral(".csv") : QString();
}

void StudiesController::exportTo(const QString& file)
{
    if (const StudyResult* study = current(); study && !file.isEmpty())
        m_service.exportCsv(study->slug, file.toStdString());
}

QString StudiesController::reportPath() const
{
    const StudyResult* study = current();
    return study && !study->report.empty() ? qtext(study->report.string()) : QString();
}

} // namespace koala
