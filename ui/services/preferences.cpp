#include "ui/services/preferences.h"

#include <algorithm>

namespace koala {

namespace {
constexpr int kProjectsKept = 8;

QString userFile()
{
    return QSettings(QSettings::IniFormat, QSettings::UserScope, QStringLiteral("koala-workbench"),
        QStringLiteral("koala-workbench"))
        .fileName();
}
} // namespace

Preferences::Preferences(const QString& file, QObject* parent)
    : QObject(parent), m_settings(file.isEmpty() ? userFile() : file, QSettings::IniFormat)
{
}

QString Preferences::theme() const
{
    return m_settings.value(QStringLiteral("theme"), QStringLiteral("system")).toString();
}

void Preferences::setTheme(const QString& theme)
{
    m_settings.setValue(QStringLiteral("theme"), theme);
    Q_EMIT appearanceChanged();
}

double Preferences::pointSize() const
{
    const double points = m_settings.value(QStringLiteral("pointSize"), kStandard).toDouble();
    return std::clamp(points > 0 ? points : kStandard, kSmallest, kLargest);
}

void Preferences::setPointSize(double points)
{
    m_settings.setValue(QStringLiteral("pointSize"), std::clamp(points, kSmallest, kLargest));
    Q_EMIT appearanceChanged();
}

QStringList Preferences::recentProjects() const
{
    return m_settings.value(QStringLiteral("recentProjects")).toStringList();
}

void Preferences::addRecentProject(const QString& folder)
{
    QStringList all = recentProjects();
    all.removeAll(folder);
    all.prepend(folder);
    m_settings.setValue(QStringLiteral("recentProjects"), QStringList(all.mid(0, kProjectsKept)));
}

} // namespace koala
