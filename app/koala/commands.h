// app/koala/commands.h: every subcommand, one line each; main.cpp adds them in this order.
#pragma once

#include "app/koala/command.h"

namespace koala {

using AddCommand = void (*)(CLI::App& koala, CommandContext& context);

void addTrainCommand(CLI::App& koala, CommandContext& context);
void addRunCommand(CLI::App& koala, CommandContext& context);
void addServeCommand(CLI::App& koala, CommandContext& context);
void addChatCommand(CLI::App& koala, CommandContext& context);
void addEvalCommand(CLI::App& koala, CommandContext& context);
void addStarterCommand(CLI::App& koala, CommandContext& context);

void addProjectCommand(CLI::App& koala, CommandContext& context);
void addDataCommand(CLI::App& koala, CommandContext& context);
void addMixtureCommand(CLI::App& koala, CommandContext& context);
void addModelCommand(CLI::App& koala, CommandContext& context);

} // namespace koala
