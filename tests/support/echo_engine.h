// tests/support/echo_engine.h: a small Engine for tests of what lies above engines. Its tokens are
// bytes (id = byte), and it answers with the last user message, one byte a token, as fast as it is
// told. Model "echo" repeats, model "shout" is its adapter and answers in capitals.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "core/api/engine.h"
#include "core/base/utf8.h"

namespace koala::test {

class EchoEngine final : public Engine {
public:
    std::chrono::milliseconds delay{0}; // before each token
    std::atomic<int> running = 0;
    std::atomic<int> mostRunning = 0;
    std::atomic<int> cancelledCount = 0;
    std::atomic<int> calls = 0;
    std::atomic<int> failuresLeft = 0; // the next calls of generate() fail

    Result<std::vector<ModelInfo>> models() override
    {
        return std::vector<ModelInfo>{{"echo", std::string(64, 'a'), "", "chatml", 256},
            {"shout", std::string(64, 'a'), std::string(64, 'b'), "chatml", 256}};
    }
    Result<std::vector<std::int32_t>> tokenize(const std::string& text) override
    {
        std::vector<std::int32_t> tokens;
        for (const unsigned char byte : text)
            tokens.push_back(byte);
        return tokens;
    }
    Result<std::string> detokenize(const std::vector<std::int32_t>& tokens) override
    {
        std::string text;
        for (const std::int32_t token : tokens) {
            if (token < 0 || token > 255)
                return invalidInput("token " + std::to_string(token) + " is not in the vocabulary");
            text += char(token);
        }
        return toValidUtf8(text);
    }
    Result<RenderedPrompt> render(const std::string&, const std::vector<ChatMessage>& messages,
        const GenerationSettings&) override
    {
        std::string text;
        for (const ChatMessage& message : messages)
            text += message.role + ": " + message.text + "\n";
        return RenderedPrompt{text, *tokenize(text)};
    }
    Result<Generation> generate(const GenerationRequest& request,
        const std::function<void(const GeneratedToken&)>& onToken, std::stop_token stop) override
    {
        ++calls;
        if (failuresLeft > 0 && failuresLeft-- > 0)
            return internalError("the echo broke");
        const int now = ++running;
        for (int most = mostRunning; now > most && !mostRunning.compare_exchange_weak(most, now);) {
        }
        Generation generation = answer(request, onToken, stop);
        --running;
        cancelledCount += generation.finishReason == "cancelled";
        return generation;
    }

private:
    Generation answer(const GenerationRequest& request,
        const std::function<void(const GeneratedToken&)>& onToken, const std::stop_token& stop)
    {
        std::string source;
        Generation generation;
        if (request.messages.empty()) {
            source = detokenize(request.promptTokens).valueOr("");
            generation.promptTokens = int(request.promptTokens.size());
        } else {
            source = request.messages.back().text;
            generation.promptTokens = int(render("", request.messages, {})->tokens.size());
        }
        if (request.model == "shout")
            for (char& c : source)
                c = char(std::toupper(static_cast<unsigned char>(c)));
        generation.finishReason = "stop";
        std::string pending;
        for (const unsigned char byte : source) {
            if (int(generation.tokens.size()) >= request.settings.maxTokens) {
                generation.finishReason = "length";
                break;
            }
            if (!sleep(stop)) {
                generation.finishReason = "cancelled";
                break;
            }
            GeneratedToken token{byte, "", -0.5, {}};
            pending += char(byte);
            if (completeUtf8Prefix(pending) == pending.size())
                token.text = std::exchange(pending, {});
            for (int i = 0; i < request.logprobs; ++i)
                token.alternatives.push_back({std::int32_t('a' + i), -1.0 - i});
            generation.tokens.push_back(byte);
            generation.text += token.text;
            onToken(token);
        }
        return generation;
    }
    bool sleep(const std::stop_token& stop)
    {
        if (delay.count() > 0) {
            std::mutex mutex;
            std::condition_variable_any changed;
            std::unique_lock lock(mutex);
            changed.wait_for(lock, stop, delay, [] { return false; });
        }
        return !stop.stop_requested();
    }
};

} // namespace koala::test
