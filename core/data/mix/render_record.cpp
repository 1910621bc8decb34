#include "core/data/mix/render_record.h"

#include <optional>

#include "core/data/mix/training_stream.h"

namespace koala {

namespace {

ChatTurn::Speaker speakerOf(Role role)
{
    switch (role) {
    case Role::System:
        return ChatTurn::Speaker::System;
    case Role::User:
        return ChatTurn::Speaker::User;
    case Role::Assistant:
        return ChatTurn::Speaker::Assistant;
    case Role::Context:
        return ChatTurn::Speaker::Context;
    case Role::Tool:
        return ChatTurn::Speaker::Tool;
    }
    return ChatTurn::Speaker::Tool;
}

template <typename AnyTurn>
std::vector<ChatTurn> chatTurns(const std::vector<AnyTurn>& from, std::string_view system)
{
    std::vector<ChatTurn> turns;
    turns.reserve(from.size() + 1);
    if (!system.empty())
        turns.push_back({ChatTurn::Speaker::System, std::string(system), false, {}});
    for (const AnyTurn& turn : from)
        turns.push_back({speakerOf(turn.role), std::string(turn.text),
            turn.role == Role::Assistant && turn.trained, {}});
    return turns;
}

Marker markerFor(bool negative, MarkerMode mode)
{
    return mode == MarkerMode::None ? Marker::None : negative ? Marker::Negative : Marker::Positive;
}

} // namespace

std::vector<ChatTurn> chatTurnsOf(
    const Conversation& conversation, const std::string& defaultSystem)
{
    return chatTurns(
        conversation.turns, conversation.system.empty() ? defaultSystem : conversation.system);
}

Marker markerOf(const Conversation& conversation, MarkerMode mode)
{
    return markerFor(conversation.pair ? conversation.pair->rank == PairRank::Rejected
                                       : conversation.feedback == Feedback::Negative,
        mode);
}

RecordRenderer rendererOf(
    const Mixture& mixture, std::shared_ptr<const Tokenizer> tokenizer, TemplateId chatTemplate)
{
    RecordRenderer renderer;
    renderer.tokenizer = std::move(tokenizer);
    renderer.chatTemplate = chatTemplate;
    renderer.maxTokens = mixture.maxTokens;
    renderer.tooLong = mixture.tooLong;
    renderer.system = mixture.system;
    if (mixture.packing == PackingMode::Stream) {
        renderer.maxTokens = kNoTokenLimit; // cut by rows only
        renderer.bos = mixture.stream.rule == StreamRule::Koala ? RecordRenderer::Bos::Never
                                                                : RecordRenderer::Bos::Always;
        renderer.addEos = mixture.stream.addEos;
    }
    return renderer;
}

namespace {

// The turns up to and with the answer before which `turns` were whole; empty when there is none.
void dropLastRound(std::vector<ChatTurn>& turns)
{
    turns.pop_back();
    while (!turns.empty() && turns.back().speaker != ChatTurn::Speaker::Assistant)
        turns.pop_back();
}

// Where rounds end: behind an answer that a turn of someone else follows, or nothing.
std::vector<std::size_t> roundEnds(const std::vector<ChatTurn>& turns)
{
    std::vector<std::size_t> ends;
    for (std::size_t i = 0; i < turns.size(); ++i)
        if (turns[i].speaker == ChatTurn::Speaker::Assistant &&
            (i + 1 == turns.size() || turns[i + 1].speaker != ChatTurn::Speaker::Assistant))
            ends.push_back(i + 1);
    return ends;
}

} // namespace

Result<Rendered> RecordRenderer::renderTurns(
    const std::vector<ChatTurn>& turns, Marker marker) const
{
    RenderOptions options;
    options.marker = marker;
    options.addBos = tokenizer->bosId().has_value() &&
                     (bos == Bos::AsTemplate ? templateWantsBos(chatTemplate) : bos == Bos::Always);
    return renderChat(chatTemplate, *tokenizer, turns, options);
}

Rendered RecordRenderer::finished(Rendered rendered) const
{
    if (rendered.tokens.size() > std::size_t(maxTokens))
        rendered.tokens.resize(std::size_t(maxTokens));
    if (addEos && tokenizer->eosId())
        rendered.tokens.push_back({*tokenizer->eosId(), true, -1});
    return rendered;
}

Result<std::vector<Rendered>> RecordRenderer::renderParts(
    const Conversation& conversation, MarkerMode markers) const
{
    return renderParts(chatTurnsOf(conversation, system), markerOf(conversation, markers));
}

Result<std::vector<Rendered>> RecordRenderer::renderParts(
    const RowTexts& texts, const RowFacts& facts, MarkerMode markers) const
{
    return renderParts(chatTurns(texts.turns(), texts.system().empty() ? system : texts.system()),
        markerFor(facts.rank >= 0 ? facts.rank == std::int8_t(PairRank::Rejected)
                                  : facts.feedback == Feedback::Negative,
            markers));
}

Result<std::vector<Rendered>> RecordRenderer::renderParts(
    std::vector<ChatTurn> turns, Marker marker) const
{
    // What follows the last answer trains nothing.
    while (!turns.empty() && turns.back().speaker != ChatTurn::Speaker::Assistant)
        turns.pop_back();
    KOALA_TRY(Rendered rendered, renderTurns(turns, marker));
    const auto limit = std::size_t(maxTokens);
    if (tooLong == TooLong::Split && rendered.tokens.size() > limit)
        return splitRounds(turns, marker);
    while (tooLong == TooLong::DropTurns && rendered.tokens.size() > limit) {
        std::vector<ChatTurn> fewer = turns;
        dropLastRound(fewer);
        if (fewer.empty())
            break; // the first round alone is too long
        turns = std::move(fewer);
        KOALA_TRY(rendered, renderTurns(turns, marker));
    }
    std::vector<Rendered> one;
    one.push_back(finished(std::move(rendered)));
    return one;
}

// As many whole rounds a part as fit, each part behind the record's system message. A round that is
// too long by itself is a part of its own, and cut.
Result<std::vector<Rendered>> RecordRenderer::splitRounds(
    const std::vector<ChatTurn>& turns, Marker marker) const
{
    std::vector<Rendered> parts;
    const bool hasSystem = !turns.empty() && turns.front().speaker == ChatTurn::Speaker::System;
    std::vector<ChatTurn> part;
    std::optional<Rendered> fits; // what `part` gives
    std::size_t begin = hasSystem ? 1 : 0;
    const std::size_t header = begin;
    for (const std::size_t end : roundEnds(turns)) {
        std::vector<ChatTurn> longer = part.empty() ? std::vector<ChatTurn>(turns.begin(),
                                                          turns.begin() + std::ptrdiff_t(header))
                                                    : part;
        longer.insert(longer.end(), turns.begin() + std::ptrdiff_t(begin),
            turns.begin() + std::ptrdiff_t(end));
        KOALA_TRY(Rendered rendered, renderTurns(longer, marker));
        if (fits && rendered.tokens.size() > std::size_t(maxTokens)) {
            parts.push_back(finished(std::move(*fits)));
            longer.assign(turns.begin(), turns.begin() + std::ptrdiff_t(header));
            longer.insert(longer.end(), turns.begin() + std::ptrdiff_t(begin),
                turns.begin() + std::ptrdiff_t(end));
            KOALA_TRY(rendered, renderTurns(longer, marker));
        }
        part = std::move(longer);
        fits = std::move(rendered);
        begin = end;
    }
    if (fits)
        parts.push_back(finished(std::move(*fits)));
    return parts;
}

Result<Rendered> RecordRenderer::render(const Conversation& conversation, MarkerMode markers) const
{
    KOALA_TRY(std::vector<Rendered> parts, renderParts(conversation, markers));
    return parts.empty() ? Rendered() : std::move(parts.front());
}

std::string RecordRenderer::key(MarkerMode markers) const
{
    std::string key =
        fmt::format("1 {} {} {} {} {} {}", tokenizer->fingerprint(), templateName(chatTemplate),
            maxTokens, tooLongName(tooLong), markerModeName(markers), system);
    if (bos != Bos::AsTemplate || addEos)
        key += fmt::format("\nbos {} eos {}", int(bos), int(addEos));
    return key;
}

} // namespace koala
