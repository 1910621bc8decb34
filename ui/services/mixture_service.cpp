#include "ui/services/mixture_service.h"

#include <algorithm>
#include <atomic>
#include <mutex>

#include <QFileInfo>

#include "core/data/mix/source_terms.h"
#include "core/store/project.h"
#include "core/store/starter.h"
#include "ui/services/tokenizer_cache.h"
#include "ui/services/words.h"

namespace koala {

namespace {
constexpr int kSettleMs = 250;
constexpr int kIdleMs = 350; // checks wait until a slider rests
constexpr std::uint64_t kToldRows = 2048;

struct Listing {
    QStringList mixtures, models, promptSets;
    std::vector<MixtureDataset> datasets;
    std::vector<DatasetManifest> manifests;
    std::vector<PublishedSource> published;
    MixtureSchedule schedule;
};

Listing listProject(const fs::path& directory)
{
    Listing listing;
    const auto project = Project::open(directory);
    if (!project.ok())
        return listing;
    if (const auto slugs = project->mixtures(); slugs.ok())
        for (const std::string& slug : *slugs)
            listing.mixtures.append(qtext(slug));
    listing.schedule = newestSchedule(project->runsDirectory());
    if (const auto models = project->models(); models.ok())
        for (const ModelEntry& model : *models)
            listing.models.append(qtext(model.slug));
    if (const auto sets = project->promptSets(); sets.ok())
        for (const std::string& set : *sets)
            listing.promptSets.append(qtext(set));
    // Without the files templates say what they want, but not where to get it.
    if (const auto folder = dataDirectory(); folder.ok())
        if (auto published = readPublishedSources(*folder); published.ok())
            listing.published = std::move(published).value();
    const auto entries = project->datasets();
    for (std::size_t i = 0; entries.ok() && i < entries->size(); ++i) {
        const DatasetEntry& entry = (*entries)[i];
        if (!entry.manifest)
            continue;
        MixtureDataset item;
        item.slug = qtext(entry.slug);
        item.title = qtext(entry.manifest->title.empty() ? entry.slug : entry.manifest->title);
        item.rows = entry.manifest->rows;
        item.evaluation = entry.manifest->use == "evaluation";
        item.licence = qtext(entry.manifest->licence);
        item.terms = qtext(entry.manifest->terms);
        item.nonCommercial = saysNonCommercial(entry.manifest->licence, entry.manifest->terms);
        if (const auto dataset = project->dataset(entry.slug); dataset.ok()) {
            item.hasPairs = std::ranges::any_of((*dataset)->rows(), [](const RowFacts& row) {
                return row.rank >= 0 || row.feedback != Feedback::None;
            });
            item.hasGivenSplit = std::ranges::any_of((*dataset)->rows(), &RowFacts::givenHoldOut);
        }
        listing.datasets.push_back(std::move(item));
        listing.manifests.push_back(*entry.manifest);
    }
    return listing;
}

// Which counts and rows a mixture needs: as long as this is the same, figures are pure arithmetic.
std::string inputsOf(Mixture mixture)
{
    mixture.name.clear();
    mixture.seed = 0;
    mixture.basis = MixtureBasis::Rows;
    mixture.total = 0;
    for (MixtureSource& source : mixture.sources)
        source.share.reset();
    return toLine(toJson(mixture));
}

} // namespace

struct MixtureService::Engine {
    std::mutex mutex;
    std::string inputs;
    std::shared_ptr<const ResolvedMixture> resolved;

