#include "core/client/http_engine.h"

#include <condition_variable>
#include <mutex>
#include <random>

#include <fmt/format.h>

#include "core/base/time.h"
#include "core/client/api_json.h"
#include "core/client/event_stream.h"
#include "core/client/http_transfer.h"

namespace koala {
namespace {

bool worthRetrying(const Transfer& transfer)
{
    const int status = transfer.response.status;
    if (transfer.end == TransferEnd::NoConnection)
        return true;
    return transfer.end == TransferEnd::Complete &&
           (status == 408 || status == 409 || status == 429 || status >= 500);
}

// Sleeps unless stopped; false when stopped.
bool pause(std::chrono::milliseconds time, const std::stop_token& stop)
{
    std::mutex mutex;
    std::condition_variable_any changed;
    std::unique_lock lock(mutex);
    changed.wait_for(lock, stop, time, [] { return false; });
    return !stop.stop_requested();
}

std::chrono::milliseconds pauseBefore(
    int retry, const HttpEngineOptions& options, const Transfer& last)
{
    const double factor = double(1 << std::min(retry, 10));
    double wait = std::min(8000.0, double(options.firstPause.count()) * factor);
    // Up to a quarter less, so that clients refused together do not come back together.
    std::random_device device;
    wait *= 1.0 - 0.25 * double(device()) / double(std::random_device::max());
    const auto shortest = last.response.retryAfter.value_or(std::chrono::milliseconds(0));
    return std::max(shortest, std::chrono::milliseconds(std::int64_t(wait)));
}

Error transferError(const std::string& url, const Transfer& transfer, bool begun)
{
    switch (transfer.end) {
    case TransferEnd::NoConnection:
        return unavailable(fmt::format(
            "there is no server at {} ({}); start it, or check the address", url, transfer.reason));
    case TransferEnd::Silent:
        return unavailable(
            fmt::format("the server at {} is silent: {}; it may be overloaded, or stuck: "
                        "restart it and try again",
                url, transfer.reason));
    case TransferEnd::Stopped:
        return cancelled("stopped");
    case TransferEnd::Broken:
        return unavailable(
            fmt::format("the server at {} went away {} ({}); restart it and try again", url,
                begun ? "in the middle of an answer" : "before it answered", transfer.reason));
    case TransferEnd::Complete:
        break;
    }
    const int status = transfer.response.status;
    const std::string said = refusalText(status, transfer.response.body);
    if (status == 401 || status == 403)
        return invalidInput(fmt::format("the server at {} refuses us: {}", url, said));
    if (status == 429 || status >= 500)
        return unavailable(fmt::format("the server at {} cannot answer now: {}", url, said));
    if (status == 404)
        return notFound(fmt::format("the server at {} does not know this: {}", url, said));
    return invalidInput(fmt::format("the server at {} refused the request: {}", url, said));
}

class Caller {
public:
    Caller(const std::string& url, const std::string& token, const HttpEngineOptions& options)
        : m_url(url), m_token(token), m_options(options)
    {
    }

    // Tries again while nothing has begun and it may help.
    Transfer call(const std::string& path, std::optional<std::string> body,
        const std::function<bool(std::string_view)>& onStream, const std::stop_token& stop) const
    {
        const HttpRequest request{m_url + path, m_token, std::move(body), m_options.connectTimeout,
            m_options.silenceTimeout};
        for (int retry = 0;; ++retry) {
            Transfer done = transfer(request, onStream, stop);
            if (retry >= m_options.retries || !worthRetrying(done))
                return done;
            if (!pause(pauseBefore(retry, m_options, done), stop)) {
                done.end = TransferEnd::Stopped;
                return done;
            }
        }
    }

