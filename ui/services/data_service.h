// ui/services/data_service.h: the datasets of a project for its Data page: which there are,
// importing files as a child process, rows, tokens and quarantine. The GUI thread asks; workers and
// children work; answers come by signal, and answers about a dataset that is no longer looked at
// are dropped.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include <QFileSystemWatcher>
#include <QObject>
#include <QStringList>
#include <QTimer>

#include "core/data/dataset.h"
#include "core/data/formats/importer.h"
#include "core/data/formats/unfinished_imports.h"
#include "ui/services/cleaning_service.h"
#include "ui/services/dataset_facts.h"
#include "ui/services/import_preview.h"
#include "ui/services/import_queue.h"
#include "ui/services/index_queue.h"
#include "ui/services/latest_task.h"
#include "ui/services/source_files.h"

namespace koala {

class TokenizerCache;

struct DataSource {
    QString slug;
    DatasetManifest manifest;
    QString problem;                     // "" when readable
    std::optional<std::uint64_t> tokens; // once counted
    QStringList usedBy;                  // mixtures
};

bool isForTesting(const DataSource& source); // mixtures refuse it
bool lacksLicence(const DataSource& source); // readable, and nobody said under which it comes

struct PromptSetItem {
    QString slug;
    std::uint64_t prompts = 0;
};

inline constexpr std::size_t kSetAsideListed = 5000;
inline constexpr std::uint32_t kUsualTokenLimit = 2048; // of a mixture, where none is chosen

// One conversation as tokens: the exact pieces that training sees.
struct TokenRow {
    struct Piece {
        QString text; // as the bytes read; control tokens by name
        std::int32_t id = 0;
        bool trained = false;
        bool special = false;
        int turn = -1; // index into roles; -1: the template
        QByteArray bytes;
    };
    std::vector<Piece> pieces;
    std::vector<QString> roles;
    QString model;
    QString templateName;
    int limit = 2048;
    bool decodesToSameBytes = false;
};

class DataService : public QObject {
    Q_OBJECT
public:
    explicit DataService(fs::path project, QObject* parent = nullptr);
    ~DataService() override;

    const fs::path& project() const { return m_project; }
    void refresh(); // also by itself, when the folder changes
    const std::vector<DataSource>& sources() const { return m_sources; }
    const std::vector<PromptSetItem>& promptSets() const { return m_promptSets; }
    QStringList models() const { return m_models; }
    // Imports that were cut off, so long as none runs: one that runs may be going on with them.
    const std::vector<UnfinishedImport>& unfinished() const { return m_unfinished; }
    void continueImport(const UnfinishedImport& import);
    void discardImport(const std::string& id); // sourceFailed() where that is not possible

    // A dataset from each file, its kind detected. One import at a time, later ones wait.
    void importFiles(const QStringList& files);
    void import(const ImportOrder& order);
    ImportQueue& imports() { return m_imports; }
    IndexQueue& index() { return m_index; }
    ImportPreviewer& previews() { return m_previews; }
    CleaningService& cleaning() { return m_cleaning; }
    const ImportState& importState() const { return m_imports.state(); }

    // Facts of a source, changed by hand. Answers with sourcesChanged() or sourceFailed().
    void editSource(const QString& slug, const SourceEdit& edit);
    void removeSource(const QString& slug); // into the project's .trash: removed()
    void restoreSource(const QString& slug, const QString& trashed);

    // Opens a dataset: opened() with its index, then factsReady() and tokensReady() as they are
    // made.
    void open(const QString& slug);
    const QString& openSlug() const { return m_openSlug; }
    // searched() with all rows that pass; foundSoFar() while texts are still being read.
    void search(const RowFilter& filter);
    void cancelSearch();
    // The facts of the open dataset: reading its texts can be stopped and begun again.
    void stopFacts();
    void gatherFacts();
    bool gatheringFacts() const { return m_facts.busy(); }
    bool searching() const { return m_searching.busy(); }
    // First messages of these rows of the open dataset, for what a list shows.
    void requestTexts(std::vector<std::uint32_t> rows);
    void requestConversation(std::uint64_t row);
    void requestSetAside();
    void requestSheet();
    // Row of the open dataset under a template ("" the model's own) and a model ("" the first).
    void requestTokens(std::uint64_t row, const QString& templateName, const QString& model);

Q_SIGNALS:
    void sourcesChanged();
    void importChanged();
    void imported(const QString& slug);
    void removed(const QString& slug, const QString& trashed);
    void sourceFailed(const QString& message);
    void opened(std::shared_ptr<const koala::Dataset> dataset);
    // The same rows once more, with what was indexed behind them.
    void indexed(std::shared_ptr<const koala::Dataset> dataset);
    void openFailed(const QString& slug, const QString& message);
    void factsReady(std::shared_ptr<const koala::DatasetFacts> facts);
    void factsProgress(quint64 rows); // of the open dataset, read so far
    void factsStopped();              // by hand
    // Whenever rows, facts or tokens of the open dataset are new.
    void chartsReady(std::shared_ptr<const koala::DatasetCharts> charts);
    void tokensReady(std::shared_ptr<const koala::DatasetTokens> tokens);
    void tokensFailed(const QString& message);
    void foundSoFar(const koala::RowFilter& filter, const std::vector<std::uint32_t>& rows);
    void searched(const koala::RowFilter& filter, const std::vector<std::uint32_t>& rows);
    void searchFailed(const QString& message);
    void textsReady(const std::vector<std::uint32_t>& rows, const QStringList& texts);
    void conversationReady(
        std::uint64_t row, std::shared_ptr<const koala::Conversation> conversation);
    void conversationFailed(const QString& message);
    // At most kSetAsideListed of them.
    void setAsideReady(const std::vector<koala::QuarantinedRecord>& records);
    void sheetReady(const QString& sheet); // Markdown
    void sheetFailed(const QString& message);
    void tokenRowReady(const koala::TokenRow& row);
    void tokenRowFailed(const QString& message);

private:
    void countTokens();
    void reopen(const QString& slug);
    void drawCharts();

    fs::path m_project;
    std::shared_ptr<TokenizerCache> m_tokenizers;
    std::vector<DataSource> m_sources;
    std::vector<PromptSetItem> m_promptSets;
    std::vector<UnfinishedImport> m_unfinished;
    QStringList m_models;
    QFileSystemWatcher m_watcher;
    QTimer m_settle; // several changes of a folder are one refresh
    LatestTask m_detecting, m_listing, m_counting, m_opening, m_reopening, m_facts, m_charts,
        m_searching, m_tokens;
    LatestTask m_texts, m_conversation, m_setAside, m_editing, m_sheet;
    ImportQueue m_imports;
    IndexQueue m_index;
    ImportPreviewer m_previews;
    CleaningService m_cleaning;
    std::uint64_t m_searchNumber = 0;
    std::vector<std::uint32_t> m_found; // of the search that runs
    QString m_openSlug;
    std::shared_ptr<const Dataset> m_open;
    std::shared_ptr<const DatasetFacts> m_openFacts;
    std::shared_ptr<const DatasetTokens> m_openTokens;
    std::shared_ptr<const KeptRows> m_kept;
    std::map<QString, std::shared_ptr<const DatasetTokens>> m_counted; // by slug
};

// Tokens of all rows of a dataset; counts kept beside the dataset are reused.
Result<DatasetTokens> countDatasetTokens(const fs::path& project, const std::string& slug,
    TokenizerCache& tokenizers, std::stop_token stop);

} // namespace koala
