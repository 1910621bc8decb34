// core/data/row_traits.h: language and flags of a row, told from its texts (RowFlag in row_query.h
// says what each means). Private to core/data.
#pragma once

#include "core/data/dataset.h"
#include "core/data/row_texts.h"

namespace koala {

RowTraits traitsOf(const RowTexts& texts);

} // namespace koala
