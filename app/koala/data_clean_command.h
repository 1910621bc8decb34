// app/koala/data_clean_command.h: koala data clean and koala data stats, verbs of data_command.cpp.
#pragma once

#include "app/koala/command.h"

namespace koala {

void addDataClean(CLI::App& data, CommandContext& context);
void addDataStats(CLI::App& data, CommandContext& context);

} // namespace koala
