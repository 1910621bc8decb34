#include "ui/pages/machines/machine_words.h"

#include <algorithm>
#include <cmath>

#include <QCoreApplication>
#include <QLocale>

#include "ui/services/words.h"

namespace koala {
namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("MachineWords", text);
}

// LoRA adapters are small; this is what a full fine-tune of the starter model writes in bf16.
constexpr double kCheckpointBytes = 270e6;

} // namespace

QString durationText(double seconds)
{
    if (!std::isfinite(seconds) || seconds < 0)
        return {};
    const auto whole = qint64(std::llround(seconds));
    if (whole < 60)
        return tr("%1 s").arg(whole);
    const qint64 minutes = (whole + 30) / 60;
    if (minutes < 60)
        return tr("%1 min").arg(minutes);
    return tr("%1 h %2 min").arg(grouped(minutes / 60)).arg(minutes % 60);
}

QString tookText(double seconds)
{
    if (seconds < 1)
        return tr("%1 ms").arg(std::max<qint64>(1, std::llround(seconds * 1000)));
    return tr("%1 s").arg(QLocale().toString(seconds, 'f', 1));
}

QString coresText(const MachineFacts& facts)
{
    const QString threads =
        facts.threads == 1 ? tr("1 thread") : tr("%1 threads").arg(facts.threads);
    if (facts.cores <= 0)
        return facts.threads > 0 ? threads : QString();
    return (facts.cores == 1 ? tr("1 core") : tr("%1 cores").arg(facts.cores)) +
           QStringLiteral(", ") + threads;
}

QString freeOfText(std::uint64_t free, std::uint64_t total)
{
    return total > 0 ? tr("%1 of %2").arg(byteCount(free), byteCount(total)) : QString();
}

QString writeSpeedText(const WriteSpeed& speed)
{
    const double rate = speed.bytesPerSecond();
    if (rate <= 0)
        return {};
    const double seconds = kCheckpointBytes / rate;
    return tr("%1/s, so a checkpoint of 270 MB takes %2 s")
        .arg(byteCount(quint64(rate)), QLocale().toString(seconds, 'f', seconds < 10 ? 1 : 0));
}

QString headline(const MachineFacts& facts, const std::optional<MachineLoad>& load)
{
    QStringList parts{coresText(facts)};
    if (load && load->memoryTotal > 0)
        parts << byteCount(load->memoryTotal);
    if (facts.gpus.empty())
        parts << tr("no GPU");
    else
        parts << (facts.gpus.size() == 1 ? tr("1 GPU") : tr("%1 GPUs").arg(facts.gpus.size()));
    parts.removeAll(QString());
    return parts.join(QStringLiteral(" · "));
}

bool programsComplete(const MachineFacts& facts)
{
    return std::ranges::all_of(
        facts.programs, [](const ProgramFacts& one) { return !one.version.empty(); });
}

} // namespace koala
