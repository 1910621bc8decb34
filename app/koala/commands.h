// app/koala/commands.h: every subcommand, one line each; main.cpp adds them in this order.
#pragma once

#include "app/koala/command.h"

namespace koala {

using AddCommand = void (*)(CLI::App& koala, CommandContext& context);

} // namespace koala
