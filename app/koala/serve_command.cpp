// app/koala/serve_command.cpp: koala serve MODEL[,ADAPTER…]: answers over HTTP until it is told to
// end.
#include <csignal>
#include <cstdio>
#include <future>

#include <unistd.h>

#include "app/koala/commands.h"
#include "app/koala/open_engine.h"
#include "app/koala/signal_watcher.h"
#include "core/base/json.h"
#include "core/serve/server.h"
#include "core/serve/token_file.h"

namespace koala {
namespace {

struct ServeArguments {
    EngineRequest engine;
    std::string host = "127.0.0.1";
    int port = 8000;
    std::string tokenFile;
    std::string device = "cpu";
};

OrderedJson hello(const Server& server, const std::vector<ModelInfo>& models)
{
    OrderedJson json{{"url", server.url()}, {"pid", ::getpid()}, {"models", OrderedJson::array()}};
    for (const ModelInfo& model : models)
        json["models"].push_back({{"id", model.id}, {"base_sha256", model.baseSha256},
            {"adapter_sha256", model.adapterSha256}, {"template", model.templateName},
            {"context_tokens", model.contextTokens}});
    return json;
}

Result<int> serve(const CommandContext& context, const ServeArguments& arguments)
{
    std::promise<int> asked;
    std::atomic<bool> listening = false;
    std::atomic<bool> told = false;
    const SignalWatcher watcher({SIGINT, SIGTERM}, [&](int number) {
        if (!listening)
            ::_exit(number == SIGINT ? kCancelled
                                     : kEnded); // while a model loads there is nothing to lose
        if (!told.exchange(true))
            asked.set_value(number);
    });
    ServerOptions options;
    options.host = arguments.host;
    options.port = arguments.port;
    const fs::path tokenFile =
        arguments.tokenFile.empty() ? defaultTokenFile() : fs::path(arguments.tokenFile);
    KOALA_TRY(options.token, loadOrCreateToken(tokenFile));
    std::fprintf(stderr, "loading %s\n", arguments.engine.models.c_str());
    KOALA_TRY(const OpenedEngine opened, openEngine(context, arguments.engine));
    KOALA_TRY(const std::unique_ptr<Server> server, Server::start(opened.engine, options));
    listening = true;
    std::fprintf(stderr, "answering at %s; the token is in %s\n", server->url().c_str(),
        tokenFile.string().c_str());
    std::printf("%s\n", toLine(hello(*server, opened.models)).c_str());
    std::fflush(stdout);
    const int number = asked.get_future().get();
    server->stop();
    return number == SIGINT ? int(kCancelled) : int(kEnded);
}

} // namespace

void addServeCommand(CLI::App& koala, CommandContext& context)
{
    CLI::App* verb = koala.add_subcommand("serve", "answer over HTTP, for this computer only");
    const auto arguments = std::make_shared<ServeArguments>();
    verb->add_option("model", arguments->engine.models,
            "MODEL[,ADAPTER...]: a slug, RUN@STEP, a folder or a file")
        ->required();
    verb->add_option("--host", arguments->host, "loopback address to listen on")
        ->capture_default_str();
    verb->add_option("--port", arguments->port, "port; 0: a free one")
        ->capture_default_str()
        ->check(CLI::Range(0, 65535));
    verb->add_option("--token-file", arguments->tokenFile,
        "file with the bearer token; made if it is not there (default: in the cache folder)");
    verb->add_option("--device", arguments->device, "where to compute; this program knows cpu")
        ->check(CLI::IsMember({"cpu"}));
    addEngineOptions(*verb, arguments->engine);
    verb->callback([&context, arguments] {
        context.action = [&context, arguments] {
            const Result<int> code = serve(context, *arguments);
            return code ? *code : fail(code.error());
        };
    });
}

} // namespace koala
