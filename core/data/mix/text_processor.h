// core/data/mix/text_processor.h: rows of Koala JSONL as EasyLM turns them into tokens and loss
// masks (spec 01, sections 2 and 3): the field programs of the Koala-time code, and the literal ids
// and token arrays of the newest one. What our templates give is held against this. Pure.
//
//   program := field ("," field)*      field := "[" body "]" (not trained) | body (trained)
//   body    := "<|bos|>" | "<|eos|>" | "<|123|>" | "{key}" | key ("+" key)*
// Each field is tokenised alone. There are no escapes and no blanks are trimmed, as there.
#pragma once

#include <string>
#include <vector>

#include "core/base/json.h"
#include "core/data/conversation.h"
#include "core/text/chat_template.h"

namespace koala {

struct TextProcessorOptions {
    std::string fields;                       // a program for all rows
    std::string fieldsFromExample = "fields"; // the key that holds a row's own: it wins
    std::string prependText = "BEGINNING OF CONVERSATION: "; // in front of the first field's text
    std::string subfieldSeparator = " ";
    bool addBos = false; // newest: true
    bool addEos = true;  // both: one more EOS, trained
};

// {tokens, trained}; `turn` is the number of the field. An error names the field and the key.
Result<Rendered> processExample(
    const Json& example, const TextProcessorOptions& options, const Tokenizer& tokenizer);

// The row of Koala JSONL that the released pipeline writes for a dialogue: markers, human_N, gpt_N
// or gpt_bad_N, and the program. Only user and assistant turns.
Json koalaExampleOf(const Conversation& conversation, Marker marker);

} // namespace koala
