// core/stats/preference.h: wins, ties and losses of one side against another, and what they say.
// The figures that the Compare and Studies pages, the reports and `koala eval stats` show, made in
// one place.
#pragma once

#include <cstdint>
#include <string>

#include "core/stats/interval.h"

namespace koala {

struct PreferenceCounts {
    std::int64_t wins = 0;
    std::int64_t ties = 0;
    std::int64_t losses = 0;
    std::int64_t bothBad = 0; // counted with the ties in shares
    std::int64_t total() const { return wins + ties + losses + bothBad; }
    PreferenceCounts& operator+=(const PreferenceCounts& other);
    bool operator==(const PreferenceCounts&) const = default;
};

struct PreferenceSummary {
    PreferenceCounts counts;
    double winShare = 0; // of all
    Interval winInterval;
    double atLeastTiedShare = 0; // wins, ties and both bad of all
    Interval atLeastTiedInterval;
    double pValue = 1; // exact two-sided sign test of wins against losses
};

PreferenceSummary summarize(const PreferenceCounts& counts);

// "12 wins, 5 ties, 3 losses of 20; wins 60 % (39 to 78 %), p = 0.035"
std::string inWords(const PreferenceSummary& summary);

} // namespace koala
