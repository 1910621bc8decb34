// ui/services/preferences.h: what belongs to the person and not to a project: theme, text size, the
// last projects. Kept in the user's own settings file; changes are told at once. GUI thread.
#pragma once

#include <QObject>
#include <QSettings>
#include <QStringList>

namespace koala {

class Preferences final : public QObject {
    Q_OBJECT
public:
    static constexpr double kSmallest = 8, kLargest = 16, kStandard = 10;
    // file empty: the user's own; tests name one.
    explicit Preferences(const QString& file = {}, QObject* parent = nullptr);

    QString theme() const; // "system" "light" "dark" "contrast"
    void setTheme(const QString& theme);
    double pointSize() const;
    void setPointSize(double points);
    QString fileName() const { return m_settings.fileName(); }
    QStringList recentProjects() const; // newest first
    void addRecentProject(const QString& folder);

Q_SIGNALS:
    void appearanceChanged();

private:
    QSettings m_settings;
};

} // namespace koala
