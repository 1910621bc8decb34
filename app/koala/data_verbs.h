// app/koala/data_verbs.h: the verbs of `koala data`, grouped by file; addDataCommand adds them.
#pragma once

#include "app/koala/command.h"

namespace koala {

void addDataImportVerbs(CLI::App& noun, CommandContext& context); // import, discard, preview
void addDataExportVerbs(CLI::App& noun, CommandContext& context); // export, sheet
void addDataIndexVerb(CLI::App& noun, CommandContext& context);
void addDataClean(CLI::App& noun, CommandContext& context);
void addDataStats(CLI::App& noun, CommandContext& context);

} // namespace koala
