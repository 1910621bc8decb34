#include "core/data/mix/render_record.h"

#include <limits>

#include "core/data/mix/training_stream.h"

namespace koala {

std::vector<ChatTurn> chatTurnsOf(
    const Conversation& conversation, const std::string& defaultSystem)
{
    std::vector<ChatTurn> turns;
    turns.reserve(conversation.turns.size() + 1);
    const std::string& system = conversation.system.empty() ? defaultSystem : conversation.system;
    if (!system.empty())
        turns.push_back({ChatTurn::Speaker::System, system, false, {}});
    for (const Turn& turn : conversation.turns) {
        const ChatTurn::Speaker speaker = turn.role == Role::System ? ChatTurn::Speaker::System
                                          : turn.role == Role::User ? ChatTurn::Speaker::User
                                          : turn.role == Role::Assistant
                                              ? ChatTurn::Speaker::Assistant
                                          : turn.role == Role::Context ? ChatTurn::Speaker::Context
                                                                       : ChatTurn::Speaker::Tool;
        turns.push_back({speaker, turn.text, turn.role == Role::Assistant && turn.trained, {}});
    }
    return turns;
}

Marker markerOf(const Conversation& conversation, MarkerMode mode)
{
    if (mode == MarkerMode::None)
        return Marker::None;
    const bool negative = conversation.pair ? conversation.pair->rank == PairRank::Rejected
                                            : conversation.feedback == Feedback::Negative;
    return negative ? Marker::Negative : Marker::Positive;
}

RecordRenderer rendererOf(
    const Mixture& mixture, std::shared_ptr<const Tokenizer> tokenizer, TemplateId chatTemplate)
{
    RecordRenderer renderer{std::move(tokenizer), chatTemplate, mixture.maxTokens, mixture.tooLong,
        mixture.system, RecordRenderer::Bos::AsTemplate, false};
    if (mixture.packing == PackingMode::Stream) {
        renderer.maxTokens = std::numeric_limits<std::int64_t>::max(); // cut by rows only
        renderer.bos = mixture.stream.rule == StreamRule::Koala ? RecordRenderer::Bos::Never
                                                                : RecordRenderer::Bos::Always;
        renderer.addEos = mixture.stream.addEos;
    }
    return renderer;
}

Result<Rendered> RecordRenderer::render(const Conversation& conversation, MarkerMode markers) const
{
    std::vector<ChatTurn> turns = chatTurnsOf(conversation, system);
    // What follows the last answer trains nothing.
    while (!turns.empty() && turns.back().speaker != ChatTurn::Speaker::Assistant)
        turns.pop_back();
    RenderOptions options;
    options.marker = markerOf(conversation, markers);
    options.addBos = tokenizer->bosId().has_value() &&
                     (bos == Bos::AsTemplate ? templateWantsBos(chatTemplate) : bos == Bos::Always);
    const auto limit = std::size_t(maxTokens);
    KOALA_TRY(Rendered rendered, renderChat(chatTemplate, *tokenizer, turns, options));
    while (tooLong == TooLong::DropTurns && rendered.tokens.size() > limit) {
        std::vector<ChatTurn> fewer = turns;
        fewer.pop_back();
        while (!fewer.empty() && fewer.back().speaker != ChatTurn::Speaker::Assistant)
            fewer.pop_back();
        if (fewer.empty())
            break; // the first round alone is too long
        turns = std::move(fewer);
        KOALA_TRY(rendered, renderChat(chatTemplate, *tokenizer, turns, options));
    }
    if (rendered.tokens.size() > limit)
        rendered.tokens.resize(limit);
    if (addEos && tokenizer->eosId())
        rendered.tokens.push_back({*tokenizer->eosId(), true, -1});
    return rendered;
}

std::string RecordRenderer::key(MarkerMode markers) const
{
    std::string key = fmt::format("1 {} {} {} {} {} {}", tokenizer->fingerprint(),
        templateName(chatTemplate), maxTokens, tooLong == TooLong::Cut ? "cut" : "drop_turns",
        markerModeName(markers), system);
    if (bos != Bos::AsTemplate || addEos)
        key += fmt::format("\nbos {} eos {}", int(bos), int(addEos));
    return key;
}

} // namespace koala
