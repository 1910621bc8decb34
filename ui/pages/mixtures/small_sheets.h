// ui/pages/mixtures/small_sheets.h: the short questions of the Mixtures page, each a sheet that
// deletes itself when it is closed.
#pragma once

#include "ui/pages/mixtures/mixtures_controller.h"

namespace koala {

// Save, discard or stay, before `next` is opened.
void askUnsaved(MixturesController& controller, const QString& next, QWidget* owner);
void askName(MixturesController& controller, QWidget* owner);
// Licence and terms of each source that is used; non-commercial ones are marked.
void showTerms(const MixturesController& controller, QWidget* owner);

} // namespace koala
