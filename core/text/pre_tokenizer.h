// core/text/pre_tokenizer.h: cuts a text into the words that byte-level BPE works on, as the GPT-2
// pattern does: 's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+ ,
// written by hand. With Digits::Apart each number character (\p{N}) is first cut off on its own
// ("smollm").
#pragma once

#include <cstddef>
#include <string_view>

namespace koala {

enum class Digits { Together, Apart };

// Where the word that begins at `at` ends; `text` is valid UTF-8 and longer than `at`, which is the
// beginning of the text or the end of a word.
std::size_t wordEnd(std::string_view text, std::size_t at, Digits digits);

} // namespace koala
