#include "ui/services/import_queue.h"

#include <QFileInfo>

#include "core/base/json.h"
#include "ui/services/words.h"

namespace koala {

namespace {
constexpr const char* kNotes = "imports.json";

OrderedJson toJson(const ImportOrder& order)
{
    OrderedJson files = OrderedJson::array();
    for (const QString& file : order.files)
        files.push_back(file.toStdString());
    return {{"files", files}, {"format", order.format.toStdString()},
        {"name", order.name.toStdString()}, {"licence", order.licence.toStdString()},
        {"terms", order.terms.toStdString()}, {"columns", order.columns.toStdString()},
        {"evaluation", order.evaluation}, {"continue", order.unfinished.toStdString()}};
}

ImportOrder orderOf(const Json& json)
{
    ImportOrder order;
    if (const auto files = json.find("files"); files != json.end() && files->is_array())
        for (const Json& file : *files)
            if (file.is_string())
                order.files.append(qtext(file.get<std::string>()));
    order.format = qtext(stringOr(json, "format", ""));
    order.name = qtext(stringOr(json, "name", ""));
    order.licence = qtext(stringOr(json, "licence", ""));
    order.terms = qtext(stringOr(json, "terms", ""));
    order.columns = qtext(stringOr(json, "columns", ""));
    const auto evaluation = json.find("evaluation");
    order.evaluation = evaluation != json.end() && *evaluation == true;
    order.unfinished = qtext(stringOr(json, "continue", ""));
    return order;
}

QStringList argumentsOf(const ImportOrder& order, const fs::path& project)
{
    QStringList arguments{QStringLiteral("--project"), qtext(project.string()),
        QStringLiteral("data"), QStringLiteral("import"), QStringLiteral("--json")};
    if (!order.unfinished.isEmpty())
        return arguments << QStringLiteral("--continue=") + order.unfinished;
    const std::pair<const char*, const QString&> named[] = {{"--format", order.format},
        {"--name", order.name}, {"--licence", order.licence}, {"--terms", order.terms},
        {"--columns", order.columns}};
    for (const auto& [flag, value] : named)
        if (!value.isEmpty()) // joined: a value may begin with a dash
            arguments << QLatin1String(flag) + QLatin1Char('=') + value;
    if (order.evaluation)
        arguments << QStringLiteral("--evaluation");
    return arguments << QStringLiteral("--") << order.files;
}

// Named by the file, or by how many there are.
QString titleOf(const ImportOrder& order)
{
    const QString first = QFileInfo(order.files.first()).fileName();
    return order.files.size() == 1
               ? first
               : ImportQueue::tr("%1 and %2 more").arg(first).arg(order.files.size() - 1);
}
} // namespace

ImportQueue::ImportQueue(fs::path project, QObject* parent)
    : QObject(parent), m_project(std::move(project)), m_child(this)
{
    connect(&m_child, &JsonChild::line, this, &ImportQueue::readLine);
    connect(&m_child, &JsonChild::ended, this, &ImportQueue::end);
}

void ImportQueue::add(const ImportOrder& order)
{
    if (order.files.isEmpty())
        return;
    m_orders.push_back(order);
    note();
    if (m_state.running) {
        m_state.waiting = int(m_orders.size()) - 1;
        Q_EMIT changed();
        return;
    }
    startNext();
}

int ImportQueue::resume()
{
    const auto notes = readJsonFile(m_project / kNotes);
    if (m_state.running || !notes.ok())
        return 0;
    const auto orders = notes->find("imports");
    if (orders == notes->end() || !orders->is_array())
        return 0;
    for (const Json& json : *orders) {
        ImportOrder order = orderOf(json);
        if (!order.files.isEmpty())
            m_orders.push_back(std::move(order));
    }
    const int found = int(m_orders.size());
    startNext();
    return found;
}

// The list on disk is what is still owed; a list that cannot be written costs the restart only.
void ImportQueue::note() const
{
    std::error_code code;
    if (m_orders.empty()) {
        fs::remove(m_project / kNotes, code);
        return;
    }
    OrderedJson orders = OrderedJson::array();
    for (const ImportOrder& order : m_orders)
        orders.push_back(toJson(order));
    (void)writeJsonFile(m_project / kNotes, {{"version", 1}, {"imports", orders}});
}

void ImportQueue::startNext()
{
    if (m_orders.empty())
        return;
    const ImportOrder& next = m_orders.front();
    m_state = {};
    m_state.running = true;
    m_state.file = titleOf(next);
    m_state.waiting = int(m_orders.size()) - 1;
    m_state.kind = next.format;
    for (const QString& file : next.files)
        m_state.totalBytes += quint64(QFileInfo(file).size());
    m_slug.clear();
    m_child.start(argumentsOf(next, m_project));
    Q_EMIT changed();
}

void ImportQueue::setKind(const QString& file, const QString& kind, const QString& reason)
{
    if (!m_state.running || m_orders.empty() || m_orders.front().files.first() != file)
        return;
    m_state.kind = kind;
    m_state.reason = reason;
    Q_EMIT changed();
}

void ImportQueue::readLine(const Json& line)
{
    m_state.bytes = std::uint64_t(integerOr(line, "bytes", std::int64_t(m_state.bytes)));
    m_state.totalBytes =
        std::uint64_t(integerOr(line, "total_bytes", std::int64_t(m_state.totalBytes)));
    m_state.rows = std::uint64_t(integerOr(line, "rows", std::int64_t(m_state.rows)));
    m_state.quarantined =
        std::uint64_t(integerOr(line, "quarantined", std::int64_t(m_state.quarantined)));
    if (const std::string kind = stringOr(line, "importer", stringOr(line, "format", ""));
        !kind.empty())
        m_state.kind = qtext(kind);
    if (const std::string reason = stringOr(line, "reason", ""); !reason.empty())
        m_state.reason = qtext(reason);
    if (const std::string slug = stringOr(line, "slug", ""); !slug.empty())
        m_slug = qtext(slug);
    Q_EMIT changed();
}

void ImportQueue::end(JsonChild::End how, const QString& message)
{
    if (how == JsonChild::End::Crashed && !m_triedAgain) {
        m_triedAgain = true; // killed from outside or out of memory: once more, by itself
        startNext();
        return;
    }
    m_triedAgain = false;
    m_state.running = false;
    m_state.failed = how == JsonChild::End::Failed || how == JsonChild::End::Crashed;
    switch (how) {
    case JsonChild::End::Done:
        m_state.message =
            tr("%1: %2 rows imported").arg(m_state.file, grouped(qint64(m_state.rows)));
        break;
    case JsonChild::End::Incomplete:
        m_state.message = tr("%1: %2 rows imported, %3 broken records set aside")
                              .arg(m_state.file, grouped(qint64(m_state.rows)),
                                  grouped(qint64(m_state.quarantined)));
        break;
    case JsonChild::End::Cancelled:
        m_state.message = tr("%1: import cancelled, nothing was kept").arg(m_state.file);
        break;
    case JsonChild::End::Failed:
    case JsonChild::End::Crashed:
        m_state.message =
            message.isEmpty() ? tr("%1: the import failed").arg(m_state.file) : message;
        break;
    }
    if (!m_orders.empty())
        m_orders.pop_front();
    note();
    Q_EMIT ended();
    Q_EMIT changed();
    if (!m_slug.isEmpty() && (how == JsonChild::End::Done || how == JsonChild::End::Incomplete))
        Q_EMIT imported(m_slug);
    if (!m_state.running)
        startNext();
}

void ImportQueue::cancel()
{
    if (m_orders.size() > 1)
        m_orders.resize(1);
    m_triedAgain = true;
    m_child.cancel();
}

} // namespace koala
