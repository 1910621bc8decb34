// ui/pages/runs/run_look.h: how a run's state looks: colour, icon and word, the same everywhere.
#pragma once

#include <QString>

#include "ui/services/run_service.h"
#include "ui/widgets/theme.h"

namespace koala {

struct RunLook {
    QString word; // "training", "done", "failed" …
    const char* icon;
    Tone tone;
};
RunLook lookOf(const RunSummary& summary);
// "step 812 / 2,400", and the quiet words after it.
QString stepWords(const RunSummary& summary);
QString progressWords(const RunSummary& summary);

} // namespace koala
