#include "core/infer/cpu_engine.h"

#include <algorithm>

#include <fmt/format.h>

#include "core/base/json.h"
#include "core/base/utf8.h"
#include "core/infer/batcher.h"
#include "core/text/chat_template.h"

namespace koala {
namespace {

constexpr int kMaxAlternatives = 20;
constexpr int kMaxSequences = 256;

// A name that requests may use: the base or an adapter.
struct NamedModel {
    ModelInfo info;
    std::shared_ptr<const LoadedAdapter> adapter; // null for the base
    bool markers = false;                         // trained with markers
};

// What a checkpoint of ours says about its training.
struct TrainedState {
    std::string templateName;
    bool markers = false;
};

TrainedState readState(const fs::path& folder)
{
    std::error_code code;
    if (!fs::exists(folder / "state.json", code))
        return {};
    const auto json = readJsonFile(folder / "state.json");
    if (!json.ok())
        return {};
    return {stringOr(*json, "template", ""), boolOr(*json, "markers", false)};
}

Result<ChatTurn> turnOf(const ChatMessage& message)
{
    ChatTurn turn;
    if (message.role == "system")
        turn.speaker = ChatTurn::Speaker::System;
    else if (message.role == "user")
        turn.speaker = ChatTurn::Speaker::User;
    else if (message.role == "assistant")
        turn.speaker = ChatTurn::Speaker::Assistant;
    else
        return invalidInput(
            fmt::format("the role \"{}\" is not known; roles are system, user and assistant",
                elided(toValidUtf8(message.role), 40)));
    turn.text = message.text;
    turn.tokens = message.tokenIds;
    return turn;
}

std::string defaultId(const fs::path& path)
{
    std::error_code code;
    fs::path name = path.lexically_normal();
    if (!name.has_filename())
        name = name.parent_path();
    return fs::is_directory(path, code) ? name.filename().string() : name.stem().string();
}

} // namespace

class CpuEngine::Implementation {
public:
    std::shared_ptr<const Tokenizer> tokenizer;
    std::vector<NamedModel> models; // the base first
    int contextTokens = 0;
    std::unique_ptr<Batcher> batcher;

    Result<const NamedModel*> find(const std::string& id) const
    {
        if (id.empty())
            return &models.front();
        std::string known;
        for (const NamedModel& model : models) {
            if (model.info.id == id)
                return &model;
            known += (known.empty() ? "" : ", ") + model.info.id;
        }
        return notFound(fmt::format(
            "there is no model \"{}\" here; there is {}", elided(toValidUtf8(id), 80), known));
    }

    Result<TemplateId> templateOf(const NamedModel& model, const GenerationSettings& settings) const
    {
        return templateFromName(
            settings.templateName.empty() ? model.info.templateName : settings.templateName);
    }

    Status checkTokens(const std::vector<std::int32_t>& tokens) const
    {
        const std::int32_t size = tokenizer->vocabularySize();
        for (const std::int32_t token : tokens)
            if (token < 0 || token >= size)
                return invalidInput(fmt::format(
                    "the token id {} is none of the vocabulary's 0 to {}", token, size - 1));
        return {};
    }

    Result<RenderedPrompt> render(const NamedModel& model, const std::vector<ChatMessage>& messages,
        const GenerationSettings& settings) const
    {
        KOALA_TRY(const TemplateId templateId, templateOf(model, settings));
        std::vector<ChatTurn> turns;
        for (const ChatMessage& message : messages) {
            KOALA_TRY(ChatTurn turn, turnOf(message));
            KOALA_RETURN_IF_ERROR(checkTokens(turn.tokens));
            turns.push_back(std::move(turn));
        }
        RenderOptions options;
        options.addGenerationPrompt = true;
        options.addBos = templateWantsBos(templateId) && tokenizer->bosId().has_value();
        if (settings.marker == "positive" || (settings.marker.empty() && model.markers))
            options.marker = Marker::Positive;
        else if (settings.marker == "negative")
            options.marker = Marker::Negative;
        KOALA_TRY(const Rendered rendered, renderChat(templateId, *tokenizer, turns, options));
        return RenderedPrompt{renderText(templateId, turns, options), rendered.ids()};
    }

    Status checkLength(std::size_t tokens) const
    {
        if (tokens == 0)
            return invalidInput(
                "the prompt is empty; an answer needs at least one token to go on from");
        if (tokens >= std::size_t(contextTokens))
            return invalidInput(
                fmt::format("the prompt has {} tokens, but the model's context holds {} "
                            "and the answer needs room too; shorten it or begin anew",
                    tokens, contextTokens));
        return {};
    }

