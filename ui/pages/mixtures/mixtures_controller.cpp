#include "ui/pages/mixtures/mixtures_controller.h"

#include <QDateTime>

#include "ui/services/words.h"

namespace koala {

MixturesController::MixturesController(MixtureService& service, QObject* parent)
    : QObject(parent), m_service(service)
{
    connect(&m_service, &MixtureService::listChanged, this, &MixturesController::refreshList);
    connect(&m_service, &MixtureService::loaded, this, &MixturesController::takeLoaded);
    connect(&m_service, &MixtureService::loadFailed, this,
        [this](const QString& slug, const QString& message) {
            m_loading = false;
            Q_EMIT told(Tone::Bad, tr("%1 cannot be read: %2").arg(slug, message), message);
        });
    connect(&m_service, &MixtureService::saved, this, &MixturesController::takeSaved);
    const auto failed = [this](const QString& message) {
        m_trainAfterSave = false;
        m_next.clear();
        Q_EMIT told(Tone::Bad, message, message);
    };
    connect(&m_service, &MixtureService::saveFailed, this, failed);
    connect(&m_service, &MixtureService::changeFailed, this, failed);
    connect(&m_service, &MixtureService::renamed, this, [this](const QString&, const QString& to) {
        m_editor.rename(to, to);
        takeSaved();
    });
    connect(&m_service, &MixtureService::removed, this, [this](const QString& slug) {
        m_editor.set({}, {}, m_service.datasets());
        m_service.refresh();
        Q_EMIT removed(slug);
    });
    connect(&m_service, &MixtureService::changedOutside, this, [this](const QString& slug) {
        if (slug != m_editor.slug())
            return;
        if (m_editor.changed())
            Q_EMIT changedOutside();
        else
            readAgain();
    });
    connect(&m_service, &MixtureService::exported, this,
        [this](const QString& folder, const QString& problem) {
            if (problem.isEmpty())
                Q_EMIT told(Tone::Good, tr("Exported to %1").arg(folder), {});
            else
                Q_EMIT told(Tone::Bad, tr("The export failed: %1").arg(problem), problem);
        });
    connect(&m_service, &MixtureService::counting, this, &MixturesController::countingRows);
    connect(&m_service, &MixtureService::figuresReady, this, &MixturesController::takeFigures);
    connect(&m_service, &MixtureService::checksReady, this, [this](const MixtureChecks& checks) {
        if (checks.number != m_number)
            return;
        m_checks = checks;
        Q_EMIT checksChanged();
    });
    connect(&m_service, &MixtureService::previewReady, this, &MixturesController::previewChanged);
    connect(&m_editor, &MixtureEditor::edited, this, &MixturesController::recount);
    connect(&m_editor, &MixtureEditor::reset, this, &MixturesController::recount);
}

void MixturesController::refreshList()
{
    Q_EMIT listChanged();
    const QStringList& all = m_service.mixtures();
    if (open()) {
        m_editor.setDatasets(m_service.datasets());
    } else if (!m_loading && !all.isEmpty()) {
        choose(all.contains(m_wanted) ? m_wanted : all.first());
    } else if (!m_loading && !m_addWhenLoaded.isEmpty() && !m_service.datasets().empty()) {
        m_addWhenLoaded.clear(); // the first mixture takes every source, the wanted one among them
        newMixture();
    }
}

void MixturesController::choose(const QString& slug)
{
    if (slug.isEmpty() || (slug == m_editor.slug() && !m_editor.changed()))
        return;
    if (slug != m_editor.slug() && m_editor.changed())
        Q_EMIT unsavedChanges(slug);
    else if (slug != m_editor.slug())
        discardAndChoose(slug);
}

void MixturesController::discardAndChoose(const QString& slug)
{
    m_loading = true;
    m_service.load(slug);
}

void MixturesController::saveAndChoose(const QString& slug)
{
    m_next = slug;
    save();
}

void MixturesController::readAgain()
{
    m_loading = true;
    m_service.load(m_editor.slug());
}

void MixturesController::takeLoaded(
    const QString& slug, const Mixture& mixture, const QString& savedAt)
{
    m_loading = false;
    m_savedAt = savedAt;
    m_savedTotal.reset();
    m_saved = mixture;
    Q_EMIT quiet();
    m_editor.set(slug, mixture, m_service.datasets());
    if (!m_addWhenLoaded.isEmpty())
        m_editor.useDataset(std::exchange(m_addWhenLoaded, {}));
    const QString draft = std::exchange(m_draft, {});
    if (m_draftOf != slug || draft.isEmpty())
        return;
    const auto json = parseJson(draft.toStdString(), "the changes that were not saved");
    const auto kept = json.ok() ? mixtureFromJson(*json, "the changes that were not saved")
                                : Result<Mixture>(json.error());
    if (kept.ok())
        m_editor.replace(*kept);
    else
        Q_EMIT told(Tone::Warning, qtext(kept.error().message), {});
}

void MixturesController::takeSaved()
{
    m_editor.markSaved();
    m_saved = m_editor.mixture();
    m_savedAt = QDateTime::currentDateTimeUtc().toString(Qt::ISODateWithMs);
    m_savedTotal.reset();
    recount();
    m_service.refresh();
    if (std::exchange(m_trainAfterSave, false))
        Q_EMIT goTo({QStringLiteral("runs"), QStringLiteral("new"), m_editor.slug()});
    if (const QString next = std::exchange(m_next, {}); !next.isEmpty())
        discardAndChoose(next);
}

QString MixturesController::freeSlug(const QString& wanted) const
{
    QString slug = wanted;
    for (int i = 2; m_service.mixtures().contains(slug) || slug == m_editor.slug(); ++i)
        slug = QStringLiteral("%1-%2").arg(wanted).arg(i);
    return slug;
}

bool MixturesController::newMixture()
{
    Mixture mixture;
    if (!m_service.models().isEmpty())
        mixture.model = m_service.models().first().toStdString();
    mixture.basis = mixture.model.empty() ? MixtureBasis::Rows : MixtureBasis::Tokens;
    for (const MixtureDataset& dataset : m_service.datasets()) {
        if (dataset.evaluation)
            continue;
        MixtureSource source;
        source.dataset = dataset.slug.toStdString();
        source.holdOut.fraction = 0.05;
        source.markers = dataset.hasPairs ? MarkerMode::Chosen : MarkerMode::None;
        mixture.sources.push_back(std::move(source));
    }
    if (mixture.sources.empty())
        return false;
    add(QStringLiteral("mixture"), std::move(mixture));
    return true;
}

void MixturesController::add(const QString& wantedSlug, Mixture mixture)
{
    const QString slug = freeSlug(wantedSlug);
    mixture.name = slug.toStdString();
    m_savedTotal.reset();
    m_savedAt.clear();
    m_editor.set(slug, mixture, m_service.datasets());
    save(); // a mixture is a file from the start
}

void MixturesController::duplicate()
{
    add(m_editor.slug() + QStringLiteral("-copy"), m_editor.mixture());
}

void MixturesController::save()
{
    m_service.save(m_editor.slug(), m_editor.mixture());
}

void MixturesController::rename(const QString& name)
{
    const QString slug = qtext(slugify(name.toStdString()));
    if (slug == m_editor.slug())
        return;
    if (m_service.mixtures().contains(slug))
        Q_EMIT told(
            Tone::Bad, tr("There is already a mixture %1; choose another name.").arg(slug), {});
    else if (m_editor.changed()) // the new file takes the edits along
        Q_EMIT told(Tone::Warning, tr("Save the changes first, then rename."), {});
    else
        m_service.rename(m_editor.slug(), slug);
}

void MixturesController::remove()
{
    m_removed = m_editor.mixture();
    m_removedSlug = m_editor.slug();
    m_service.remove(m_removedSlug);
}

void MixturesController::undoRemove()
{
    if (m_removedSlug.isEmpty())
        return;
    add(std::exchange(m_removedSlug, {}), m_removed);
}

void MixturesController::train()
{
    if (m_editor.changed()) {
        m_trainAfterSave = true;
        save();
        return;
    }
    Q_EMIT goTo({QStringLiteral("runs"), QStringLiteral("new"), m_editor.slug()});
}

void MixturesController::addSource(const QString& dataset)
{
    if (open())
        m_editor.useDataset(dataset);
    else
        m_addWhenLoaded = dataset;
    m_service.refresh();
}

void MixturesController::recount()
{
    if (!open()) {
        Q_EMIT stateChanged();
        return;
    }
    m_number = m_service.calculate(m_editor.mixture());
    if (!m_savedTotal && !m_editor.changed())
        m_savedNumber = m_number;
    Q_EMIT stateChanged();
}

void MixturesController::takeFigures(const MixtureFigures& figures)
{
    if (figures.number != m_number)
        return;
    m_figures = figures;
    if (!figures.problem.isEmpty()) {
        m_problem = true;
        Q_EMIT told(Tone::Warning, figures.problem, figures.problem);
        Q_EMIT figuresChanged();
        return;
    }
    if (std::exchange(m_problem, false))
        Q_EMIT quiet();
    if (figures.number == m_savedNumber)
        m_savedTotal = figures.total;
    Q_EMIT figuresChanged();
}

QJsonObject MixturesController::keep() const
{
    QJsonObject kept{{QStringLiteral("mixture"), m_editor.slug()}};
    if (m_editor.changed())
        kept.insert(QStringLiteral("draft"), qtext(toLine(toJson(m_editor.mixture()))));
    return kept;
}

void MixturesController::restore(const QJsonObject& kept)
{
    m_wanted = kept.value(QStringLiteral("mixture")).toString();
    m_draft = kept.value(QStringLiteral("draft")).toString();
    m_draftOf = m_wanted;
    if (m_wanted != m_editor.slug() && m_service.mixtures().contains(m_wanted))
        choose(m_wanted);
}

} // namespace koala
