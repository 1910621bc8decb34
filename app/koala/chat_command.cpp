// app/koala/chat_command.cpp: koala chat MODEL: talks in the terminal, or answers one --prompt.
// Answers come as they are made; Ctrl+C stops an answer, and at the prompt it ends the program.
#include <csignal>
#include <cstdio>
#include <iostream>
#include <random>

#include <unistd.h>

#include <fmt/format.h>

#include "app/koala/commands.h"
#include "app/koala/open_engine.h"
#include "app/koala/signal_watcher.h"
#include "core/base/json.h"
#include "core/base/utf8.h"

namespace koala {
namespace {

struct ChatArguments {
    EngineRequest engine;
    std::string prompt;
    std::string system;
    GenerationSettings settings;
    bool seedGiven = false;
};

// Control characters of an answer must not drive the terminal.
std::string forTerminal(std::string_view text)
{
    std::string shown;
    for (const char c : text)
        if (static_cast<unsigned char>(c) >= 0x20 ? c != 0x7F : c == '\n' || c == '\t')
            shown += c;
        else
            shown += "\uFFFD";
    return shown;
}

class Chat {
public:
    Chat(OpenedEngine opened, ChatArguments arguments)
        : m_opened(std::move(opened)), m_arguments(std::move(arguments))
    {
        if (!m_arguments.system.empty())
            m_messages.push_back({"system", m_arguments.system, {}});
    }

    // One answer; what was stopped stays in the conversation as far as it came.
    Result<Generation> answer(const std::string& prompt, bool stream)
    {
        m_messages.push_back({"user", prompt, {}});
        GenerationRequest request{m_opened.chosen, m_messages, {}, m_arguments.settings, 0};
        std::stop_source stop;
        {
            const std::lock_guard lock(m_mutex);
            m_stop = stop;
            m_answering = true;
        }
        Result<Generation> generation = m_opened.engine->generate(
            request,
            [&](const GeneratedToken& token) {
                if (!stream || token.text.empty())
                    return;
                const std::string text = forTerminal(token.text);
                std::fwrite(text.data(), 1, text.size(), stdout);
                std::fflush(stdout);
            },
            stop.get_token());
        {
            const std::lock_guard lock(m_mutex);
            m_answering = false;
        }
        if (generation)
            m_messages.push_back({"assistant", generation->text, generation->tokens});
        else
            m_messages.pop_back();
        return generation;
    }

    // From the signal's thread. False: no answer was being made.
    bool stopAnswer()
    {
        const std::lock_guard lock(m_mutex);
        if (m_answering)
            m_stop.request_stop();
        return m_answering;
    }

    const ChatArguments& arguments() const { return m_arguments; }
    const std::string& model() const { return m_opened.chosen; }

private:
    OpenedEngine m_opened;
    ChatArguments m_arguments;
    std::vector<ChatMessage> m_messages;
    std::mutex m_mutex;
    std::stop_source m_stop;
    bool m_answering = false;
};

std::string speed(const Generation& generation)
{
    const double seconds = generation.seconds - generation.promptSeconds;
    return fmt::format("{} tokens{}{}", generation.tokens.size(),
        seconds > 0 ? fmt::format(", {:.1f} a second", double(generation.tokens.size()) / seconds)
                    : "",
        generation.finishReason == "stop" ? "" : ", " + generation.finishReason);
}

OrderedJson toJson(const Chat& chat, const Generation& generation)
{
    const GenerationSettings& settings = chat.arguments().settings;
    return {{"model", chat.model()}, {"text", generation.text},
        {"finish_reason", generation.finishReason}, {"token_ids", generation.tokens},
        {"prompt_tokens", generation.promptTokens}, {"prompt_seconds", generation.promptSeconds},
        {"seconds", generation.seconds},
        {"settings", {{"temperature", settings.temperature}, {"top_p", settings.topP},
                         {"top_k", settings.topK}, {"max_tokens", settings.maxTokens},
                         {"seed", settings.seed}}}};
}

int answerOne(Chat& chat, const CommandContext& context)
{
    const Result<Generation> generation = chat.answer(chat.arguments().prompt, !context.json);
    if (!generation)
        return fail(generation.error());
    if (context.json)
        std::printf("%s\n", toLine(toJson(chat, *generation)).c_str());
    else
        std::printf("\n");
    if (showsProgress())
        std::fprintf(stderr, "%s\n", speed(*generation).c_str());
    return generation->finishReason == "cancelled" ? kCancelled : kDone;
}

int talk(Chat& chat, const CommandContext& context)
{
    const bool terminal = ::isatty(STDIN_FILENO) == 1 && !context.json;
    if (terminal)
        std::fprintf(
            stderr, "Talking to %s. Ctrl+C stops an answer, Ctrl+D ends.\n", chat.model().c_str());
    std::string line;
    for (;;) {
        if (terminal)
            std::fprintf(stderr, "\n> ");
        if (!std::getline(std::cin, line))
            break;
        if (line.find_first_not_of(" \t\r") == std::string::npos)
            continue;
        const Result<Generation> generation = chat.answer(toValidUtf8(line), !context.json);
        if (!generation) {
            fail(generation.error());
            continue;
        }
        std::printf("%s\n", context.json ? toLine(toJson(chat, *generation)).c_str() : "");
        std::fflush(stdout);
        if (terminal)
            std::fprintf(stderr, "(%s)\n", speed(*generation).c_str());
    }
    return kDone;
}

int runChat(const CommandContext& context, ChatArguments arguments)
{
    if (const Status valid = validate(arguments.settings); !valid)
        return fail(valid.error());
    if (!arguments.seedGiven)
        arguments.settings.seed = std::random_device()();
    std::atomic<Chat*> current = nullptr;
    const SignalWatcher watcher({SIGINT}, [&](int) {
        Chat* chat = current;
        if (chat == nullptr || !chat->stopAnswer())
            ::_exit(kCancelled);
    });
    auto opened = openEngine(context, arguments.engine);
    if (!opened)
        return fail(opened.error());
    Chat chat(std::move(opened).value(), std::move(arguments));
    current = &chat;
    const int code =
        chat.arguments().prompt.empty() ? talk(chat, context) : answerOne(chat, context);
    current = nullptr;
    return code;
}

} // namespace

void addChatCommand(CLI::App& koala, CommandContext& context)
{
    CLI::App* verb = addVerb(koala, context, "chat", "talk to a model in the terminal");
    const auto arguments = std::make_shared<ChatArguments>();
    GenerationSettings& settings = arguments->settings;
    verb->add_option(
            "model", arguments->engine.models, "a slug, RUN@STEP, RUN@last, a folder or a file")
        ->required();
    verb->add_option("--prompt", arguments->prompt, "answer this and end");
    verb->add_option("--system", arguments->system, "system message");
    verb->add_option("--temperature", settings.temperature, "0: always the likeliest token")
        ->capture_default_str();
    verb->add_option("--top-p", settings.topP, "keep the likeliest tokens of this total share")
        ->capture_default_str();
    verb->add_option("--top-k", settings.topK, "keep this many tokens; 0: all")
        ->capture_default_str();
    verb->add_option("--max-tokens", settings.maxTokens, "longest answer")->capture_default_str();
    CLI::Option* seed =
        verb->add_option("--seed", settings.seed, "the same seed gives the same answer");
    verb->add_option(
        "--template", settings.templateName, "chat template; default: the model's own");
    addEngineOptions(*verb, arguments->engine);
    verb->callback([&context, arguments, seed] {
        arguments->seedGiven = seed->count() > 0;
        context.action = [&context, arguments] { return runChat(context, *arguments); };
    });
}

} // namespace koala
