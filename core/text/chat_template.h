// core/text/chat_template.h: how a conversation becomes tokens, and which of them are trained. A
// small fixed set of templates; none is read from model files. Strings are exact (spec 01 section
// 2, 03 sections 1-3). Training and chat share this one function, so a model meets at chat what it
// learned.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/text/tokenizer.h"

namespace koala {

// The names are stored in mixtures, runs and answers: never renamed.
enum class TemplateId { Koala, ChatMl, Vicuna, Alpaca, Llama2, Llama3, Raw };
std::string_view templateName(TemplateId id); // koala chatml vicuna alpaca llama-2 llama-3 raw
Result<TemplateId> templateFromName(std::string_view name);
// True where training and chat put one BOS in front (RenderOptions::addBos); the others bring their
// own control tokens and ignore addBos.
bool templateWantsBos(TemplateId id);

enum class Marker { None, Positive, Negative };

// A turn as templates see it; core/data converts its records to this.
struct ChatTurn {
    enum class Speaker { System, User, Assistant, Context, Tool } speaker = Speaker::User;
    std::string text;
    bool trained = true;
    std::vector<TokenId> tokens; // of an earlier generated answer: used as they are instead of text
};

struct RenderOptions {
    Marker marker = Marker::None;
    bool addGenerationPrompt = false; // ends where the assistant speaks next
    bool addBos = false;              // BOS once in front (03, decision 2), see templateWantsBos
};

struct RenderedToken {
    TokenId id = 0;
    bool trained = false;
    std::int16_t turn = -1; // index into the turns; -1 for what the template adds around them
};

struct Rendered {
    std::vector<RenderedToken> tokens;
    std::vector<TokenId> ids() const;
};

// InvalidInput when the tokeniser lacks a control token that the template needs.
Result<Rendered> renderChat(TemplateId id, const Tokenizer& tokenizer,
    const std::vector<ChatTurn>& turns, const RenderOptions& options);
// The same as one readable string, control tokens spelled out: display and export only.
std::string renderText(
    TemplateId id, const std::vector<ChatTurn>& turns, const RenderOptions& options);
// Tokens that end an answer under this template.
std::vector<TokenId> stopTokens(TemplateId id, const Tokenizer& tokenizer);

} // namespace koala
