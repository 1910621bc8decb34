// core/data/clean/steps_of_each_type.h: one entry a kind of step, each declared in its own file.
// Private to core/data/clean.
#pragma once

#include "core/data/clean/step_types.h"

namespace koala {

extern const StepType kDuplicatePrompts;
extern const StepType kDuplicateDialogues;
extern const StepType kNearDuplicates;
extern const StepType kLanguage;
extern const StepType kKeywords;
extern const StepType kPageLeftovers;
extern const StepType kLength;
extern const StepType kTurnOrder;
extern const StepType kPersonalData;
extern const StepType kToxic;
extern const StepType kOverlapWords;
extern const StepType kOverlapBleu;
extern const StepType kExclude;
extern const StepType kEdit;
extern const StepType kKeep;

} // namespace koala
