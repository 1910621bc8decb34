// app/koala/run_verbs.h: verbs of `koala run` that have a file of their own; addRunCommand adds
// them.
#pragma once

#include "app/koala/command.h"

namespace koala {

void addRunProve(CLI::App& noun, CommandContext& context);

} // namespace koala
