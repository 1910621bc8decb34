// core/data/formats/data_sheet.h: the data sheet of a dataset as Markdown without markup of its
// own: where it comes from, under which licence and terms, what was read and what was set aside and
// why, what is odd in it, and which cleaning steps stand in its steps.json. For the window, for
// `koala data sheet`, and to lie beside what is exported.
#pragma once

#include <string>

#include "core/data/dataset.h"

namespace koala {

Result<std::string> dataSheet(const Dataset& dataset);

} // namespace koala
