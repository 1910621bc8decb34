// ui/services/json_child.h: one `koala …` child process that prints JSON Lines. Heavy work runs in
// such children, so the window never waits and killing one costs that work only. GUI thread.
//
// The program is the `koala` beside the running one; $KOALA_PROGRAM names another (tests use it).
#pragma once

#include <QByteArray>
#include <QObject>
#include <QProcess>
#include <QString>
#include <QStringList>
#include <QTimer>

#include "core/base/json.h"

namespace koala {

class JsonChild final : public QObject {
    Q_OBJECT
public:
    enum class End { Done, Incomplete, Cancelled, Failed, Crashed };

    explicit JsonChild(QObject* parent = nullptr);
    ~JsonChild() override; // asks a running child to end and leaves it at most a moment

    static QString programPath();
    void start(const QStringList& arguments);
    // Asks the child to end (SIGINT); one that is still there after 900 ms is killed.
    void cancel();
    bool running() const { return m_process.state() != QProcess::NotRunning; }
    qint64 processId() const { return m_process.processId(); }
    // What the child said on standard error, at most its last 4,000 characters.
    QString words() const { return QString::fromUtf8(m_words); }

Q_SIGNALS:
    void line(const koala::Json& value);
    void said(const QString& words); // a line of standard error
    void ended(koala::JsonChild::End end, const QString& message);

private:
    void readLines();
    void readWords();
    void finish(End end);

    QProcess m_process;
    QTimer m_kill;
    QByteArray m_output;
    QByteArray m_words;
    bool m_cancelled = false;
    bool m_ended = true;
};

} // namespace koala
