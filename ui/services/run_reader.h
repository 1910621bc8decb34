// ui/services/run_reader.h: the part of RunService that reads: on a worker thread, twice a second,
// what the event logs of a project's runs have gained. Only RunService uses it.
#pragma once

#include <map>
#include <memory>

#include <QObject>

#include "ui/services/run_service.h"

class QTimer;

namespace koala {

class RunReader final : public QObject {
    Q_OBJECT
public:
    explicit RunReader(fs::path runs) : m_folder(std::move(runs)) {}
    void begin();

Q_SIGNALS:
    void looked(std::shared_ptr<const koala::RunSnapshots> runs);

private:
    struct Followed {
        std::unique_ptr<EventLogReader> log;
        RunState state;
        RunSeries series;
        RunSnapshot snapshot;
        bool fresh = true;
    };
    void look();
    bool update(const fs::path& folder, Followed& run);

    fs::path m_folder;
    QTimer* m_timer = nullptr;
    std::map<std::string, Followed> m_runs;
    std::size_t m_count = 0;
    bool m_first = true;
};

} // namespace koala
