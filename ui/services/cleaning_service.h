// ui/services/cleaning_service.h: the cleaning steps of one dataset for the window: reading and
// writing the list, undo and redo, running it as a child process (`koala data clean`), and what
// each step took. GUI thread; workers and the child work. A change while the child runs makes what
// it does worthless: it is stopped and started again.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <QObject>
#include <QString>

#include "core/data/clean/cleaning.h"
#include "core/data/clean/step_types.h"
#include "ui/services/json_child.h"
#include "ui/services/latest_task.h"

namespace koala {

struct CleaningState {
    QString slug;
    CleaningSteps steps;
    // Of the last run. While `current` is false it belongs to an earlier list and is shown in grey.
    std::optional<CleaningReport> report;
    bool current = false;
    bool running = false;
    double part = 0; // of the run, 0 to 1
    QString doing;   // title of the step that runs
    QString problem; // why the last run or change failed
    bool canUndo = false;
    bool canRedo = false;
};

// What a row has become: one entry a row of the dataset.
struct KeptRows {
    std::vector<bool> kept;
    std::uint64_t taken = 0;
};

// The two conversations of an example.
struct ExampleTexts {
    std::uint64_t row = 0;
    Conversation conversation;
    std::optional<Conversation> other;
};

class CleaningService final : public QObject {
    Q_OBJECT
public:
    explicit CleaningService(fs::path project, QObject* parent = nullptr);

    void open(const QString& slug); // "" closes
    const CleaningState& state() const { return m_state; }
    // Writes the list and runs it.
    void apply(const CleaningSteps& steps);
    void undo();
    void redo();
    void run(); // the list as it is, once more
    void cancel();
    void requestExample(std::uint64_t row, std::optional<std::uint64_t> other);
    QString command() const; // what the child was, as one would type it

Q_SIGNALS:
    void changed();
    // A run has ended with a result; `before` is the hash that the list had before it.
    void ran(const QString& before, const QString& after);
    void rowsKnown(std::shared_ptr<const koala::KeptRows> rows);
    void exampleReady(const koala::ExampleTexts& texts);

private:
    struct Loaded {
        CleaningSteps steps;
        std::optional<CleaningReport> report;
        std::shared_ptr<const KeptRows> rows;
        bool history = false;
    };
    static Result<Loaded> load(const fs::path& directory, std::stop_token stop);
    fs::path directory() const;
    void take(Result<Loaded> loaded);
    void change(std::function<Status()> work, bool undone, bool redone);
    void readLine(const Json& line);
    void end(JsonChild::End how, const QString& message);

    fs::path m_project;
    JsonChild m_child;
    LatestTask m_loading, m_changing, m_example;
    CleaningState m_state;
    std::string m_before;
    bool m_again = false; // once the child that was stopped has ended
};

} // namespace koala
