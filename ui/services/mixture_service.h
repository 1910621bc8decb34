// ui/services/mixture_service.h: facts and actions of the Mixtures page: which mixtures there are,
// their files, and exact figures of one as it is being changed. Counting runs in a worker; the
// newest request wins.
#pragma once

#include <memory>
#include <vector>

#include <QFileSystemWatcher>
#include <QObject>
#include <QStringList>
#include <QTimer>

#include "core/data/dataset.h"
#include "core/data/formats/published_sources.h"
#include "core/data/mix/mixture.h"
#include "core/data/mix/mixture_calculator.h"
#include "ui/services/json_child.h"
#include "ui/services/latest_task.h"
#include "ui/services/mixture_checks.h"
#include "ui/services/mixture_reports.h"
#include "ui/services/mixture_schedule.h"

namespace koala {

class TokenizerCache;

struct MixtureDataset {
    QString slug;
    QString title;
    std::uint64_t rows = 0;
    bool evaluation = false; // mixtures refuse it
    QString licence, terms;  // "" unknown
    bool nonCommercial = false;
    bool hasPairs = false; // pairs or feedback: markers make a difference
    bool hasGivenSplit = false;
    bool termsKnown() const { return !licence.isEmpty() || !terms.isEmpty(); }
    bool operator==(const MixtureDataset&) const = default;
};

// What changes with each move of a slider.
struct MixtureFigures {
    std::uint64_t number = 0; // of the request
    std::vector<SourceCounts> sources;
    MixtureAmounts total, heldOut;
    QString problem; // why there are no figures
};

class MixtureService : public QObject {
    Q_OBJECT
public:
    explicit MixtureService(fs::path project, QObject* parent = nullptr);
    ~MixtureService() override;

    const fs::path& project() const { return m_project; }
    fs::path fileOf(const QString& slug) const;
    MixtureReports& reports() { return m_reports; }
    void refresh();
    bool listed() const { return m_listed; }                   // the folder has been read once
    const QStringList& mixtures() const { return m_mixtures; } // slugs
    const std::vector<MixtureDataset>& datasets() const { return m_datasets; }
    const std::vector<DatasetManifest>& manifests() const { return m_manifests; }
    // What the publications used; read with the list.
    const std::vector<PublishedSource>& published() const { return m_published; }
    const QStringList& models() const { return m_models; }
    const MixtureSchedule& schedule() const { return m_schedule; }
    const QStringList& promptSets() const { return m_promptSets; }
    static QStringList templateNames();

    void load(const QString& slug);                         // loaded()
    void save(const QString& slug, const Mixture& mixture); // saved()
    void rename(const QString& from, const QString& to);    // renamed()
    void remove(const QString& slug);                       // removed()
    // A project folder with all that a run elsewhere needs, made by a child. exported().
    void exportTo(const QString& slug, const QString& folder);
    // figuresReady() soon, and once nothing newer has come for a moment checksReady() and
    // previewReady().
    std::uint64_t calculate(const Mixture& mixture);

Q_SIGNALS:
    void listChanged();
    void loaded(const QString& slug, const koala::Mixture& mixture, const QString& savedAt);
    void loadFailed(const QString& slug, const QString& message);
    void saved(const QString& slug);
    void saveFailed(const QString& message);
    void renamed(const QString& from, const QString& to);
    void removed(const QString& slug);
    void changeFailed(const QString& message); // a rename or removal
    void exported(const QString& folder, const QString& problem);
    // Somebody else wrote the file of the mixture that was loaded or saved last.
    void changedOutside(const QString& slug);
    void counting(quint64 done, quint64 total); // rows whose tokens are counted for the first time
    void figuresReady(const koala::MixtureFigures& figures);
    void checksReady(const koala::MixtureChecks& checks);
    void previewReady(const std::vector<koala::PreviewRecord>& records);

private:
    struct Engine; // the mixture as last opened by the counting worker
    void check();
    void lookOutside();
    void remember(const QString& slug, const std::string& text);

    fs::path m_project;
    std::shared_ptr<TokenizerCache> m_tokenizers;
    std::shared_ptr<Engine> m_engine;
    MixtureReports m_reports;
    QStringList m_mixtures, m_models, m_promptSets;
    MixtureSchedule m_schedule;
    std::vector<MixtureDataset> m_datasets;
    std::vector<DatasetManifest> m_manifests; // of datasets()
    std::vector<PublishedSource> m_published;
    bool m_listed = false;
    QFileSystemWatcher m_watcher;
    QTimer m_settle, m_idle;
    LatestTask m_listing, m_loading, m_saving, m_looking, m_counting, m_checking;
    JsonChild m_export;
    QString m_exportFolder;
    QString m_openSlug;
    std::string m_openText; // of its file as we know it
    Mixture m_latest;
    std::uint64_t m_number = 0;
};

} // namespace koala
