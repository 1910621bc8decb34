#include "ui/pages/runs/run_look.h"

#include <cmath>

#include "ui/services/run_words.h"
#include "ui/services/words.h"

namespace koala {

RunLook lookOf(const RunSummary& summary)
{
    switch (summary.phase) {
    case RunPhase::Waiting:
        return {QObject::tr("starting"), "clock", Tone::Neutral};
    case RunPhase::Running: {
        const QString activity = qtext(summary.activity);
        if (activity == QStringLiteral("training") || activity.isEmpty())
            return {QObject::tr("training"), "play", Tone::Accent};
        return {activity, activity == QStringLiteral("saving") ? "save" : "spinner", Tone::Accent};
    }
    case RunPhase::Done:
        return {QObject::tr("done"), "check-circle", Tone::Good};
    case RunPhase::Stopped:
        return {QObject::tr("stopped"), "stop", Tone::Neutral};
    case RunPhase::Failed:
        return {QObject::tr("failed"), "error", Tone::Bad};
    case RunPhase::Preempted:
        return {QObject::tr("preempted"), "pause", Tone::Warning};
    case RunPhase::Lost:
        return {QObject::tr("lost"), "lost", Tone::Warning};
    }
    return {};
}

QString stepWords(const RunSummary& s)
{
    if (s.totalSteps > 0)
        return QObject::tr("step %1 / %2").arg(grouped(s.step), grouped(s.totalSteps));
    return s.step > 0 ? QObject::tr("step %1").arg(grouped(s.step)) : QString();
}

QString progressWords(const RunSummary& s)
{
    QStringList words;
    if (s.totalSteps > 0 && s.phase != RunPhase::Done)
        words << QObject::tr("%1 %").arg(
            int(std::lround(100.0 * double(s.step) / double(s.totalSteps))));
    if (const double wall = wallSeconds(s); wall > 0)
        words << (s.phase == RunPhase::Running ? QObject::tr("%1 so far").arg(durationWords(wall))
                                               : durationWords(wall));
    if (s.phase == RunPhase::Running && s.secondsLeft)
        words << QObject::tr("%1 left").arg(durationWords(*s.secondsLeft));
    if (!s.endedAt.empty() && s.phase != RunPhase::Running)
        words << QObject::tr("ended %1").arg(shortDate(s.endedAt));
    if (s.tokensPerSecond && *s.tokensPerSecond > 0)
        words << QObject::tr("%1 tokens/s").arg(grouped(qint64(std::llround(*s.tokensPerSecond))));
    return words.join(QStringLiteral(" · "));
}

} // namespace koala
