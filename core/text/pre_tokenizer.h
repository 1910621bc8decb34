// core/text/pre_tokenizer.h: cuts a text into the words that byte-level BPE works on, as the GPT-2
// pattern does: 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+ ,
// written by hand. With SplitDigits each number character (\p{N}) is first cut off on its own
// ("smollm").
#pragma once

#include <string_view>
#include <vector>

namespace koala {

enum class Digits { Together, Apart };

// `text` is valid UTF-8; the words point into it and cover it.
void splitWords(std::string_view text, Digits digits, std::vector<std::string_view>& words);

} // namespace koala