    Result<Json> json(const std::string& path, std::optional<std::string> body) const
    {
        const Transfer done =
            call(path, std::move(body), [](std::string_view) { return false; }, {});
        if (done.end != TransferEnd::Complete || done.response.status != 200)
            return transferError(m_url, done, false);
        return parseJson(done.response.body, "the reply of " + m_url);
    }

private:
    const std::string& m_url;
    const std::string& m_token;
    const HttpEngineOptions& m_options;
};

std::string withoutSlash(std::string url)
{
    while (url.ends_with('/'))
        url.pop_back();
    if (url.ends_with("/v1"))
        url.erase(url.size() - 3);
    return url;
}

Result<std::vector<std::int32_t>> idsAt(const Json& json, const std::string& url)
{
    std::vector<std::int32_t> ids;
    const Json& list = memberOr(json, "tokens");
    if (!list.is_array())
        return invalidInput(fmt::format("the reply of {} holds no tokens", url));
    for (const Json& id : list) {
        if (!id.is_number_integer())
            return invalidInput(
                fmt::format("the reply of {} holds a token that is no number", url));
        ids.push_back(id.get<std::int32_t>());
    }
    return ids;
}

} // namespace

HttpEngine::HttpEngine(std::string url, std::string token, HttpEngineOptions options)
    : m_url(withoutSlash(std::move(url))), m_token(std::move(token)), m_options(options)
{
}

Result<std::vector<ModelInfo>> HttpEngine::models()
{
    KOALA_TRY(const Json json, Caller(m_url, m_token, m_options).json("/v1/models", {}));
    std::vector<ModelInfo> models;
    if (const Json& list = memberOr(json, "data"); list.is_array())
        for (const Json& entry : list)
            models.push_back(modelFromJson(entry));
    if (models.empty())
        return unavailable(fmt::format("the server at {} offers no model", m_url));
    return models;
}

Result<std::vector<std::int32_t>> HttpEngine::tokenize(const std::string& text)
{
    const Caller caller(m_url, m_token, m_options);
    KOALA_TRY(const Json json, caller.json("/tokenize", toLine(Json{{"text", text}})));
    return idsAt(json, m_url);
}

Result<std::string> HttpEngine::detokenize(const std::vector<std::int32_t>& tokens)
{
    if (tokens.empty())
        return std::string();
    const Caller caller(m_url, m_token, m_options);
    KOALA_TRY(const Json json, caller.json("/detokenize", toLine(Json{{"tokens", tokens}})));
    return stringAt(json, "text", "the reply of " + m_url);
}

Result<Engine::RenderedPrompt> HttpEngine::render(const std::string& model,
    const std::vector<ChatMessage>& messages, const GenerationSettings& settings)
{
    OrderedJson body{{"model", model}, {"messages", messagesJson(messages, true)},
        {"template", settings.templateName}, {"marker", settings.marker}};
    KOALA_TRY(const Json json, Caller(m_url, m_token, m_options).json("/render", toLine(body)));
    RenderedPrompt prompt;
    KOALA_TRY(prompt.text, stringAt(json, "text", "the reply of " + m_url));
    KOALA_TRY(prompt.tokens, idsAt(json, m_url));
    return prompt;
}

Result<Generation> HttpEngine::generate(const GenerationRequest& request,
    const std::function<void(const GeneratedToken&)>& onToken, std::stop_token stop)
{
    KOALA_RETURN_IF_ERROR(validate(request.settings));
    const auto begin = std::chrono::steady_clock::now();
    GenerationReader reader(onToken);
    EventStreamParser events;
    Status failure;
    bool done = false;
    const auto take = [&](const std::string& data) -> Status {
        if (data == "[DONE]") {
            done = true;
            return {};
        }
        KOALA_TRY(const Json chunk, parseJson(data, "a chunk of " + m_url));
        const bool first = !reader.begun();
        KOALA_RETURN_IF_ERROR(reader.add(chunk));
        if (first && reader.begun())
            reader.generation.promptSeconds = secondsSince(begin);
        return {};
    };
    const auto onStream = [&](std::string_view bytes) {
        for (const std::string& data : events.add(bytes))
            if (failure.ok() && !done)
                failure = take(data);
        if (events.tooLong())
            failure = invalidInput(fmt::format("{} sent an event larger than 8 MiB", m_url));
        return failure.ok();
    };
    const char* path = request.promptTokens.empty() ? "/v1/chat/completions" : "/v1/completions";
    const Transfer transfer =
        Caller(m_url, m_token, m_options)
            .call(path, toLine(requestJson(request, m_options.ownServer)), onStream, stop);
    KOALA_RETURN_IF_ERROR(std::move(failure));
    Generation& generation = reader.generation;
    if (!done && !reader.finished()) {
        if (transfer.end == TransferEnd::Stopped)
            generation.finishReason = "cancelled";
        else if (transfer.end != TransferEnd::Complete || transfer.response.status != 200)
            return transferError(m_url, transfer, reader.begun());
        else if (transfer.response.contentType.starts_with("text/event-stream"))
            return unavailable(
                fmt::format("the server at {} ended its stream without an end of the "
                            "answer; restart it and try again",
                    m_url));
        else // some servers do not stream and send the whole
            KOALA_RETURN_IF_ERROR(take(transfer.response.body));
    }
    if (generation.finishReason.empty())
        generation.finishReason = "stop";
    generation.seconds = secondsSince(begin);
    return std::move(generation);
}

} // namespace koala
