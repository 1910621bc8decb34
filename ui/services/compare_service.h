// ui/services/compare_service.h: facts and actions of the Compare page: prompt sets, the answers of
// two models, votes, and the child that fills missing answers. Votes are written and synced by a
// worker before voted() says so. What another process adds to an answer set appears by itself.
#pragma once

#include <map>
#include <memory>
#include <optional>

#include <QFileSystemWatcher>
#include <QObject>
#include <QThreadPool>
#include <QTimer>

#include "core/study/answer_set.h"
#include "core/study/journal.h"
#include "core/study/prompt_set.h"
#include "core/study/study.h"
#include "ui/services/json_child.h"
#include "ui/services/latest_task.h"
#include "ui/services/model_catalogue.h"
#include "ui/services/word_diff.h"

namespace koala {

struct ComparedAnswer {
    QString text;
    int tokens = 0;
    double seconds = 0;
    QString finishReason;
    QString sha256; // of the adapter, else of the model
    bool operator==(const ComparedAnswer&) const = default;
};

struct ComparedPrompt {
    QString id;
    int number = 0; // from 1, in the order of the file
    QString text;   // the whole prompt, dialogue turns by name
    QString line;   // the last user turn on one line
    QString group;
    std::optional<ComparedAnswer> a, b;
    double difference = -1; // -1: an answer is missing
    std::optional<Better> vote;
    QString note;
};

struct Comparison {
    QString promptSet;
    ModelChoice a, b;
    std::vector<ComparedPrompt> prompts;
    std::vector<QString> groups;
    QString problem; // "" when all is well
};

struct FillState {
    bool running = false;
    int done = 0, total = 0;
    QString model;   // whose answers are being written
    QString message; // of the last job: what came of it
    bool failed = false;
};

class CompareService : public QObject {
    Q_OBJECT
public:
    explicit CompareService(fs::path project, QObject* parent = nullptr);
    ~CompareService() override;

    const fs::path& project() const { return m_project; }
    enum class Tell { WhenChanged, Always };
    void refresh(Tell tell = Tell::WhenChanged); // prompt sets and models
    const QStringList& promptSets() const { return m_promptSets; }
    const std::vector<ModelChoice>& models() const { return m_models; }

    // Loads the prompts with both models' answers and votes: loaded(), again whenever answers
    // arrive.
    void load(const QString& promptSet, const ModelChoice& a, const ModelChoice& b);
    // Appends to the journal of the open study of this pair: voted() once it is on the disk.
    void vote(const QString& promptId, Better better, const QString& note, double seconds);

    // Fills missing answers of the shown pair in the background; goes on where it stopped.
    void fill();
    void cancelFill();
    const FillState& fillState() const { return m_fill; }
    // Writes the HTML report of the pair as a child process: reported() with its path.
    void report();

Q_SIGNALS:
    void choicesChanged();
    void loaded(const koala::Comparison& comparison);
    void voted(const QString& promptId, koala::Better better, const QString& note);
    void voteFailed(const QString& promptId, const QString& message);
    void fillChanged();
    void reported(const QString& path);
    void reportFailed(const QString& message);

private:
    struct VoteBook;
    void reload();
    void watchAnswers();
    void startNextFill();
    void endFill(JsonChild::End end, const QString& message);

    fs::path m_project;
    QStringList m_promptSets;
    std::vector<ModelChoice> m_models;
    QString m_promptSet;
    ModelChoice m_a, m_b;
    QFileSystemWatcher m_projectWatcher, m_answerWatcher;
    QTimer m_settle, m_poll;
    LatestTask m_listing, m_loading;
    QThreadPool m_votePool; // one thread: votes are written in the order they were cast
    std::shared_ptr<VoteBook> m_book;
    JsonChild m_child, m_reportChild;
    QString m_reportPath;
    FillState m_fill;
    std::vector<ModelChoice> m_toFill;
};

} // namespace koala
