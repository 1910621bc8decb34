#include "core/stats/preference.h"

#include <fmt/format.h>

#include "core/stats/sign_test.h"

namespace koala {

PreferenceCounts& PreferenceCounts::operator+=(const PreferenceCounts& other)
{
    wins += other.wins;
    ties += other.ties;
    losses += other.losses;
    bothBad += other.bothBad;
    return *this;
}

PreferenceSummary summarize(const PreferenceCounts& counts)
{
    PreferenceSummary summary;
    summary.counts = counts;
    const std::int64_t total = counts.total();
    const std::int64_t notLost = total - counts.losses;
    summary.winShare = total == 0 ? 0.0 : double(counts.wins) / double(total);
    summary.winInterval = wilsonInterval(counts.wins, total);
    summary.atLeastTiedShare = total == 0 ? 0.0 : double(notLost) / double(total);
    summary.atLeastTiedInterval = wilsonInterval(notLost, total);
    summary.pValue = signTest(counts.wins, counts.losses);
    return summary;
}

std::string inWords(const PreferenceSummary& summary)
{
    const PreferenceCounts& counts = summary.counts;
    if (counts.total() == 0)
        return "no votes yet";
    std::string text = fmt::format("{} {}, {} {}, {} {}", counts.wins,
        counts.wins == 1 ? "win" : "wins", counts.ties, counts.ties == 1 ? "tie" : "ties",
        counts.losses, counts.losses == 1 ? "loss" : "losses");
    if (counts.bothBad > 0)
        text += fmt::format(", {} both bad", counts.bothBad);
    text += fmt::format(" of {}; wins {:.0f} % ({:.0f} to {:.0f} %), ", counts.total(),
        100 * summary.winShare, 100 * summary.winInterval.low, 100 * summary.winInterval.high);
    text += summary.pValue < 0.001 ? "p < 0.001" : fmt::format("p = {:.3f}", summary.pValue);
    return text;
}

} // namespace koala