    Result<MixtureResult> calculate(const fs::path& project, const Mixture& mixture,
        TokenizerCache& tokenizers, std::stop_token stop,
        std::function<void(std::uint64_t, std::uint64_t)> progress)
    {
        const std::lock_guard lock(mutex);
        const std::string wanted = inputsOf(mixture);
        if (!resolved || wanted != inputs) {
            KOALA_TRY(resolved, resolveMixture(project, mixture, tokenizers, stop, progress));
            inputs = wanted;
            return resolved->result();
        }
        return resolved->recalculate(mixture);
    }
};

MixtureService::MixtureService(fs::path project, QObject* parent)
    : QObject(parent), m_project(std::move(project)),
      m_tokenizers(std::make_shared<TokenizerCache>(m_project)),
      m_engine(std::make_shared<Engine>()), m_reports(m_project, m_tokenizers)
{
    for (QTimer* timer : {&m_settle, &m_idle})
        timer->setSingleShot(true);
    m_settle.setInterval(kSettleMs);
    m_idle.setInterval(kIdleMs);
    for (const char* folder : {"datasets", "mixtures", "models", "prompts"})
        m_watcher.addPath(qtext((m_project / folder).string()));
    connect(
        &m_watcher, &QFileSystemWatcher::directoryChanged, &m_settle, qOverload<>(&QTimer::start));
    connect(&m_watcher, &QFileSystemWatcher::fileChanged, &m_settle, qOverload<>(&QTimer::start));
    connect(&m_settle, &QTimer::timeout, this, &MixtureService::refresh);
    connect(&m_settle, &QTimer::timeout, this, &MixtureService::lookOutside);
    connect(&m_export, &JsonChild::ended, this, [this](JsonChild::End end, const QString& message) {
        Q_EMIT exported(m_exportFolder, end == JsonChild::End::Done ? QString() : message);
    });
    connect(&m_idle, &QTimer::timeout, this, &MixtureService::check);
}

MixtureService::~MixtureService() = default;

void MixtureService::refresh()
{
    m_listing.request([project = m_project](std::stop_token) { return listProject(project); },
        [this](Listing listing) {
            m_mixtures = listing.mixtures;
            m_models = listing.models;
            m_schedule = listing.schedule;
            m_promptSets = listing.promptSets;
            m_datasets = std::move(listing.datasets);
            m_manifests = std::move(listing.manifests);
            m_published = std::move(listing.published);
            m_listed = true;
            Q_EMIT listChanged();
        });
}

fs::path MixtureService::fileOf(const QString& slug) const
{
    return m_project / "mixtures" / (slug.toStdString() + ".json");
}

QStringList MixtureService::templateNames()
{
    QStringList names;
    for (const TemplateId id : {TemplateId::Koala, TemplateId::ChatMl, TemplateId::Vicuna,
             TemplateId::Alpaca, TemplateId::Llama2, TemplateId::Llama3, TemplateId::Raw})
        names.append(qtext(std::string(templateName(id))));
    return names;
}

void MixtureService::remember(const QString& slug, const std::string& text)
{
    if (!m_watcher.files().isEmpty())
        m_watcher.removePaths(m_watcher.files());
    m_openSlug = slug;
    m_openText = text;
    m_watcher.addPath(qtext(fileOf(slug).string()));
}

void MixtureService::lookOutside()
{
    if (m_openSlug.isEmpty() || m_saving.busy() || m_loading.busy())
        return;
    m_looking.request([file = fileOf(m_openSlug)](std::stop_token) { return readFile(file); },
        [this, slug = m_openSlug](Result<std::string> text) {
            // A file that is gone or half written changes again, or the list says that it is gone.
            if (!text.ok() || slug != m_openSlug || *text == m_openText)
                return;
            remember(slug, *text);
            Q_EMIT changedOutside(slug);
        });
}

void MixtureService::load(const QString& slug)
{
    struct Loaded {
        std::string text;
        Mixture mixture;
    };
    m_loading.request(
        [file = fileOf(slug)](std::stop_token) -> Result<Loaded> {
            Loaded loaded;
            KOALA_TRY(loaded.text, readFile(file));
            KOALA_TRY(loaded.mixture, readMixture(file));
            return loaded;
        },
        [this, slug](Result<Loaded> loaded) {
            if (!loaded.ok()) {
                Q_EMIT loadFailed(slug, qtext(loaded.error().message));
                return;
            }
            remember(slug, loaded->text);
            Q_EMIT this->loaded(slug, loaded->mixture,
                QFileInfo(qtext(fileOf(slug).string()))
                    .lastModified()
                    .toUTC()
                    .toString(Qt::ISODateWithMs));
        });
}

void MixtureService::save(const QString& slug, const Mixture& mixture)
{
    m_looking.cancel();
    m_saving.request(
        [file = fileOf(slug), mixture](std::stop_token) -> Result<std::string> {
            KOALA_RETURN_IF_ERROR(createDirectories(file.parent_path()));
            KOALA_RETURN_IF_ERROR(writeMixture(file, mixture));
            return readFile(file);
        },
        [this, slug](Result<std::string> written) {
            if (!written.ok()) {
                Q_EMIT saveFailed(qtext(written.error().message));
                return;
            }
            remember(slug, *written);
            Q_EMIT saved(slug);
        });
}

void MixtureService::rename(const QString& from, const QString& to)
{
    m_saving.request(
        [from = fileOf(from), to = fileOf(to), name = to.toStdString()](
            std::stop_token) -> Result<std::string> {
            KOALA_TRY(Mixture mixture, readMixture(from));
            std::error_code code;
            if (fs::exists(to, code))
                return invalidInput(
                    "there is already a mixture \"" + name + "\"; choose another name");
            mixture.name = name;
            KOALA_RETURN_IF_ERROR(writeMixture(to, mixture));
            KOALA_RETURN_IF_ERROR(removeAll(from));
            return readFile(to);
        },
        [this, from, to](Result<std::string> moved) {
            if (!moved.ok()) {
                Q_EMIT changeFailed(qtext(moved.error().message));
                return;
            }
            remember(to, *moved);
            Q_EMIT renamed(from, to);
        });
}

void MixtureService::remove(const QString& slug)
{
    if (slug == m_openSlug)
        m_openSlug.clear();
    m_saving.request([file = fileOf(slug)](std::stop_token) { return removeAll(file); },
        [this, slug](Status gone) {
            if (!gone.ok())
                Q_EMIT changeFailed(qtext(gone.error().message));
            else
                Q_EMIT removed(slug);
        });
}

void MixtureService::exportTo(const QString& slug, const QString& folder)
{
    if (m_export.running())
        return;
    m_exportFolder = folder;
    m_export.start(
        {QStringLiteral("--project"), qtext(m_project.string()), QStringLiteral("mixture"),
            QStringLiteral("export"), slug, folder, QStringLiteral("--json")});
}

std::uint64_t MixtureService::calculate(const Mixture& mixture)
{
    const std::uint64_t number = ++m_number;
    m_latest = mixture;
    m_checking.cancel();
    m_idle.start();
    m_counting.request(
        [this, engine = m_engine, project = m_project, mixture, tokenizers = m_tokenizers](
            std::stop_token stop) {
            std::atomic<std::uint64_t> told{0};
            // The service outlives its workers: it waits for them when it goes.
            const auto progress = [this, &told](std::uint64_t done, std::uint64_t total) {
                if (done < told.load() + kToldRows)
                    return;
                told = done;
                QMetaObject::invokeMethod(
                    this, [this, done, total] { Q_EMIT counting(done, total); },
                    Qt::QueuedConnection);
            };
            return engine->calculate(project, mixture, *tokenizers, stop, progress);
        },
        [this, number](Result<MixtureResult> result) {
            MixtureFigures figures;
            figures.number = number;
            if (result.ok()) {
                figures.sources = std::move(result->sources);
                figures.total = result->total;
                figures.heldOut = result->heldOut;
            } else if (result.error().code == ErrorCode::Cancelled) {
                return;
            } else {
                figures.problem = qtext(result.error().message);
            }
            Q_EMIT figuresReady(figures);
        });
    return number;
}

void MixtureService::check()
{
    m_checking.request(
        [project = m_project, mixture = m_latest, tokenizers = m_tokenizers](
            std::stop_token stop) { return checkMixture(project, mixture, *tokenizers, stop); },
        [this, number = m_number](Result<CheckedMixture> checked) {
            if (!checked.ok()) // the figures have said why
                return;
            checked->checks.number = number;
            Q_EMIT checksReady(checked->checks);
            Q_EMIT previewReady(checked->preview);
        });
}

} // namespace koala
