// ui/pages/studies/study_words.h: the figures of a study as sentences. Pure functions.
#pragma once

#include <QString>

#include "ui/services/study_results.h"

namespace koala {

QString percent(double share, int digits = 1); // "62.3 %"
QString pValueText(double p);                  // "0.0048", "0.50", "< 0.001"
QString pValueSentence(double p);              // "p = 0.0048", "p < 0.001"
// "B is better: 24 of 31 decided votes, 95 % interval 60–89 %, exact test p = 0.0033."
QString verdict(const StudyResult& study);
// "The 31 ties and 11 both-bad are counted apart and never turned into wins."
QString verdictDetail(const Outcome& outcome);
// What a reader hears of a win bar.
QString outcomeInWords(const Outcome& outcome);
// "Of 31 decided votes, 22 must go one way before p falls under 0.05." Computed, not looked up.
QString reachInWords(std::int64_t decided);
// Interval of the better side: B's as it is, A's turned round.
inline bool sideBLeads(const Outcome& outcome)
{
    return outcome.counts.wins >= outcome.counts.losses;
}

} // namespace koala
