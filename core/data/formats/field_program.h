// core/data/formats/field_program.h: EasyLM's small language of fields (spec 01 section 3.1), which
// says what of a row of Koala JSONL is read in which order, and on what the loss is:
//
//   program := field ("," field)*       field := "[" body "]" (no loss) | body
//   body    := "<|bos|>" | "<|eos|>" | "<|" number "|>" | "{" key "}" | key ("+" key)*
//
// The number is one token id, and {key} names an array of token ids in base64: both are of newer
// EasyLM. As there, nothing is escaped and no white space is taken away.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace koala {

struct ProgramField {
    enum class Kind { Text, Bos, Eos, TokenId, TokenArray };
    Kind kind = Kind::Text;
    bool trained = true;
    std::vector<std::string> keys; // of Text: joined with a blank; of TokenArray: one
    std::int64_t tokenId = 0;
};

// An error names the field by number, from 1, and says what is wrong with it.
Result<std::vector<ProgramField>> parseFieldProgram(std::string_view program);

} // namespace koala
