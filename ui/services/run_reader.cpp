#include "ui/services/run_reader.h"

#include <QTimer>

namespace koala {

namespace {
constexpr int kPollMs = 500;
} // namespace

void RunReader::begin()
{
    m_timer = new QTimer(this);
    connect(m_timer, &QTimer::timeout, this, &RunReader::look);
    m_timer->start(kPollMs);
    look();
}

void RunReader::look()
{
    std::vector<fs::path> folders;
    if (auto listed = listDirectory(m_folder); listed.ok())
        folders = std::move(*listed); // by name, and names begin with their time: oldest first
    bool changed = m_first;
    std::map<std::string, Followed> kept;
    for (const fs::path& folder : folders) {
        const std::string id = folder.filename().string();
        if (auto node = m_runs.extract(id); !node.empty())
            kept.insert(std::move(node));
        else if (std::error_code code; fs::exists(folder / "config.json", code))
            kept[id].log = std::make_unique<EventLogReader>(folder);
    }
    changed |= !m_runs.empty() || kept.size() != m_count;
    m_runs = std::move(kept);
    m_count = m_runs.size();
    int key = 0;
    for (auto& [id, run] : m_runs) {
        changed |= update(m_folder / id, run);
        run.snapshot.key = key++;
    }
    if (!changed)
        return;
    m_first = false;
    auto all = std::make_shared<RunSnapshots>();
    for (auto run = m_runs.rbegin(); run != m_runs.rend(); ++run)
        all->push_back(run->second.snapshot);
    Q_EMIT looked(std::move(all));
}

bool RunReader::update(const fs::path& folder, Followed& run)
{
    bool changed = run.fresh;
    if (!run.snapshot.config) {
        auto config = readRunConfig(folder);
        run.snapshot.config = std::make_shared<Json>(config.ok() ? std::move(*config) : Json());
    }
    for (;;) {
        auto events = run.log->poll();
        if (!events.ok() || events->empty())
            break;
        run.state.add(*events);
        run.series.add(*events);
        changed = true;
    }
    if (changed) {
        run.snapshot.state = std::make_shared<RunState>(run.state);
        run.snapshot.series = std::make_shared<RunSeries>(run.series);
    }
    // "Lost" is told by the clock alone.
    const RunPhase phase = run.state.phase();
    if (!changed && phase == run.snapshot.summary.phase)
        return false;
    run.snapshot.summary = summarise(folder, run.state);
    run.fresh = false;
    return true;
}

} // namespace koala
