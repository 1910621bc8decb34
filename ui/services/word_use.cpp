#include "ui/services/word_use.h"

#include <algorithm>

#include "ui/services/words.h"

namespace koala {

namespace {
std::vector<WordUse::Count> countsOf(const Json& object)
{
    std::vector<WordUse::Count> counts;
    if (!object.is_object())
        return counts;
    for (const auto& [words, rows] : object.items())
        if (rows.is_number_unsigned())
            counts.push_back({qtext(words), rows.get<std::uint64_t>()});
    std::ranges::stable_sort(counts, std::greater(), &WordUse::Count::rows);
    return counts;
}
} // namespace

WordUseCounter::WordUseCounter(fs::path project, QObject* parent)
    : QObject(parent), m_project(std::move(project)), m_child(this)
{
    connect(&m_child, &JsonChild::line, this, [this](const Json& line) {
        if (!line.contains("verbs") || m_running != m_slug)
            return;
        WordUse use;
        use.verbs = countsOf(memberOr(line, "verbs"));
        use.verbObjects = countsOf(memberOr(line, "verb_objects"));
        use.requestsWithVerb = quint64(integerOr(line, "requests_with_verb", 0));
        use.rows = quint64(integerOr(line, "rows", 0));
        Q_EMIT ready(use);
    });
    connect(&m_child, &JsonChild::ended, this, [this](JsonChild::End end, const QString& message) {
        if (m_running != m_slug)
            start(); // overtaken
        else if (end == JsonChild::End::Failed || end == JsonChild::End::Crashed)
            Q_EMIT failed(message);
    });
}

void WordUseCounter::request(const QString& slug)
{
    m_slug = slug;
    if (!m_child.running())
        start();
    else if (m_running != m_slug)
        m_child.cancel();
}

void WordUseCounter::start()
{
    m_running = m_slug;
    if (m_slug.isEmpty())
        return;
    m_child.start({QStringLiteral("--project"), qtext(m_project.string()), QStringLiteral("data"),
        QStringLiteral("stats"), m_slug, QStringLiteral("--json")});
}

} // namespace koala
