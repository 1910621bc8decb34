#include "ui/services/run_words.h"

#include <cmath>

#include <QLocale>
#include <QObject>

#include "core/base/time.h"

namespace koala {

QString durationWords(double seconds)
{
    if (seconds < 90)
        return QObject::tr("%1 s").arg(int(std::lround(seconds)));
    const int minutes = int(std::lround(seconds / 60));
    if (minutes < 60)
        return QObject::tr("%1 min").arg(minutes);
    return QObject::tr("%1 h %2 min").arg(minutes / 60).arg(minutes % 60);
}

QString lossWords(std::optional<double> loss)
{
    return loss && std::isfinite(*loss) ? QLocale().toString(*loss, 'f', 2) : QStringLiteral("–");
}

QString rateWords(double value)
{
    if (value == 0 || std::abs(value) >= 0.01)
        return QString::number(value, 'g', 3);
    // "1.59e-4", "2e-4": small rates by their power of ten.
    const int power = int(std::floor(std::log10(std::abs(value)) + 1e-9));
    return QStringLiteral("%1e%2")
        .arg(QString::number(value / std::pow(10, power), 'g', 3))
        .arg(power);
}

double wallSeconds(const RunSummary& summary)
{
    const auto from = parseUtc(summary.startedAt);
    const auto to = parseUtc(summary.endedAt.empty() ? summary.lastEventAt : summary.endedAt);
    if (!from.ok() || !to.ok())
        return 0;
    return std::max(0.0, std::chrono::duration<double>(*to - *from).count());
}

bool isAlive(const RunSummary& summary)
{
    return summary.phase == RunPhase::Running || summary.phase == RunPhase::Waiting;
}

} // namespace koala
