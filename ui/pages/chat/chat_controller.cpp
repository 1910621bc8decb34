#include "ui/pages/chat/chat_controller.h"

#include <algorithm>

#include "core/base/ids.h"
#include "ui/services/words.h"

namespace koala {

namespace {
struct Listing {
    std::vector<ChatSummary> chats;
    std::vector<ModelChoice> models;
};

Json toJson(const ChatSettings& settings)
{
    return {{"temperature", settings.temperature}, {"top_p", settings.topP},
        {"top_k", settings.topK}, {"repetition_penalty", settings.repetition},
        {"max_tokens", settings.maxTokens}, {"seed", settings.seed},
        {"template", settings.templateName.toStdString()},
        {"system", settings.system.toStdString()}};
}

std::string keyOf(const std::string& userId, const QString& spec)
{
    return userId + "|" + spec.toStdString();
}
} // namespace

ChatController::ChatController(fs::path project, EngineService& engine, QObject* parent)
    : QObject(parent), m_store(project), m_project(std::move(project)), m_engine(engine)
{
    m_chat.id = ChatStore::newId();
    connect(&m_engine, &EngineService::phaseChanged, this, [this](EngineService::Phase phase) {
        if (phase == EngineService::Phase::Ready && m_waitingTurn >= 0) {
            const auto turn = std::size_t(m_waitingTurn);
            m_waitingTurn = -1;
            if (turn < m_turns.size())
                ask(turn);
        }
        if (phase == EngineService::Phase::Failed || phase == EngineService::Phase::Crashed)
            m_waitingTurn = -1;
        Q_EMIT busyChanged();
    });
}

ChatController::~ChatController()
{
    finishAll();
}

// What is half written is kept as far as it came.
void ChatController::finishAll()
{
    m_waitingTurn = -1;
    while (!m_streams.empty()) {
        m_streams.back().stream->stop();
        endAnswer(m_streams.back().stream.get(), nullptr, {});
    }
}

const ModelChoice* ChatController::model() const
{
    const auto found = std::ranges::find(m_models, m_spec, &ModelChoice::spec);
    return found == m_models.end() ? nullptr : &*found;
}

bool ChatController::canHaveBase() const
{
    const ModelChoice* choice = model();
    return choice != nullptr && choice->adapter && !choice->base.isEmpty();
}

void ChatController::refresh()
{
    m_listing.request(
        [store = m_store, project = m_project](
            std::stop_token) { return Listing{store.list(), listModelChoices(project)}; },
        [this](Listing listing) {
            const bool modelsDiffer = listing.models != m_models;
            m_models = listing.models;
            m_list.set(std::move(listing.chats), m_models);
            if (modelsDiffer)
                Q_EMIT modelsChanged();
            Q_EMIT listed();
        });
}

void ChatController::chooseModel(const QString& spec)
{
    const auto found = std::ranges::find(m_models, spec, &ModelChoice::spec);
    if (found == m_models.end()) {
        Q_EMIT failed(tr("%1 is no model of this project any more; choose another one.").arg(spec));
        return;
    }
    finishAll();
    m_spec = spec;
    if (!canHaveBase())
        m_withBase = false;
    m_engine.ensure(serveList(*found));
    rebuildTurns();
    Q_EMIT modelChosen();
    Q_EMIT chatChanged();
}

void ChatController::setWithBase(bool on)
{
    finishAll();
    m_withBase = on && canHaveBase();
    rebuildTurns();
    Q_EMIT modelChosen();
    Q_EMIT chatChanged();
}

std::vector<QString> ChatController::asked() const
{
    std::vector<QString> specs{m_spec};
    if (const ModelChoice* choice = model(); m_withBase && choice != nullptr)
        specs.push_back(choice->base);
    return specs;
}

void ChatController::newChat()
{
    finishAll();
    m_chat = {};
    m_chat.id = ChatStore::newId();
    m_chosen.clear();
    rebuildTurns();
    Q_EMIT chatChanged();
}

void ChatController::openChat(const QString& id)
{
    if (id == chatId())
        return;
    auto chat = m_store.load(id.toStdString());
    if (!chat.ok()) {
        Q_EMIT failed(qtext(chat.error().message));
        return;
    }
    finishAll();
    m_chat = std::move(chat).value();
    m_chosen.clear();
    const QString last = qtext(m_chat.lastModel());
    if (!last.isEmpty() && last != m_spec &&
        std::ranges::find(m_models, last, &ModelChoice::spec) != m_models.end() && !m_withBase)
        chooseModel(last);
    rebuildTurns();
    Q_EMIT chatChanged();
}

const ChatNode* ChatController::chosenAnswer(const std::string& userId, const QString& spec) const
{
    const auto versions = m_chat.children(userId, spec.toStdString());
    if (versions.empty())
        return nullptr;
    if (const auto chosen = m_chosen.find(keyOf(userId, spec)); chosen != m_chosen.end())
        for (const ChatNode* node : versions)
            if (node->id == chosen->second)
                return node;
    return versions.back();
}

ShownAnswer ChatController::shown(const ChatNode& node, int version, int versions) const
{
    ShownAnswer answer;
    answer.nodeId = node.id;
    answer.model = qtext(node.model);
    answer.text = qtext(node.text);
    answer.state = qtext(node.state);
    answer.version = version;
    answer.versions = versions;
    answer.tokens = int(node.tokenIds.size());
    answer.tokensPerSecond = numberOr(node.facts, "tokens_per_second", 0);
    answer.firstTokenSeconds = numberOr(node.facts, "first_token_seconds", 0);
    const std::string adapter = stringOr(node.facts, "adapter_sha256", "");
    answer.hash = shortHash(adapter.empty() ? stringOr(node.facts, "sha256", "") : adapter);
    return answer;
}

// The chain of user turns; a user turn hangs on the answer it followed, or on the turn before where
// several models answered.
void ChatController::rebuildTurns()
{
    m_turns.clear();
    for (const ChatNode& node : m_chat.nodes) {
        if (node.role != "user")
            continue;
        ShownTurn turn;
        turn.userId = node.id;
        turn.user = qtext(node.text);
        std::vector<QString> specs = asked();
        // An answer of a model that is not asked any more still stands.
        if (specs.front().isEmpty() || chosenAnswer(node.id, specs.front()) == nullptr)
            if (const auto any = m_chat.children(node.id); !any.empty())
                specs.front() = qtext(any.back()->model);
        for (const QString& spec : specs) {
            const ChatNode* answer = chosenAnswer(node.id, spec);
            if (answer == nullptr)
                continue;
            const auto versions = m_chat.children(node.id, spec.toStdString());
            const auto place = std::ranges::find(versions, answer) - versions.begin();
            turn.answers.push_back(shown(*answer, int(place) + 1, int(versions.size())));
        }
        m_turns.push_back(std::move(turn));
    }
}

bool ChatController::canSend() const
{
    return !writing() && m_waitingTurn < 0 && model() != nullptr;
}

bool ChatController::send(const QString& text)
{
    if (text.trimmed().isEmpty())
        return false;
    if (model() == nullptr) {
        Q_EMIT failed(tr("There is no model to ask. Import one, or finish a run first."));
        return false;
    }
    if (!canSend())
        return false;
    ChatNode node;
    node.id = randomHex(12);
    node.role = "user";
    node.text = text.toStdString();
    if (!m_turns.empty())
        node.parent = m_turns.back().answers.empty() ? m_turns.back().userId
                                                     : m_turns.back().answers.front().nodeId;
    if (auto written = m_store.append(m_chat, std::move(node)); !written.ok()) {
        Q_EMIT failed(qtext(written.error().message));
        return false;
    }
    rebuildTurns();
    Q_EMIT chatChanged();
    ask(m_turns.size() - 1);
    refresh();
    return true;
}

void ChatController::ask(std::size_t turn)
{
    if (m_engine.phase() != EngineService::Phase::Ready) {
        m_waitingTurn = int(turn);
        if (const ModelChoice* choice = model())
            m_engine.ensure(serveList(*choice));
        Q_EMIT busyChanged();
        return;
    }
    for (const QString& spec : asked())
        startAnswer(turn, spec);
    Q_EMIT chatChanged();
    Q_EMIT busyChanged();
}

std::string ChatController::servedId(const QString& spec) const
{
    const QStringList& requested = m_engine.requestedModels();
    const auto place = requested.indexOf(spec);
    const auto& served = m_engine.models();
    if (place >= 0 && std::size_t(place) < served.size())
        return served[std::size_t(place)].id;
    return spec.toStdString();
}

// Every model sees its own answers; where it has none, what was answered at all.
std::vector<ChatMessage> ChatController::history(std::size_t turn, const QString& spec) const
{
    std::vector<ChatMessage> messages;
    if (!m_settings.system.trimmed().isEmpty())
        messages.push_back({"system", m_settings.system.toStdString(), {}});
    for (std::size_t i = 0; i <= turn && i < m_turns.size(); ++i) {
        messages.push_back({"user", m_turns[i].user.toStdString(), {}});
        if (i == turn)
            break;
        const ChatNode* answer = chosenAnswer(m_turns[i].userId, spec);
        if (answer == nullptr && !m_turns[i].answers.empty())
            answer = m_chat.find(m_turns[i].answers.front().nodeId);
        if (answer != nullptr)
            messages.push_back({"assistant", answer->text,
                qtext(answer->model) == spec ? answer->tokenIds : std::vector<std::int32_t>{}});
    }
    return messages;
}

GenerationRequest ChatController::request(std::size_t turn, const QString& spec) const
{
    GenerationRequest request;
    request.model = servedId(spec);
    request.messages = history(turn, spec);
    request.settings.temperature = m_settings.temperature;
    request.settings.topP = m_settings.topP;
    request.settings.topK = m_settings.topK;
    request.settings.repetitionPenalty = m_settings.repetition;
    request.settings.maxTokens = m_settings.maxTokens;
    // A retry of the same prompt gets another seed of its own, stored with the answer.
    request.settings.seed =
        m_settings.seed + m_chat.children(m_turns[turn].userId, spec.toStdString()).size();
    request.settings.templateName = m_settings.templateName.toStdString();
    return request;
}

void ChatController::startAnswer(std::size_t turn, const QString& spec)
{
    const auto engine = m_engine.engine();
    if (!engine)
        return;
    ShownTurn& place = m_turns[turn];
    const int versions = int(m_chat.children(place.userId, spec.toStdString()).size());
    ShownAnswer answer;
    answer.model = spec;
    answer.state = QStringLiteral("writing");
    answer.version = answer.versions = versions + 1;
    std::size_t index = 0;
    while (index < place.answers.size() && place.answers[index].model != spec)
        ++index;
    if (index == place.answers.size())
        place.answers.push_back(answer);
    else
        place.answers[index] = answer;
    Writing writing;
    writing.turn = turn;
    writing.answer = index;
    writing.userId = place.userId;
    writing.model = spec;
    writing.stream = std::make_unique<AnswerStream>(engine, request(turn, spec));
    AnswerStream* stream = writing.stream.get();
    connect(stream, &AnswerStream::grew, this, [this, stream] {
        for (const Writing& one : m_streams) {
            if (one.stream.get() != stream)
                continue;
            ShownAnswer& shownAnswer = m_turns[one.turn].answers[one.answer];
            shownAnswer.text = stream->text();
            shownAnswer.tokens = stream->tokens();
            shownAnswer.tokensPerSecond = stream->tokensPerSecond();
            Q_EMIT grew(one.turn, one.answer);
        }
    });
    connect(stream, &AnswerStream::finished, this,
        [this, stream](const Generation& generation) { endAnswer(stream, &generation, {}); });
    connect(stream, &AnswerStream::failed, this,
        [this, stream](const QString& message) { endAnswer(stream, nullptr, message); });
    m_streams.push_back(std::move(writing));
}

void ChatController::endAnswer(
    AnswerStream* stream, const Generation* generation, const QString& error)
{
    const auto found = std::ranges::find_if(
        m_streams, [&](const Writing& one) { return one.stream.get() == stream; });
    if (found == m_streams.end())
        return;
    Writing writing = std::move(*found);
    m_streams.erase(found);
    ChatNode node;
    node.id = randomHex(12);
    node.parent = writing.userId;
    node.role = "assistant";
    node.model = writing.model.toStdString();
    node.text =
        (generation != nullptr ? qtext(generation->text) : writing.stream->text()).toStdString();
    node.state = generation == nullptr ? (error.isEmpty() ? "stopped" : "failed")
                 : generation->finishReason == "cancelled" ? "stopped"
                                                           : "done";
    node.settings = toJson(m_settings);
    node.settings["seed"] = m_settings.seed + m_chat.children(writing.userId, node.model).size();
    if (generation != nullptr) {
        node.tokenIds = generation->tokens;
        node.facts["finish_reason"] = generation->finishReason;
        node.facts["prompt_tokens"] = generation->promptTokens;
        node.facts["first_token_seconds"] = generation->promptSeconds;
        node.facts["seconds"] = generation->seconds;
    }
    node.facts["tokens_per_second"] = writing.stream->tokensPerSecond();
    const std::string id = servedId(writing.model);
    for (const ModelInfo& served : m_engine.models()) {
        if (served.id == id) {
            node.facts["sha256"] = served.baseSha256;
            node.facts["adapter_sha256"] = served.adapterSha256;
        }
    }
    writing.stream.release()->deleteLater(); // it is sending this very signal
    const bool worthKeeping = node.state != "failed" || !node.text.empty();
    m_chosen[keyOf(writing.userId, writing.model)] = node.id;
    if (worthKeeping)
        if (auto written = m_store.append(m_chat, std::move(node)); !written.ok())
            Q_EMIT failed(qtext(written.error().message));
    if (!error.isEmpty())
        Q_EMIT failed(error);
    if (m_streams.empty())
        rebuildTurns();
    else if (writing.turn < m_turns.size() && writing.answer < m_turns[writing.turn].answers.size())
        m_turns[writing.turn].answers[writing.answer].state = QStringLiteral("done");
    Q_EMIT chatChanged();
    Q_EMIT busyChanged();
    refresh();
}

void ChatController::stop()
{
    m_waitingTurn = -1;
    for (const Writing& writing : m_streams)
        writing.stream->stop();
    Q_EMIT busyChanged();
}

void ChatController::retry(std::size_t turn)
{
    if (turn >= m_turns.size() || !canSend())
        return;
    for (const QString& spec : asked())
        m_chosen.erase(keyOf(m_turns[turn].userId, spec));
    ask(turn);
}

void ChatController::showVersion(std::size_t turn, std::size_t answer, int by)
{
    if (turn >= m_turns.size() || answer >= m_turns[turn].answers.size() || writing())
        return;
    const ShownAnswer& shownAnswer = m_turns[turn].answers[answer];
    const auto versions = m_chat.children(m_turns[turn].userId, shownAnswer.model.toStdString());
    const int wanted = std::clamp(shownAnswer.version - 1 + by, 0, int(versions.size()) - 1);
    m_chosen[keyOf(m_turns[turn].userId, shownAnswer.model)] = versions[std::size_t(wanted)]->id;
    rebuildTurns();
    Q_EMIT chatChanged();
}

QString ChatController::lastAnswer() const
{
    for (auto turn = m_turns.rbegin(); turn != m_turns.rend(); ++turn)
        if (!turn->answers.empty())
            return turn->answers.front().text;
    return {};
}

void ChatController::requestView()
{
    const auto engine = m_engine.engine();
    if (!engine || m_turns.empty())
        return;
    const GenerationRequest asking = request(m_turns.size() - 1, m_spec);
    std::vector<ChatMessage> messages = asking.messages;
    if (!m_turns.back().answers.empty() && !writing())
        messages.push_back({"assistant", m_turns.back().answers.front().text.toStdString(), {}});
    int context = 0;
    for (const ModelInfo& served : m_engine.models())
        if (served.id == asking.model)
            context = served.contextTokens;
    m_view.request(
        [engine, asking, messages](
            std::stop_token) { return engine->render(asking.model, messages, asking.settings); },
        [this, context](Result<Engine::RenderedPrompt> rendered) {
            if (rendered.ok())
                Q_EMIT viewReady(qtext(rendered->text), int(rendered->tokens.size()), context);
            else
                Q_EMIT viewReady(qtext(rendered.error().message), 0, context);
        });
}

} // namespace koala
