// ui/shell/run_words.h: a run in the words of the status line and the palette. Pure functions.
#pragma once

#include "ui/services/run_service.h"
#include "ui/shell/status_line.h"

namespace koala {

RunningFacts runningFacts(const RunSnapshot& run);
QString runWords(const RunSnapshot& run); // "training · step 812 of 2,400"

} // namespace koala
