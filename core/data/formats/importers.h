// core/data/formats/importers.h: the importers that there are, each in a file of its own.
#pragma once

#include "core/data/formats/importer.h"

namespace koala {

extern const ImporterInfo koalaRowsImporter; // rows.jsonl of a dataset of ours
extern const ImporterInfo identityImporter;  // questions and answers with {name} and {org}
extern const ImporterInfo hhImporter;
extern const ImporterInfo hc3Importer;
extern const ImporterInfo alpacaImporter;
extern const ImporterInfo shareGptImporter;

// White space and zero-width characters only: nothing to read or to train on.
bool isBlankText(std::string_view text);

} // namespace koala
