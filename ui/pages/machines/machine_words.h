// ui/pages/machines/machine_words.h: facts of a computer as people read them. Pure functions; a
// fact that is not known gives an empty text, and the page leaves it out.
#pragma once

#include <optional>

#include <QString>

#include "ui/services/machine_probe.h"

namespace koala {

QString durationText(double seconds);                        // "6 min", "1 h 12 min"
QString tookText(double seconds);                            // "12 ms", "1.4 s"
QString coresText(const MachineFacts& facts);                // "2 cores, 2 threads"
QString freeOfText(std::uint64_t free, std::uint64_t total); // "24.8 of 25.3 GB free"
// "1.2 GB/s, so a checkpoint of 270 MB takes 0.2 s"
QString writeSpeedText(const WriteSpeed& speed);
// "2 threads · 25.3 GB · no GPU"
QString headline(const MachineFacts& facts, const std::optional<MachineLoad>& load);
bool programsComplete(const MachineFacts& facts);

} // namespace koala
