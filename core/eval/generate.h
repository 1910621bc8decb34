// core/eval/generate.h: the job that answers a prompt set with a model: only what is missing,
// several prompts at a time, each answer on the disk before it is counted. Stop it and start it
// again as one likes; a failed prompt does not end the others.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/api/engine.h"
#include "core/study/answer_set.h"
#include "core/study/prompt_set.h"

namespace koala {

struct GenerateOptions {
    ModelInfo model;       // as the engine's models() tells it
    std::string modelName; // for people and files; "": model.id
    std::string endpoint;  // "" for an engine in the same process
    GenerationSettings settings;
    std::vector<std::string> promptIds; // empty: all of the set
    int concurrency = 8;
    bool again = false; // also what has an answer already: the new one counts, the old one stays
};

struct GenerateProgress {
    std::size_t done = 0; // with those that were there before
    std::size_t total = 0;
    std::size_t failed = 0;
    std::size_t newTokens = 0;
    double seconds = 0;
};

struct GenerateSummary {
    GenerateProgress progress;
    bool cancelled = false;
    std::vector<std::string> problems; // one a failed prompt, bounded
};

// `onProgress` runs on a thread of the job, one call at a time, after each answer.
Result<GenerateSummary> generateAnswers(Engine& engine, const PromptSet& prompts,
    const fs::path& answerFile, const GenerateOptions& options,
    const std::function<void(const GenerateProgress&)>& onProgress, const std::stop_token& stop);

// The messages of a prompt, as engines take them.
std::vector<ChatMessage> messagesOf(const Prompt& prompt);
// The model of that name, or a message that lists those there are. "": the first.
Result<ModelInfo> findModel(Engine& engine, const std::string& name);

} // namespace koala
