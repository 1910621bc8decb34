// core/metrics/bleu_tokens.h: the tokeniser "13a" without an allocation a token. Private to
// core/metrics.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace koala {

class Tokenizer13a {
public:
    // Valid until the next call. Works on bytes: no byte of a longer character of UTF-8 is a digit,
    // a point or a comma, so the rules see what sacrebleu's see on characters.
    const std::vector<std::string_view>& split(std::string_view text);

private:
    std::string m_text;
    std::string m_spaced;
    std::vector<std::string_view> m_tokens;
};

} // namespace koala
