// ui/services/import_queue.h: files that become datasets, one `koala data import` child after the
// other. What was asked for is noted in the project (imports.json) until it has come to an end, so
// an import that the window or a crash cut off starts again by itself the next time. GUI thread.
#pragma once

#include <deque>

#include <QObject>
#include <QStringList>

#include "core/base/files.h"
#include "ui/services/json_child.h"

namespace koala {

// One dataset to be made, as `koala data import` takes it; "" leaves the choice to it.
struct ImportOrder {
    QStringList files;
    QString format;
    QString name;
    QString licence;
    QString terms;
    QString columns; // "user=question,assistant=answer"
    bool evaluation = false;
    QString unfinished; // the import that was cut off and is gone on with; it knows the rest itself
    bool operator==(const ImportOrder&) const = default;
};

struct ImportState {
    bool running = false;
    QString file;
    std::uint64_t bytes = 0, totalBytes = 0, rows = 0, quarantined = 0;
    int waiting = 0; // imports behind this one
    QString kind;    // named once known
    QString reason;  // why it is that kind
    QString message; // of the last import: what came of it
    bool failed = false;
};

class ImportQueue final : public QObject {
    Q_OBJECT
public:
    explicit ImportQueue(fs::path project, QObject* parent = nullptr);

    void add(const ImportOrder& order);
    // Ends the one that runs and forgets those that wait. Nothing of it stays.
    void cancel();
    // Starts what an earlier window had begun and not ended; how many these are.
    int resume();
    const ImportState& state() const { return m_state; }
    // Shown until the child says better.
    void setKind(const QString& file, const QString& kind, const QString& reason);

Q_SIGNALS:
    void changed();
    void imported(const QString& slug);
    void ended(); // whatever came of it

private:
    void startNext();
    void readLine(const Json& line);
    void end(JsonChild::End how, const QString& message);
    void note() const;

    fs::path m_project;
    JsonChild m_child;
    ImportState m_state;
    std::deque<ImportOrder> m_orders; // the first one runs
    QString m_slug;
    bool m_triedAgain = false;
};

} // namespace koala
