// core/data/formats/oddities.h: what is strange in imported texts, counted for the import report
// and changed in nothing: control strings of chat templates, leftovers of web pages, characters
// that one does not see. The names are the keys of "oddities" in the manifest. Counts are turns,
// unless the name says otherwise.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "core/data/conversation.h"

namespace koala {

struct RecordFlags;
using Oddities = std::map<std::string, std::uint64_t>;

void countOddities(const Conversation& conversation, Oddities& counts);
void countOddities(const RecordFlags& flags, Oddities& counts);

} // namespace koala
