#include "core/eval/generate.h"

#include <atomic>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "core/base/time.h"
#include "core/base/utf8.h"

namespace koala {
namespace {

constexpr std::size_t kMaxProblems = 50;

Answer makeAnswer(
    const Prompt& prompt, const GenerateOptions& options, const Generation& generation)
{
    Answer answer;
    answer.promptId = prompt.id;
    answer.text = generation.text;
    answer.finishReason = generation.finishReason;
    answer.tokens = int(generation.tokens.size());
    answer.seconds = generation.seconds;
    answer.model = {options.modelName.empty() ? options.model.id : options.modelName,
        options.model.baseSha256, options.model.adapterSha256, options.endpoint};
    const GenerationSettings& settings = options.settings;
    answer.settings = {settings.temperature, settings.topP, settings.topK, settings.maxTokens,
        settings.seed,
        settings.templateName.empty() ? options.model.templateName : settings.templateName,
        settings.marker};
    answer.tokenIds = generation.tokens;
    return answer;
}

class GenerateJob {
public:
    GenerateJob(Engine& engine, AnswerSetWriter writer, const GenerateOptions& options,
        std::vector<const Prompt*> missing, GenerateProgress progress,
        const std::function<void(const GenerateProgress&)>& onProgress, const std::stop_token& stop)
        : m_engine(engine), m_writer(std::move(writer)), m_options(options),
          m_missing(std::move(missing)), m_onProgress(onProgress), m_stop(stop)
    {
        m_summary.progress = progress;
    }

    Result<GenerateSummary> run()
    {
        {
            std::vector<std::jthread> threads;
            const std::size_t count =
                std::min(m_missing.size(), std::size_t(std::max(1, m_options.concurrency)));
            for (std::size_t i = 0; i < count; ++i)
                threads.emplace_back([this] { work(); });
        }
        KOALA_RETURN_IF_ERROR(std::move(m_writing));
        m_summary.cancelled = m_stop.stop_requested();
        m_summary.progress.seconds = secondsSince(m_begin);
        return std::move(m_summary);
    }

private:
    void work()
    {
        for (;;) {
            const std::size_t index = m_next++;
            if (index >= m_missing.size() || m_stop.stop_requested() || m_broken)
                return;
            const Prompt& prompt = *m_missing[index];
            GenerationRequest request;
            request.model = m_options.model.id;
            request.messages = messagesOf(prompt);
            request.settings = m_options.settings;
            const auto generation =
                m_engine.generate(request, [](const GeneratedToken&) {}, m_stop);
            if (generation && generation->finishReason == "cancelled")
                return;
            note(prompt, generation);
        }
    }

    void note(const Prompt& prompt, const Result<Generation>& generation)
    {
        const std::lock_guard lock(m_mutex);
        GenerateProgress& progress = m_summary.progress;
        if (!generation) {
            ++progress.failed;
            if (m_summary.problems.size() < kMaxProblems)
                m_summary.problems.push_back(
                    elided(prompt.id, 60) + ": " + generation.error().message);
            // A server that is gone stays gone: the rest would fail in the same way.
            if (generation.error().code == ErrorCode::Unavailable)
                m_broken = true;
        } else if (Status written = m_writer.append(makeAnswer(prompt, m_options, *generation));
            !written) {
            m_writing = std::move(written);
            m_broken = true;
            return;
        } else {
            ++progress.done;
            progress.newTokens += generation->tokens.size();
        }
        progress.seconds = secondsSince(m_begin);
        if (m_onProgress)
            m_onProgress(progress);
    }

    Engine& m_engine;
    AnswerSetWriter m_writer;
    const GenerateOptions& m_options;
    const std::vector<const Prompt*> m_missing;
    const std::function<void(const GenerateProgress&)>& m_onProgress;
    const std::stop_token m_stop;
    const std::chrono::steady_clock::time_point m_begin = std::chrono::steady_clock::now();
    std::atomic<std::size_t> m_next = 0;
    std::atomic<bool> m_broken = false;
    std::mutex m_mutex; // guards what follows, and the writer
    GenerateSummary m_summary;
    Status m_writing;
};

} // namespace

Result<GenerateSummary> generateAnswers(Engine& engine, const PromptSet& prompts,
    const fs::path& answerFile, const GenerateOptions& options,
    const std::function<void(const GenerateProgress&)>& onProgress, const std::stop_token& stop)
{
    KOALA_RETURN_IF_ERROR(validate(options.settings));
    KOALA_TRY(AnswerSetWriter writer, AnswerSetWriter::open(answerFile));
    AnswerSetReader there(answerFile);
    if (const auto read = there.poll(); !read)
        return read.error();

    std::vector<const Prompt*> wanted;
    if (options.promptIds.empty())
        for (const Prompt& prompt : prompts.prompts)
            wanted.push_back(&prompt);
    for (const std::string& id : options.promptIds) {
        const Prompt* prompt = prompts.find(id);
        if (prompt == nullptr)
            return notFound(
                fmt::format("the prompt set {} has no prompt {}", prompts.slug, elided(id, 80)));
        wanted.push_back(prompt);
    }
    GenerateProgress progress;
    progress.total = wanted.size();
    std::vector<const Prompt*> missing;
    for (const Prompt* prompt : wanted)
        if (options.again || there.find(prompt->id) == nullptr)
            missing.push_back(prompt);
    progress.done = wanted.size() - missing.size();
    if (onProgress)
        onProgress(progress);
    GenerateJob job(
        engine, std::move(writer), options, std::move(missing), progress, onProgress, stop);
    return job.run();
}

std::vector<ChatMessage> messagesOf(const Prompt& prompt)
{
    std::vector<ChatMessage> messages;
    for (const PromptTurn& turn : prompt.turns)
        messages.push_back({turn.role, turn.text, {}});
    return messages;
}

Result<ModelInfo> findModel(Engine& engine, const std::string& name)
{
    KOALA_TRY(const std::vector<ModelInfo> models, engine.models());
    std::string known;
    for (const ModelInfo& model : models) {
        if (name.empty() || model.id == name)
            return model;
        known += (known.empty() ? "" : ", ") + model.id;
    }
    return notFound(fmt::format("there is no model \"{}\"; known: {}", elided(name, 100), known));
}

} // namespace koala
