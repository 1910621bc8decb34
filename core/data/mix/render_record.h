// core/data/mix/render_record.h: one record as training sees it: the template, the marker of its
// label, and what happens when it is too long. Counting, packing and the preview all use this.
// Private to core/data.
#pragma once

#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "core/data/conversation.h"
#include "core/data/dataset.h"
#include "core/data/mix/mixture.h"
#include "core/data/row_texts.h"
#include "core/text/chat_template.h"

namespace koala {

// What a mixture asks for.
class RecordRenderer;
RecordRenderer rendererOf(
    const Mixture& mixture, std::shared_ptr<const Tokenizer> tokenizer, TemplateId chatTemplate);

inline constexpr std::int64_t kNoTokenLimit = std::numeric_limits<std::int64_t>::max();

class RecordRenderer {
public:
    std::shared_ptr<const Tokenizer> tokenizer;
    TemplateId chatTemplate = TemplateId::ChatMl;
    std::int64_t maxTokens = 2048;
    TooLong tooLong = TooLong::DropTurns;
    std::string system;
    enum class Bos { AsTemplate, Never, Always } bos = Bos::AsTemplate;
    bool addEos = false; // one more EOS at the end, trained

    // What training sees of the record: one document, or with too_long "split" one or more.
    Result<std::vector<Rendered>> renderParts(
        const Conversation& conversation, MarkerMode markers) const;
    // The same of texts that were looked at in place; the labels are in the facts of the row.
    Result<std::vector<Rendered>> renderParts(
        const RowTexts& texts, const RowFacts& facts, MarkerMode markers) const;
    // The only document, or the first of several.
    // drop_turns: whole rounds are left out at the end until the rest fits; a first round that is
    // too long by itself is cut. cut: everything after max_tokens goes.
    Result<Rendered> render(const Conversation& conversation, MarkerMode markers) const;
    // Everything that the results depends on besides the record, as one line.
    std::string key(MarkerMode markers) const;

private:
    Result<std::vector<Rendered>> renderParts(std::vector<ChatTurn> turns, Marker marker) const;
    Result<Rendered> renderTurns(const std::vector<ChatTurn>& turns, Marker marker) const;
    Rendered finished(Rendered rendered) const;
    Result<std::vector<Rendered>> splitRounds(
        const std::vector<ChatTurn>& turns, Marker marker) const;
};

} // namespace koala
