// ui/shell/single_instance.h: one window a project. The first holds an OS lock on <project>/.lock
// and listens on a local socket; a second start asks it to come to the front and ends, or, where
// nobody answers, opens read-only and says so.
#pragma once

#include <optional>

#include <QLocalServer>
#include <QObject>
#include <QString>

#include "core/base/files.h"

namespace koala {

class SingleInstance final : public QObject {
    Q_OBJECT
public:
    enum class Outcome { Owner, BroughtToFront, ReadOnly };

    explicit SingleInstance(fs::path project, QObject* parent = nullptr);
    // Blocks at most about a second, before there is a window.
    Outcome claim(const QString& page);
    const QString& holder() const { return m_holder; } // why it is read-only

Q_SIGNALS:
    void raiseRequested(const QString& page); // page may be empty

private:
    QString socketName() const;
    fs::path m_project;
    std::optional<FileLock> m_lock;
    QLocalServer m_server;
    QString m_holder;
};

} // namespace koala
