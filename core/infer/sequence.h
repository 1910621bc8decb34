// core/infer/sequence.h: one answer being made. The thread that asked fills it and waits; the
// batcher's thread works on it and hands tokens over. What both touch is under the mutex; the rest
// belongs to the batcher from the moment the sequence is queued until it is done.
#pragma once

#include <chrono>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <vector>

#include "core/api/engine.h"
#include "core/infer/answer_text.h"
#include "core/infer/model.h"

namespace koala {

struct Sequence {
    // Given.
    std::vector<std::int32_t> tokens; // the prompt, then the answer too
    std::shared_ptr<const LoadedAdapter> adapter;
    GenerationSettings settings;
    std::vector<std::int32_t> stopTokens;
    int alternatives = 0;
    bool scores = false; // no answer: the log-likelihoods of the tokens themselves
    std::stop_token stop;
    std::unique_ptr<AnswerText> text;
    std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();

    // The batcher's.
    std::size_t promptTokens = 0;
    std::size_t computed = 0; // positions that are in the cache
    std::shared_ptr<KvCache> cache;
    std::vector<double> logLikelihoods;
    double promptSeconds = 0;

    // Shared.
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<GeneratedToken> ready;
    std::optional<std::string> finishReason; // set once, last
    std::optional<Error> error;

    std::size_t pending() const { return tokens.size() - computed; }
    void hand(GeneratedToken token);
    void finish(std::string reason);
    void fail(Error why);
};

} // namespace koala
