#include "core/serve/completion_job.h"

#include <thread>

#include <fmt/format.h>

namespace koala {
namespace {

struct Choice {
    GenerationRequest request;
    std::string echo; // text of the prompt, sent in front
};

ApiResult<ModelInfo> findModel(Engine& engine, const std::string& name)
{
    const auto models = engine.models();
    if (!models)
        return tl::unexpected(toApiError(models.error()));
    for (const ModelInfo& model : *models)
        if (name.empty() || model.id == name)
            return model;
    std::string known;
    for (const ModelInfo& model : *models)
        known += (known.empty() ? "" : ", ") + model.id;
    return tl::unexpected(ApiError{400, ApiCode::UnknownModel,
        fmt::format("there is no model \"{}\" here; known: {}", name.substr(0, 200), known),
        "model"});
}

// The tokens of the prompt, and the request that stands for it.
ApiResult<int> fillPrompt(
    Engine& engine, const CompletionRequest& request, std::size_t prompt, Choice& choice)
{
    if (!request.messages.empty()) {
        choice.request.messages = request.messages;
        const auto rendered =
            engine.render(choice.request.model, request.messages, request.settings);
        if (!rendered)
            return tl::unexpected(toApiError(rendered.error()));
        return int(rendered->tokens.size());
    }
    const TextPrompt& source = request.prompts[prompt];
    if (const auto* ids = std::get_if<std::vector<std::int32_t>>(&source)) {
        choice.request.promptTokens = *ids;
    } else {
        auto tokens = engine.tokenize(std::get<std::string>(source));
        if (!tokens)
            return tl::unexpected(toApiError(tokens.error()));
        choice.request.promptTokens = std::move(tokens).value();
    }
    if (choice.request.promptTokens.empty())
        return tl::unexpected(invalidRequest("the prompt is empty", "prompt"));
    if (request.echo) {
        const auto* text = std::get_if<std::string>(&source);
        const auto spelled =
            text ? Result<std::string>(*text) : engine.detokenize(choice.request.promptTokens);
        if (!spelled)
            return tl::unexpected(toApiError(spelled.error()));
        choice.echo = *spelled;
    }
    return int(choice.request.promptTokens.size());
}

ApiResult<std::vector<Choice>> makeChoices(
    Engine& engine, const CompletionRequest& request, const ModelInfo& model)
{
    std::vector<Choice> choices;
    const std::size_t prompts = std::max<std::size_t>(1, request.prompts.size());
    for (std::size_t prompt = 0; prompt < prompts; ++prompt) {
        Choice choice;
        choice.request.model = model.id;
        choice.request.settings = request.settings;
        choice.request.logprobs = request.logprobs.value_or(0);
        const auto promptTokens = fillPrompt(engine, request, prompt, choice);
        if (!promptTokens)
            return tl::unexpected(promptTokens.error());
        const int left = model.contextTokens - *promptTokens;
        if (left <= 0)
            return tl::unexpected(ApiError{400, ApiCode::ContextOverflow,
                fmt::format("the prompt has {} tokens; the context of {} holds {}", *promptTokens,
                    model.id, model.contextTokens),
                request.messages.empty() ? "prompt" : "messages"});
        choice.request.settings.maxTokens = std::min(left, request.maxTokens.value_or(left));
        for (int n = 0; n < request.choices; ++n) {
            choices.push_back(choice);
            choices.back().request.settings.seed += std::uint64_t(n);
        }
    }
    if (choices.size() > 32)
        return tl::unexpected(outOfRange("prompts times n may be at most 32", "n"));
    return choices;
}

// Calls work(i) for each choice, at the same time when there are several.
void forEachChoice(std::size_t count, const std::function<void(std::size_t)>& work)
{
    std::vector<std::jthread> others;
    for (std::size_t i = 1; i < count; ++i)
        others.emplace_back([&work, i] { work(i); });
    work(0);
}

class CompletionJob {
public:
    CompletionJob(Engine& engine, const CompletionRequest& request, std::vector<Choice> choices,
        ReplyHead head, Exchange& exchange)
        : m_engine(engine), m_request(request), m_choices(std::move(choices)),
          m_head(std::move(head)), m_exchange(exchange)
    {
    }

