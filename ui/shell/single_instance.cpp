#include "ui/shell/single_instance.h"

#include <QCryptographicHash>
#include <QDir>
#include <QLocalSocket>
#include <QStandardPaths>

namespace koala {

namespace {
constexpr int kAnswerMs = 900;
}

SingleInstance::SingleInstance(fs::path project, QObject* parent)
    : QObject(parent), m_project(std::move(project))
{
    m_server.setSocketOptions(QLocalServer::UserAccessOption);
    connect(&m_server, &QLocalServer::newConnection, this, [this] {
        QLocalSocket* caller = m_server.nextPendingConnection();
        connect(caller, &QLocalSocket::disconnected, caller, &QObject::deleteLater);
        connect(caller, &QLocalSocket::readyRead, this, [this, caller] {
            if (!caller->canReadLine())
                return;
            const QByteArray line = caller->readLine(200).trimmed();
            caller->write("shown\n");
            caller->flush();
            if (line.startsWith("raise"))
                Q_EMIT raiseRequested(QString::fromLatin1(line.mid(6)));
        });
    });
}

// Short and the same for every way of writing the project's path.
QString SingleInstance::socketName() const
{
    std::error_code code;
    const fs::path real = fs::weakly_canonical(m_project, code);
    const QByteArray hash = QCryptographicHash::hash(
        QByteArray::fromStdString((code ? m_project : real).string()), QCryptographicHash::Sha256);
    QString folder = QStandardPaths::writableLocation(QStandardPaths::RuntimeLocation);
    if (folder.isEmpty())
        folder = QDir::tempPath();
    return folder + QStringLiteral("/koala-workbench-") +
           QString::fromLatin1(hash.toHex().left(16));
}

SingleInstance::Outcome SingleInstance::claim(const QString& page)
{
    auto lock = FileLock::acquire(m_project / ".lock");
    if (lock.ok()) {
        m_lock = std::move(*lock);
        QLocalServer::removeServer(socketName()); // of a window that was killed: we hold the lock
        m_server.listen(socketName());
        return Outcome::Owner;
    }
    m_holder = QString::fromStdString(lock.error().message);
    QLocalSocket socket;
    socket.connectToServer(socketName());
    if (!socket.waitForConnected(kAnswerMs))
        return Outcome::ReadOnly;
    socket.write("raise " + page.toLatin1() + '\n');
    socket.flush();
    return socket.waitForReadyRead(kAnswerMs) ? Outcome::BroughtToFront : Outcome::ReadOnly;
}

} // namespace koala
