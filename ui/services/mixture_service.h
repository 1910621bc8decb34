// ui/services/mixture_service.h: facts and actions of the Mixtures page: which mixtures there are,
// exact figures of one as it is being changed, its checks and a preview in training order. Counting
// runs in a worker; the newest request wins.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <QFileSystemWatcher>
#include <QObject>
#include <QStringList>
#include <QTimer>

#include "core/data/mix/mixture.h"
#include "core/data/mix/mixture_calculator.h"
#include "ui/services/latest_task.h"

namespace koala {

class TokenizerCache;

struct MixtureDataset {
    QString slug;
    QString title;
    std::uint64_t rows = 0;
    bool evaluation = false; // mixtures refuse it
    bool termsKnown = false;
    bool hasPairs = false; // markers make a difference
    bool hasGivenSplit = false;
};

// What changes with each move of a slider.
struct MixtureFigures {
    std::uint64_t number = 0; // of the request
    std::vector<SourceCounts> sources;
    MixtureAmounts total, heldOut;
    QString problem; // why there are no figures
};

// What takes longer: order, packing, checks.
struct MixtureChecks {
    std::uint64_t number = 0;
    std::uint64_t packedSequences = 0;
    std::uint32_t longest = 0; // tokens of the longest conversation before cutting
    std::uint64_t cut = 0;     // conversations longer than max_tokens
    std::uint64_t conversations = 0;
    std::uint64_t bothSides = 0; // prompts in training and in the held-out part
    std::uint64_t overlap = 0;   // test prompts that occur in training
    std::uint64_t testPrompts = 0;
    int termsKnown = 0, sourcesUsed = 0;
    QString order; // order_sha256
    QString model, templateName;
};

struct PreviewRecord {
    int source = 0; // index into the mixture's sources
    QString message;
    int turns = 0;
    std::uint32_t tokens = 0, trained = 0;
    QString marker; // "", positive, negative
    struct Piece {
        QString text;
        std::int32_t id = 0;
        bool trained = false, special = false, fromTemplate = false;
        int turn = -1;
        QByteArray bytes;
    };
    std::vector<Piece> pieces; // the first few records only
    std::vector<QString> roles;
};

class MixtureService : public QObject {
    Q_OBJECT
public:
    explicit MixtureService(fs::path project, QObject* parent = nullptr);
    ~MixtureService() override;

    const fs::path& project() const { return m_project; }
    void refresh();
    const QStringList& mixtures() const { return m_mixtures; } // slugs
    const std::vector<MixtureDataset>& datasets() const { return m_datasets; }
    const QStringList& models() const { return m_models; }

    void load(const QString& slug);                         // loaded()
    void save(const QString& slug, const Mixture& mixture); // saved()
    // figuresReady() soon, and once nothing newer has come for a moment checksReady() and
    // previewReady().
    std::uint64_t calculate(const Mixture& mixture);

Q_SIGNALS:
    void listChanged();
    void loaded(const QString& slug, const koala::Mixture& mixture, const QString& savedAt);
    void loadFailed(const QString& slug, const QString& message);
    void saved(const QString& slug);
    void saveFailed(const QString& message);
    void figuresReady(const koala::MixtureFigures& figures);
    void checksReady(const koala::MixtureChecks& checks);
    void previewReady(const std::vector<koala::PreviewRecord>& records);

private:
    struct Engine; // the mixture as last opened by the counting worker
    void check();

    fs::path m_project;
    std::shared_ptr<TokenizerCache> m_tokenizers;
    std::shared_ptr<Engine> m_engine;
    QStringList m_mixtures, m_models;
    std::vector<MixtureDataset> m_datasets;
    QFileSystemWatcher m_watcher;
    QTimer m_settle, m_idle;
    LatestTask m_listing, m_loading, m_saving, m_counting, m_checking;
    Mixture m_latest;
    std::uint64_t m_number = 0;
};

} // namespace koala
