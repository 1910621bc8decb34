#include "core/serve/api_handler.h"

#include <ctime>

#include "core/serve/completion_job.h"

namespace koala {
namespace {

constexpr std::size_t kMaxTokenizeBytes = std::size_t(1) << 20;

void sendJson(Exchange& exchange, const OrderedJson& json)
{
    exchange.reply(200, toLine(json));
}

void sendError(Exchange& exchange, const ApiError& error)
{
    exchange.reply(error.status, toLine(toJson(error)));
}

} // namespace

ApiHandler::ApiHandler(Engine& engine) : m_engine(engine), m_created(std::time(nullptr)) {}

void ApiHandler::handle(const std::string& path, const std::string& body, Exchange& exchange)
{
    if (path == "/health")
        return exchange.reply(200, "ok");
    if (path == "/v1/models")
        return listModels(exchange);
    const Result<Json> json = parseJson(body, "the body");
    if (!json)
        return sendError(exchange, invalidRequest(json.error().message));
    if (!json->is_object())
        return sendError(exchange, invalidRequest("the body must be a JSON object"));
    if (path == "/tokenize")
        return tokenize(*json, exchange);
    if (path == "/detokenize")
        return detokenize(*json, exchange);
    if (path == "/render")
        return render(*json, exchange);
    complete(
        path == "/v1/completions" ? CompletionKind::Text : CompletionKind::Chat, *json, exchange);
}

void ApiHandler::listModels(Exchange& exchange)
{
    const auto models = m_engine.models();
    if (!models)
        return sendError(exchange, toApiError(models.error()));
    sendJson(exchange, modelsReply(*models, m_created));
}

void ApiHandler::tokenize(const Json& body, Exchange& exchange)
{
    const Result<std::string> text = stringAt(body, "text", "the body");
    if (!text)
        return sendError(exchange, invalidRequest(text.error().message, "text"));
    if (text->size() > kMaxTokenizeBytes)
        return sendError(exchange, invalidRequest("text is longer than 1 MiB", "text"));
    const auto tokens = m_engine.tokenize(*text);
    if (!tokens)
        return sendError(exchange, toApiError(tokens.error()));
    sendJson(exchange, {{"tokens", *tokens}});
}

void ApiHandler::detokenize(const Json& body, Exchange& exchange)
{
    const auto ids = parseTokenIds(memberOr(body, "tokens"), "tokens");
    if (!ids)
        return sendError(exchange, ids.error());
    const auto text = m_engine.detokenize(*ids);
    if (!text)
        return sendError(exchange, toApiError(text.error()));
    sendJson(exchange, {{"text", *text}});
}

void ApiHandler::render(const Json& body, Exchange& exchange)
{
    const auto messages = parseMessages(memberOr(body, "messages"));
    if (!messages)
        return sendError(exchange, messages.error());
    GenerationSettings settings;
    settings.templateName = stringOr(body, "template", "");
    settings.marker = stringOr(body, "marker", "");
    const auto rendered = m_engine.render(stringOr(body, "model", ""), *messages, settings);
    if (!rendered)
        return sendError(exchange, toApiError(rendered.error()));
    sendJson(exchange, {{"text", rendered->text}, {"tokens", rendered->tokens}});
}

void ApiHandler::complete(CompletionKind kind, const Json& body, Exchange& exchange)
{
    auto request = parseCompletionRequest(kind, body);
    if (!request)
        return sendError(exchange, request.error());
    if (auto error = runCompletion(m_engine, std::move(*request), exchange))
        sendError(exchange, *error);
}

} // namespace koala
