// ui/services/index_queue.h: the search words, languages and counts that are built behind an
// import, one `koala data index` child after the other, without being asked. What is indexed
// already costs the child a look; what was stopped or killed is gone on with. GUI thread.
#pragma once

#include <deque>
#include <set>
#include <vector>

#include <QObject>
#include <QString>

#include "core/base/files.h"
#include "ui/services/json_child.h"

namespace koala {

struct IndexState {
    bool running = false;
    bool stopped = false; // by hand; goOn() takes it up again
    QString slug;         // of the one that runs
    QString doing;        // "words" or "tokens", once the child says so
    std::uint64_t rows = 0, totalRows = 0;
    int waiting = 0; // datasets behind this one
    QString failedSlug;
    QString problem; // why the last one that failed did
};

class IndexQueue final : public QObject {
    Q_OBJECT
public:
    struct Wanted {
        QString slug;
        std::string rowsSha256; // another hash: other rows, to be indexed anew
    };
    explicit IndexQueue(fs::path project, QObject* parent = nullptr);

    // All datasets there are; those not looked at yet are indexed, those no longer there are not.
    void want(const std::vector<Wanted>& datasets);
    void stop(); // within a second; what is indexed stays
    void goOn(); // after stop() or a failure
    const IndexState& state() const { return m_state; }

Q_SIGNALS:
    void changed();
    void indexed(const QString& slug); // something of it is new: open it again to see it

private:
    using Key = std::pair<QString, std::string>;
    void startNext();
    void readLine(const Json& line);
    void end(JsonChild::End how, const QString& message);

    fs::path m_project;
    JsonChild m_child;
    IndexState m_state;
    std::deque<Key> m_waiting; // the first one runs
    std::set<Key> m_known;     // indexed, waiting or failed
    bool m_anew = false;       // the child has written something
};

} // namespace koala
