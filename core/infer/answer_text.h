// core/infer/answer_text.h: the text of one answer as it grows: unfinished characters and what may
// become a stop string are held back, and a stop string ends it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/text/tokenizer.h"

namespace koala {

class AnswerText {
public:
    // `continued`: tokens whose text the answer goes on with, so that no leading blank is dropped.
    AnswerText(const Tokenizer& tokenizer, std::vector<std::string> stops,
        const std::vector<TokenId>& continued = {});

    std::string add(TokenId token);            // the text that may be shown now
    std::string finish();                      // what was held back, once no more tokens come
    bool stopped() const { return m_stopped; } // a stop string is there; the text ends before it

private:
    std::string release(bool everything);

    StreamDecoder m_decoder;
    std::vector<std::string> m_stops;
    std::string m_held;
    bool m_stopped = false;
};

} // namespace koala