    // Queues a sequence and hands its tokens on until it is done. The batcher may be some tokens
    // ahead of onToken; after a requested stop these are dropped, so that an answer ends where it
    // was seen to.
    Result<Generation> follow(const std::shared_ptr<Sequence>& sequence,
        const std::function<void(const GeneratedToken&)>& onToken)
    {
        Generation answer;
        const std::stop_callback wakeUp(sequence->stop, [&] { batcher->wake(); });
        batcher->add(sequence);
        std::unique_lock lock(sequence->mutex);
        while (true) {
            sequence->changed.wait(lock,
                [&] { return !sequence->ready.empty() || sequence->finishReason.has_value(); });
            while (!sequence->ready.empty()) {
                const GeneratedToken token = std::move(sequence->ready.front());
                sequence->ready.pop_front();
                if (sequence->stop.stop_requested()) {
                    answer.finishReason = "cancelled";
                    continue;
                }
                lock.unlock();
                answer.text += token.text;
                if (token.token >= 0)
                    answer.tokens.push_back(token.token);
                if (onToken)
                    onToken(token);
                lock.lock();
            }
            if (!sequence->finishReason)
                continue;
            if (sequence->error)
                return *sequence->error;
            if (answer.finishReason.empty())
                answer.finishReason = *sequence->finishReason;
            answer.promptSeconds = sequence->promptSeconds;
            answer.seconds =
                std::chrono::duration<double>(std::chrono::steady_clock::now() - sequence->started)
                    .count();
            return answer;
        }
    }
};

CpuEngine::CpuEngine(std::unique_ptr<Implementation> implementation)
    : m_implementation(std::move(implementation))
{
}

CpuEngine::~CpuEngine() = default;

Result<std::unique_ptr<CpuEngine>> CpuEngine::open(
    const fs::path& path, const CpuEngineOptions& options)
{
    if (options.sequences < 1 || options.sequences > kMaxSequences)
        return invalidInput(
            fmt::format("sequences is {}; it must be 1 to {}", options.sequences, kMaxSequences));
    if (options.contextTokens < 0)
        return invalidInput(
            fmt::format("the context of {} tokens cannot be", options.contextTokens));
    auto engine = std::make_unique<Implementation>();
    KOALA_TRY(std::shared_ptr<const Checkpoint> checkpoint, openCheckpoint(path));
    KOALA_TRY(engine->tokenizer, loadTokenizer(path));
    const ModelConfig& config = checkpoint->config();
    if (engine->tokenizer->vocabularySize() > config.vocabularySize)
        return invalidInput(
            fmt::format("{}: its tokeniser has {} pieces, but the weights know {}; they "
                        "do not belong together",
                path.string(), engine->tokenizer->vocabularySize(), config.vocabularySize));
    engine->contextTokens = options.contextTokens == 0
                                ? config.contextTokens
                                : std::min(options.contextTokens, config.contextTokens);

    NamedModel base;
    base.info.id = options.id.empty() ? defaultId(path) : options.id;
    KOALA_TRY(base.info.baseSha256, checkpointSha256(path));
    base.info.contextTokens = engine->contextTokens;
    const std::string hint = checkpoint->templateHint();
    base.info.templateName = templateFromName(hint).ok()                    ? hint
                             : engine->tokenizer->specialId("<|im_start|>") ? "chatml"
                                                                            : "koala";
    base.markers = readState(path).markers;
    engine->models.push_back(base);
    KOALA_TRY(std::unique_ptr<Model> model, Model::load(std::move(checkpoint), options.threads));
    for (const AdapterSource& source : options.adapters) {
        NamedModel adapted = base;
        adapted.info.id = source.id.empty() ? defaultId(source.folder) : source.id;
        for (const NamedModel& other : engine->models)
            if (other.info.id == adapted.info.id)
                return invalidInput(
                    fmt::format("two models would be called \"{}\"; give the adapter another name",
                        adapted.info.id));
        KOALA_TRY(adapted.adapter, model->loadAdapter(source.folder));
        KOALA_TRY(adapted.info.adapterSha256, adapterSha256(source.folder));
        const TrainedState state = readState(source.folder);
        if (templateFromName(state.templateName).ok())
            adapted.info.templateName = state.templateName;
        adapted.markers = state.markers;
        engine->models.push_back(std::move(adapted));
    }
    const auto vocabulary = std::size_t(engine->tokenizer->vocabularySize());
    engine->batcher = std::make_unique<Batcher>(std::move(model), options.sequences, vocabulary);
    return std::unique_ptr<CpuEngine>(new CpuEngine(std::move(engine)));
}

Result<std::vector<ModelInfo>> CpuEngine::models()
{
    std::vector<ModelInfo> all;
    for (const NamedModel& model : m_implementation->models)
        all.push_back(model.info);
    return all;
}

Result<std::vector<std::int32_t>> CpuEngine::tokenize(const std::string& text)
{
    return m_implementation->tokenizer->encode(text);
}

Result<std::string> CpuEngine::detokenize(const std::vector<std::int32_t>& tokens)
{
    KOALA_RETURN_IF_ERROR(m_implementation->checkTokens(tokens));
    return m_implementation->tokenizer->decode(tokens);
}

Result<Engine::RenderedPrompt> CpuEngine::render(const std::string& model,
    const std::vector<ChatMessage>& messages, const GenerationSettings& settings)
{
    KOALA_TRY(const NamedModel* named, m_implementation->find(model));
    return m_implementation->render(*named, messages, settings);
}

Result<Generation> CpuEngine::generate(const GenerationRequest& request,
    const std::function<void(const GeneratedToken&)>& onToken, std::stop_token stop)
{
    Implementation& engine = *m_implementation;
    KOALA_RETURN_IF_ERROR(validate(request.settings));
    if (request.logprobs < 0 || request.logprobs > kMaxAlternatives)
        return invalidInput(
            fmt::format("logprobs is {}; it must be 0 to {}", request.logprobs, kMaxAlternatives));
    if (request.messages.empty() == request.promptTokens.empty())
        return invalidInput("a request needs either messages or prompt tokens, and not both");
    KOALA_TRY(const NamedModel* model, engine.find(request.model));
    KOALA_TRY(const TemplateId templateId, engine.templateOf(*model, request.settings));

    auto sequence = std::make_shared<Sequence>();
    if (request.messages.empty()) {
        KOALA_RETURN_IF_ERROR(engine.checkTokens(request.promptTokens));
        sequence->tokens = request.promptTokens;
    } else {
        KOALA_TRY(RenderedPrompt prompt, engine.render(*model, request.messages, request.settings));
        sequence->tokens = std::move(prompt.tokens);
    }
    KOALA_RETURN_IF_ERROR(engine.checkLength(sequence->tokens.size()));
    const std::size_t promptTokens = sequence->tokens.size();
    sequence->adapter = model->adapter;
    sequence->settings = request.settings;
    sequence->settings.maxTokens =
        std::min(request.settings.maxTokens, engine.contextTokens - int(promptTokens));
    sequence->alternatives = request.logprobs;
    sequence->stop = std::move(stop);
    sequence->stopTokens = stopTokens(templateId, *engine.tokenizer);
    if (const auto eos = engine.tokenizer->eosId())
        sequence->stopTokens.push_back(*eos);
    // A chat's answer begins a text of its own; a completion goes on with the prompt's.
    sequence->text = std::make_unique<AnswerText>(
        *engine.tokenizer, request.settings.stop, request.promptTokens);
    KOALA_TRY(Generation answer, engine.follow(sequence, onToken));
    answer.promptTokens = int(promptTokens);
    return answer;
}

Result<std::vector<double>> CpuEngine::logLikelihoods(
    const std::string& model, const std::vector<std::int32_t>& tokens)
{
    Implementation& engine = *m_implementation;
    KOALA_TRY(const NamedModel* named, engine.find(model));
    KOALA_RETURN_IF_ERROR(engine.checkTokens(tokens));
    if (tokens.size() > std::size_t(engine.contextTokens))
        return invalidInput(fmt::format("the text has {} tokens, but the model's context holds {}",
            tokens.size(), engine.contextTokens));
    if (tokens.size() < 2)
        return std::vector<double>();
    auto sequence = std::make_shared<Sequence>();
    sequence->tokens = tokens;
    sequence->adapter = named->adapter;
    sequence->scores = true;
    KOALA_TRY(const Generation scored, engine.follow(sequence, {}));
    if (scored.finishReason == "cancelled")
        return cancelled("the engine was closed");
    return std::move(sequence->logLikelihoods);
}

int CpuEngine::threads() const
{
    return m_implementation->batcher->model().threads();
}

std::string CpuEngine::kernels() const
{
    return std::string(m_implementation->batcher->model().kernels().name);
}

} // namespace koala
