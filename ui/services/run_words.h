// ui/services/run_words.h: durations and figures of runs as people read them. Pure functions.
#pragma once

#include <QString>

#include "core/run/run_list.h"

namespace koala {

QString durationWords(double seconds);         // "20 s", "47 min", "1 h 12 min"
QString lossWords(std::optional<double> loss); // "1.46", or a dash
QString rateWords(double value);               // "2e-4", "0.0005"
double wallSeconds(const RunSummary& summary); // from its start to its end or last word; 0 unknown
bool isAlive(const RunSummary& summary);       // waiting or under way: its process should be there

} // namespace koala