    std::optional<ApiError> replyWhole()
    {
        std::vector<ChoiceReply> replies(m_choices.size());
        std::vector<std::optional<ApiError>> errors(m_choices.size());
        std::vector<Usage> usages(m_choices.size());
        forEachChoice(m_choices.size(), [&](std::size_t i) {
            std::vector<GeneratedToken> tokens;
            const auto generation = m_engine.generate(
                m_choices[i].request,
                [&](const GeneratedToken& token) {
                    if (m_request.logprobs)
                        tokens.push_back(token);
                },
                m_exchange.stopToken());
            if (!generation) {
                errors[i] = toApiError(generation.error());
                return;
            }
            replies[i] = {int(i), m_choices[i].echo + generation->text, generation->finishReason,
                nullptr, generation->tokens};
            if (m_request.logprobs)
                replies[i].logprobs = logprobsJson(m_head.kind, tokens, spell(), 0);
            usages[i] = {generation->promptTokens, std::int64_t(generation->tokens.size())};
        });
        for (const auto& error : errors)
            if (error)
                return error;
        m_exchange.reply(
            200, toLine(wholeReply(m_head, replies, total(usages), m_request.returnTokenIds)));
        return std::nullopt;
    }

    void stream()
    {
        std::vector<Usage> usages(m_choices.size());
        forEachChoice(m_choices.size(), [&](std::size_t i) { streamChoice(int(i), usages[i]); });
        if (m_request.streamUsage)
            m_exchange.event(toLine(usageChunk(m_head, total(usages))));
        m_exchange.event("[DONE]");
    }

private:
    void streamChoice(int index, Usage& usage)
    {
        const Choice& choice = m_choices[std::size_t(index)];
        if (m_head.kind == CompletionKind::Chat)
            m_exchange.event(toLine(roleChunk(m_head, index)));
        if (!choice.echo.empty())
            m_exchange.event(
                toLine(textChunk(m_head, {index, choice.echo, {}, nullptr, {}}, false)));
        std::size_t offset = choice.echo.size();
        const auto generation = m_engine.generate(
            choice.request,
            [&](const GeneratedToken& token) {
                // A token that only begins a character has no text yet.
                if (token.text.empty() && !m_request.returnTokenIds && !m_request.logprobs)
                    return;
                ChoiceReply piece{index, token.text, {}, nullptr, {token.token}};
                if (m_request.logprobs)
                    piece.logprobs = logprobsJson(m_head.kind, {token}, spell(), offset);
                offset += token.text.size();
                m_exchange.event(toLine(textChunk(m_head, piece, m_request.returnTokenIds)));
            },
            m_exchange.stopToken());
        if (!generation) {
            OrderedJson failure = toJson(toApiError(generation.error()));
            failure["text"] = generation.error().message;
            failure["error_code"] = failure["code"];
            m_exchange.event(toLine(failure));
            return;
        }
        usage = {generation->promptTokens, std::int64_t(generation->tokens.size())};
        m_exchange.event(toLine(finishChunk(m_head, index, generation->finishReason, usage)));
    }

    SpellToken spell()
    {
        return [this](std::int32_t token) { return m_engine.detokenize({token}).valueOr(""); };
    }

    static Usage total(const std::vector<Usage>& usages)
    {
        Usage sum;
        for (const Usage& usage : usages) {
            sum.promptTokens += usage.promptTokens;
            sum.completionTokens += usage.completionTokens;
        }
        return sum;
    }

    Engine& m_engine;
    const CompletionRequest& m_request;
    std::vector<Choice> m_choices;
    ReplyHead m_head;
    Exchange& m_exchange;
};

} // namespace

std::optional<ApiError> runCompletion(Engine& engine, CompletionRequest request, Exchange& exchange)
{
    const auto model = findModel(engine, request.model);
    if (!model)
        return model.error();
    auto choices = makeChoices(engine, request, *model);
    if (!choices)
        return choices.error();
    CompletionJob job(
        engine, request, std::move(*choices), makeReplyHead(request.kind, model->id), exchange);
    if (!request.stream)
        return job.replyWhole();
    job.stream();
    return std::nullopt;
}

} // namespace koala
