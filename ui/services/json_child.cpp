#include "ui/services/json_child.h"

#include <csignal>

#include <QCoreApplication>
#include <QDir>

namespace koala {

namespace {
constexpr int kKillAfterMs = 900;
constexpr qsizetype kKeptWords = 4000;

// The last thing said, without the program's own prefix: what went wrong in one line.
QString lastWords(const QByteArray& words)
{
    const QList<QByteArray> lines = words.split('\n');
    for (auto line = lines.crbegin(); line != lines.crend(); ++line) {
        QString text = QString::fromUtf8(*line).trimmed();
        if (text.startsWith(QStringLiteral("koala: ")))
            text = text.mid(7);
        if (!text.isEmpty())
            return text.left(600);
    }
    return {};
}
} // namespace

JsonChild::JsonChild(QObject* parent) : QObject(parent)
{
    m_kill.setSingleShot(true);
    m_kill.setInterval(kKillAfterMs);
    connect(&m_kill, &QTimer::timeout, &m_process, &QProcess::kill);
    connect(&m_process, &QProcess::readyReadStandardOutput, this, &JsonChild::readLines);
    connect(&m_process, &QProcess::readyReadStandardError, this, &JsonChild::readWords);
    connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error != QProcess::FailedToStart)
            return;
        m_words += "koala: cannot start " + programPath().toUtf8() + ": " +
                   m_process.errorString().toUtf8() +
                   ". Build it, or set KOALA_PROGRAM to where it is.\n";
        finish(End::Failed);
    });
    connect(&m_process, &QProcess::finished, this, [this](int code, QProcess::ExitStatus status) {
        readLines();
        readWords();
        if (m_cancelled || code == 130 || code == 143)
            finish(End::Cancelled);
        else if (status == QProcess::CrashExit)
            finish(End::Crashed);
        else if (code == 0)
            finish(End::Done);
        else
            finish(code == 3 ? End::Incomplete : End::Failed);
    });
}

JsonChild::~JsonChild()
{
    m_process.disconnect(this);
    if (!running())
        return;
    m_process.terminate();
    if (!m_process.waitForFinished(150))
        m_process.kill();
    m_process.waitForFinished(150);
}

QString JsonChild::programPath()
{
    const QString named = qEnvironmentVariable("KOALA_PROGRAM");
    if (!named.isEmpty())
        return named;
    const QDir here(QCoreApplication::applicationDirPath());
    for (const QString& place : {QStringLiteral("koala"), QStringLiteral("../koala/koala"),
             QStringLiteral("../bin/koala"), QStringLiteral("../app/koala/koala")}) {
        if (QFileInfo(here.filePath(place)).isExecutable() &&
            QFileInfo(here.filePath(place)).isFile())
            return QDir::cleanPath(here.filePath(place));
    }
    return here.filePath(QStringLiteral("koala"));
}

void JsonChild::start(const QStringList& arguments)
{
    m_output.clear();
    m_words.clear();
    m_cancelled = false;
    m_ended = false;
    m_process.start(programPath(), arguments);
}

void JsonChild::cancel()
{
    if (!running())
        return;
    m_cancelled = true;
    if (m_process.processId() > 0)
        ::kill(static_cast<pid_t>(m_process.processId()), SIGINT);
    m_kill.start();
}

void JsonChild::readLines()
{
    m_output += m_process.readAllStandardOutput();
    for (qsizetype end = m_output.indexOf('\n'); end >= 0; end = m_output.indexOf('\n')) {
        const std::string text = m_output.left(end).toStdString();
        m_output.remove(0, end + 1);
        if (auto value = parseJson(text, "the child's output"); value.ok() && value->is_object())
            Q_EMIT line(*value);
    }
}

void JsonChild::readWords()
{
    const QByteArray words = m_process.readAllStandardError();
    if (words.isEmpty())
        return;
    m_words = (m_words + words).right(kKeptWords);
    const QString last = lastWords(words);
    if (!last.isEmpty())
        Q_EMIT said(last);
}

void JsonChild::finish(End end)
{
    if (m_ended)
        return;
    m_ended = true;
    m_kill.stop();
    QString message = lastWords(m_words);
    if (message.isEmpty() && end == End::Crashed)
        message =
            tr("%1 ended by itself; what it had saved is kept. Start it again.").arg(programPath());
    Q_EMIT ended(end, message);
}

} // namespace koala
