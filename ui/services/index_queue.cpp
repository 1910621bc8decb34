#include "ui/services/index_queue.h"

#include <algorithm>

#include "core/base/json.h"
#include "ui/services/words.h"

namespace koala {

IndexQueue::IndexQueue(fs::path project, QObject* parent)
    : QObject(parent), m_project(std::move(project)), m_child(this)
{
    connect(&m_child, &JsonChild::line, this, &IndexQueue::readLine);
    connect(&m_child, &JsonChild::ended, this, &IndexQueue::end);
}

void IndexQueue::want(const std::vector<Wanted>& datasets)
{
    std::set<Key> there;
    for (const Wanted& one : datasets)
        there.insert({one.slug, one.rowsSha256});
    std::erase_if(m_known, [&](const Key& key) { return !there.contains(key); });
    const bool runs = m_state.running;
    if (runs && !there.contains(m_waiting.front()))
        m_child.cancel(); // the next one starts when it has ended
    const auto behind = m_waiting.begin() + (runs ? 1 : 0);
    m_waiting.erase(std::remove_if(behind, m_waiting.end(),
                        [&](const Key& key) { return !there.contains(key); }),
        m_waiting.end());
    for (const Wanted& one : datasets)
        if (m_known.insert({one.slug, one.rowsSha256}).second)
            m_waiting.push_back({one.slug, one.rowsSha256});
    if (!m_state.running && !m_state.stopped)
        startNext();
}

void IndexQueue::startNext()
{
    m_state.running = !m_waiting.empty();
    m_state.waiting = std::max(0, int(m_waiting.size()) - 1);
    m_state.doing.clear();
    m_state.rows = m_state.totalRows = 0;
    m_state.slug = m_state.running ? m_waiting.front().first : QString();
    m_anew = false;
    if (m_state.running)
        m_child.start({QStringLiteral("--project"), qtext(m_project.string()),
            QStringLiteral("data"), QStringLiteral("index"), QStringLiteral("--json"),
            QStringLiteral("--"), m_state.slug});
    Q_EMIT changed();
}

void IndexQueue::readLine(const Json& line)
{
    if (stringOr(line, "type", "") != "progress")
        return;
    m_state.doing = qtext(stringOr(line, "doing", ""));
    m_anew = m_anew || m_state.doing != QStringLiteral("tokens"); // those are read elsewhere
    m_state.rows = std::uint64_t(std::max<std::int64_t>(0, integerOr(line, "rows", 0)));
    m_state.totalRows = std::uint64_t(std::max<std::int64_t>(0, integerOr(line, "total_rows", 0)));
    Q_EMIT changed();
}

void IndexQueue::end(JsonChild::End how, const QString& message)
{
    const Key key = m_waiting.front();
    m_waiting.pop_front();
    const bool wanted = m_known.contains(key);
    if (how == JsonChild::End::Failed || how == JsonChild::End::Crashed) {
        m_state.failedSlug = key.first;
        m_state.problem =
            message.isEmpty() ? tr("the index of %1 was not built").arg(key.first) : message;
    } else if (how == JsonChild::End::Cancelled && m_state.stopped && wanted) {
        m_waiting.push_front(key);
    } else if (m_state.failedSlug == key.first) {
        m_state.failedSlug.clear();
        m_state.problem.clear();
    }
    const bool anew = m_anew && wanted;
    if (m_state.stopped) {
        m_state.running = false;
        m_state.waiting = int(m_waiting.size());
        Q_EMIT changed();
    } else {
        startNext();
    }
    if (anew)
        Q_EMIT indexed(key.first);
}

void IndexQueue::stop()
{
    if (!m_state.running)
        return;
    m_state.stopped = true;
    m_child.cancel();
}

void IndexQueue::goOn()
{
    m_state.stopped = false;
    if (!m_state.failedSlug.isEmpty()) {
        const auto failed = std::ranges::find(m_known, m_state.failedSlug, &Key::first);
        if (failed != m_known.end() && std::ranges::find(m_waiting, *failed) == m_waiting.end())
            m_waiting.push_back(*failed);
        m_state.failedSlug.clear();
        m_state.problem.clear();
    }
    if (!m_state.running)
        startNext();
}

} // namespace koala
