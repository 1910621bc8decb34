// app/koala/commands.h: every subcommand, one line each; main.cpp adds them in this order.
#pragma once

#include "app/koala/command.h"

namespace koala {

using AddCommand = void (*)(CLI::App& koala, CommandContext& context);

void addProjectCommand(CLI::App& koala, CommandContext& context);
void addDataCommand(CLI::App& koala, CommandContext& context);
void addMixtureCommand(CLI::App& koala, CommandContext& context);
void addModelCommand(CLI::App& koala, CommandContext& context);

} // namespace koala
