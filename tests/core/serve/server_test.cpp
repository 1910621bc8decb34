// The server over a real socket: what it answers, whom it refuses, and what a client's end does.
#include "core/serve/server.h"

#include "core/base/json.h"
#include "core/serve/token_file.h"
#include "tests/core/serve/raw_client.h"
#include "tests/support/echo_engine.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

using test::EchoEngine;
using test::RawClient;

const std::string kToken(64, '7');

class ServerTest : public testing::Test {
protected:
    void SetUp() override { start({}); }

    void start(ServerLimits limits)
    {
        server.reset();
        ServerOptions options;
        options.token = kToken;
        options.limits = limits;
        auto started = Server::start(engine, options);
        ASSERT_TRUE(started.ok()) << started.error().message;
        server = std::move(started).value();
    }

    std::string head(
        const std::string& method, const std::string& path, const std::string& more = {}) const
    {
        return method + " " + path +
               " HTTP/1.1\r\nHost: 127.0.0.1:" + std::to_string(server->port()) +
               "\r\nAuthorization: Bearer " + kToken + "\r\nConnection: close\r\n" + more;
    }
    std::string post(const std::string& path, const std::string& body) const
    {
        return head("POST", path,
            "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n\r\n" + body);
    }
    std::string exchange(const std::string& bytes) const
    {
        RawClient client(server->port());
        client.send(bytes);
        return client.receive();
    }
    static int status(const std::string& reply)
    {
        return reply.size() > 12 ? std::stoi(reply.substr(9, 3)) : 0;
    }
    static Json bodyOf(const std::string& reply)
    {
        return Json::parse(reply.substr(reply.find("\r\n\r\n") + 4), nullptr, false);
    }
    Json ask(const std::string& path, const Json& body) const
    {
        return bodyOf(exchange(post(path, body.dump())));
    }
    void waitUntil(const std::function<bool()>& condition) const
    {
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (!condition() && std::chrono::steady_clock::now() < end)
            std::this_thread::yield();
        EXPECT_TRUE(condition());
    }

    std::shared_ptr<EchoEngine> engine = std::make_shared<EchoEngine>();
    std::unique_ptr<Server> server;
};

TEST_F(ServerTest, TellsHealthWithoutATokenAndNothingElse)
{
    const std::string host = "Host: localhost:" + std::to_string(server->port()) + "\r\n";
    const std::string health =
        exchange("GET /health HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n");
    EXPECT_EQ(status(health), 200);
    EXPECT_TRUE(health.ends_with("\r\n\r\nok")) << health;
    const std::string models = exchange("GET /v1/models HTTP/1.1\r\n" + host + "\r\n");
    EXPECT_EQ(status(models), 401);
    EXPECT_EQ(bodyOf(models)["detail"]["error"]["code"], "invalid_api_key");
}

TEST_F(ServerTest, ListsTheBaseAndItsAdapters)
{
    const Json models = bodyOf(exchange(head("GET", "/v1/models", "\r\n")));
    ASSERT_EQ(models["data"].size(), 2u);
    EXPECT_EQ(models["data"][0]["id"], "echo");
    EXPECT_EQ(models["data"][1]["parent"], "echo");
    EXPECT_EQ(models["data"][0]["context_tokens"], 256);
}

TEST_F(ServerTest, AnswersAChatWhole)
{
    const Json reply = ask("/v1/chat/completions",
        {{"model", "shout"}, {"messages", {{{"role", "user"}, {"content", "häh"}}}},
            {"return_token_ids", true}});
    EXPECT_EQ(reply["object"], "chat.completion");
    EXPECT_EQ(reply["choices"][0]["message"]["content"], "HäH");
    EXPECT_EQ(reply["choices"][0]["finish_reason"], "stop");
    EXPECT_EQ(reply["choices"][0]["token_ids"], Json::parse("[72,195,164,72]"));
    EXPECT_EQ(reply["usage"]["completion_tokens"], 4);
    EXPECT_EQ(reply["usage"]["total_tokens"], 4 + int(std::string("user: häh\n").size()));
}

TEST_F(ServerTest, StreamsWithAllFieldsAndNoHalfCharacters)
{
    const std::string reply = exchange(post("/v1/chat/completions",
        Json{{"messages", {{{"role", "user"}, {"content", "aä!"}}}}, {"stream", true}}.dump()));
    EXPECT_EQ(status(reply), 200);
    EXPECT_NE(reply.find("text/event-stream"), std::string::npos);
    std::string text;
    std::vector<Json> chunks;
    for (std::size_t at = 0; (at = reply.find("data: {", at)) != std::string::npos; ++at)
        chunks.push_back(Json::parse(reply.substr(at + 6, reply.find("\n\n", at) - at - 6)));
    ASSERT_EQ(chunks.size(), 5u);
    for (const Json& chunk : chunks) {
        EXPECT_EQ(chunk["object"], "chat.completion.chunk");
        EXPECT_EQ(chunk["model"], "echo");
        EXPECT_TRUE(chunk["created"].is_number());
        text += stringOr(chunk["choices"][0]["delta"], "content", "");
    }
    EXPECT_EQ(chunks.front()["choices"][0]["delta"]["role"], "assistant");
    EXPECT_EQ(text, "aä!");
    EXPECT_EQ(chunks.back()["choices"][0]["finish_reason"], "stop");
    EXPECT_NE(reply.find("data: [DONE]\n\n"), std::string::npos);
}

TEST_F(ServerTest, CompletesTokenIdsAndSeveralPromptsWithLogprobsAndEcho)
{
    const Json ids = ask("/v1/completions", {{"prompt", {104, 105}}, {"logprobs", 2}});
    EXPECT_EQ(ids["object"], "text_completion");
    EXPECT_EQ(ids["choices"][0]["text"], "hi");
    EXPECT_EQ(ids["choices"][0]["logprobs"]["tokens"], Json::parse(R"(["h","i"])"));
    EXPECT_EQ(ids["choices"][0]["logprobs"]["top_logprobs"][0]["a"], -1.0);
    EXPECT_EQ(ids["choices"][0]["logprobs"]["text_offset"], Json::parse("[0,1]"));
    const Json several =
        ask("/v1/completions", {{"prompt", {"one", "two"}}, {"n", 2}, {"echo", true}});
    ASSERT_EQ(several["choices"].size(), 4u);
    EXPECT_EQ(several["choices"][1]["text"], "oneone");
    EXPECT_EQ(several["choices"][2]["text"], "twotwo");
    EXPECT_EQ(several["choices"][3]["index"], 3);
}

TEST_F(ServerTest, TokenizesDetokenizesAndRenders)
{
    EXPECT_EQ(ask("/tokenize", {{"text", "ab"}})["tokens"], Json::parse("[97,98]"));
    EXPECT_EQ(ask("/detokenize", {{"tokens", {97, 98}}})["text"], "ab");
    EXPECT_EQ(ask("/render", {{"messages", {{{"role", "user"}, {"content", "x"}}}}})["text"],
        "user: x\n");
}

TEST_F(ServerTest, RefusesWhatIsOutOfRangeWithTheCodesOfTheApi)
{
    const Json good{{"messages", {{{"role", "user"}, {"content", "hello"}}}}};
    const auto code = [&](const std::string& key, const Json& value) {
        Json body = good;
        body[key] = value;
        const std::string reply = exchange(post("/v1/chat/completions", body.dump()));
        EXPECT_EQ(status(reply), 400) << key << " " << value;
        EXPECT_FALSE(bodyOf(reply)["error"]["message"].get<std::string>().empty());
        return bodyOf(reply)["code"].get<int>();
    };
    for (const Json& number :
        {Json(-1), Json(0), Json(2147483648LL), Json(9223372036854775808ULL)}) {
        EXPECT_EQ(code("max_tokens", number), 40302);
        EXPECT_EQ(code("n", number), 40302);
    }
    EXPECT_EQ(code("max_tokens", 1e308), 40001);
    EXPECT_EQ(code("max_tokens", "5"), 40001);
    EXPECT_EQ(code("temperature", 2.1), 40302);
    EXPECT_EQ(code("temperature", true), 40001);
    EXPECT_EQ(code("top_p", -0.1), 40302);
    EXPECT_EQ(code("top_k", 0), 40302);
    EXPECT_EQ(code("top_k", -2), 40302);
    EXPECT_EQ(code("seed", -1), 40302);
    EXPECT_EQ(code("seed", 18446744073709551615ULL), 40302);
    EXPECT_EQ(code("stop", 5), 40302);
    EXPECT_EQ(code("stop", Json(std::vector<std::string>(100000, "x"))), 40302);
    EXPECT_EQ(code("presence_penalty", 0.5), 40302);
    EXPECT_EQ(code("logit_bias", Json{{"50256", -100}}), 40302);
    EXPECT_EQ(code("model", "nobody"), 40301);
    EXPECT_EQ(code("messages", Json::array()), 40001);
    EXPECT_EQ(code("messages", Json(std::vector<Json>(100000, good["messages"][0]))), 40001);
    EXPECT_EQ(code("messages", Json::parse(R"([{"role":"god","content":"x"}])")), 40001);
    EXPECT_EQ(code("messages", std::string(300, 'x')), 40303); // the context holds 256
    EXPECT_EQ(engine->calls, 0);
}

TEST_F(ServerTest, RefusesStrangersBeforeTheyReachTheEngine)
{
    const std::string port = std::to_string(server->port());
    const std::string body = R"({"messages":[{"role":"user","content":"x"}]})";
    const std::string rest =
        "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
        "\r\n\r\n" + body;
    const std::string line = "POST /v1/chat/completions HTTP/1.1\r\n";
    const std::string host = "Host: 127.0.0.1:" + port + "\r\n";
    const std::string token = "Authorization: Bearer " + kToken + "\r\n";
    const auto code = [&](const std::string& bytes) { return status(exchange(bytes)); };
    EXPECT_EQ(code(line + "Host: evil.example\r\n" + token + rest), 403);
    EXPECT_EQ(code(line + "Host: 127.0.0.1.evil.example:" + port + "\r\n" + token + rest), 403);
    EXPECT_EQ(code(line + "Host: localhost.:" + port + "\r\n" + token + rest), 403);
    EXPECT_EQ(code(line + "Host: [::ffff:127.0.0.1]:" + port + "\r\n" + token + rest), 403);
    EXPECT_EQ(code(line + token + rest), 400);
    EXPECT_EQ(code(line + host + host + token + rest), 400);
    EXPECT_EQ(code(line + host + token + "Origin: null\r\n" + rest), 403);
    EXPECT_EQ(code(line + host + token + "Sec-Fetch-Site: cross-site\r\n" + rest), 403);
    EXPECT_EQ(
        code("OPTIONS /v1/models HTTP/1.1\r\n" + host + "Origin: http://a.example\r\n\r\n"), 403);
    EXPECT_EQ(code(line + host + rest), 401);
    EXPECT_EQ(code(line + host + "Authorization: Bearer \r\n" + rest), 401);
    EXPECT_EQ(code(line + host + "Authorization: Bearer " + kToken + "7\r\n" + rest), 401);
    EXPECT_EQ(
        code(line + host + "Authorization: Bearer " + std::string(5000, '7') + "\r\n" + rest), 401);
    EXPECT_EQ(code(line + host + token + token + rest), 401);
    EXPECT_EQ(
        code(line + host + token + "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}"), 415);
    EXPECT_EQ(code(line + host + token + "Content-Length: 2\r\n\r\n{}"), 415);
    EXPECT_EQ(code("GET /v1/chat/completions HTTP/1.1\r\n" + host + token + "\r\n"), 405);
    EXPECT_EQ(code("GET /v1/files HTTP/1.1\r\n" + host + token + "\r\n"), 404);
    EXPECT_EQ(
        code("GET http://127.0.0.1:" + port + "/health HTTP/1.1\r\n" + host + token + "\r\n"), 404);
    EXPECT_EQ(code("GET /../etc/passwd HTTP/1.1\r\n" + host + token + "\r\n"), 404);
    EXPECT_EQ(engine->calls, 0);
}

TEST_F(ServerTest, RefusesBrokenAndOversizedHttp)
{
    const std::string host = "Host: 127.0.0.1:" + std::to_string(server->port()) + "\r\n";
    const auto code = [&](const std::string& bytes) { return status(exchange(bytes)); };
    EXPECT_EQ(code("GET /" + std::string(9000, 'a') + " HTTP/1.1\r\n" + host + "\r\n"), 414);
    EXPECT_EQ(
        code("GET /health HTTP/1.1\r\n" + host + "X: " + std::string(20000, 'a') + "\r\n\r\n"),
        431);
    std::string many;
    for (int i = 0; i < 101; ++i)
        many += "A" + std::to_string(i) + ": 1\r\n";
    EXPECT_EQ(code("GET /health HTTP/1.1\r\n" + host + many + "\r\n"), 431);
    EXPECT_EQ(code("nonsense\r\n\r\n"), 400);
    const std::string json = "Content-Type: application/json\r\n";
    for (const char* length : {"-1", "+5", "ffff", "99999999999999999999"})
        EXPECT_EQ(
            code(head("POST", "/tokenize", json + "Content-Length: " + length + "\r\n\r\n{}")), 400)
            << length;
    EXPECT_EQ(code(head("POST", "/tokenize",
                  json + "Content-Length: 9437184\r\n\r\n" + std::string(9437184, ' '))),
        413);
    EXPECT_EQ(
        code(head("POST", "/tokenize", json + "Transfer-Encoding: chunked\r\n\r\n-2\r\n{}\r\n")),
        400);
    EXPECT_EQ(
        code(head("POST", "/tokenize", json + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}")),
        400);
    EXPECT_EQ(code(head("POST", "/tokenize",
                  json + "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n{}")),
        400);
    EXPECT_EQ(code(post("/tokenize", "{\"text\":")), 400);
    EXPECT_EQ(code(post("/tokenize", "[" + std::string(100000, '['))), 400);
    EXPECT_EQ(code(post("/tokenize", "{\"text\":\"\xff\"}")), 400);
    EXPECT_EQ(code(post("/tokenize", "{\"text\":7}")), 400);
    EXPECT_EQ(code(post("/detokenize", "{\"tokens\":[-1]}")), 400);
    EXPECT_EQ(code(post("/detokenize", "{\"tokens\":[300]}")), 400);
    EXPECT_EQ(ask("/tokenize", {{"text", "a"}})["tokens"], Json::parse("[97]")); // it still works
}

TEST_F(ServerTest, CancelsTheAnswerOfAClientThatGoesAway)
{
    engine->delay = std::chrono::milliseconds(20);
    RawClient client(server->port());
    client.send(post("/v1/chat/completions",
        Json{{"messages", {{{"role", "user"}, {"content", std::string(200, 'a')}}}},
            {"stream", true}}
            .dump()));
    client.receive("\"content\":\"a\"");
    client.close();
    waitUntil([&] { return engine->cancelledCount == 1; });
    RawClient whole(server->port()); // also when nothing is sent meanwhile
    whole.send(post("/v1/chat/completions",
        Json{{"messages", {{{"role", "user"}, {"content", std::string(200, 'b')}}}}}.dump()));
    waitUntil([&] { return engine->running == 1; });
    whole.close();
    waitUntil([&] { return engine->cancelledCount == 2 && engine->running == 0; });
}

TEST_F(ServerTest, AnswersSeveralAtOnceAndSendsTheRestAway)
{
    ServerLimits limits;
    limits.active = 2;
    limits.queue = 1;
    start(limits);
    engine->delay = std::chrono::milliseconds(10);
    const std::string request = post("/v1/chat/completions",
        Json{{"messages", {{{"role", "user"}, {"content", std::string(40, 'a')}}}}}.dump());
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 3; ++i) {
        clients.push_back(std::make_unique<RawClient>(server->port()));
        clients.back()->send(request);
        if (i < 2)
            waitUntil([&] { return engine->running == i + 1; });
    }
    int refused = 0;
    while (refused == 0) { // the third may still be on its way into the queue
        const std::string reply = exchange(request);
        if (status(reply) != 429)
            break;
        ++refused;
        EXPECT_NE(reply.find("Retry-After"), std::string::npos);
    }
    EXPECT_EQ(refused, 1);
    for (const auto& client : clients)
        EXPECT_EQ(status(client->receive()), 200);
    EXPECT_EQ(engine->mostRunning, 2);
}

TEST_F(ServerTest, KeepsAConnectionForSeveralRequests)
{
    RawClient client(server->port());
    for (int i = 0; i < 3; ++i) {
        std::string request = post("/tokenize", R"({"text":"z"})");
        request.replace(request.find("Connection: close\r\n"), 19, "");
        client.send(request);
        EXPECT_EQ(status(client.receive("[122]}")), 200);
    }
}

TEST_F(ServerTest, StopsWhileAnswersAreRunning)
{
    engine->delay = std::chrono::milliseconds(50);
    RawClient client(server->port());
    client.send(post("/v1/chat/completions",
        Json{{"messages", {{{"role", "user"}, {"content", std::string(200, 'a')}}}},
            {"stream", true}}
            .dump()));
    client.receive("\"content\":\"a\"");
    const auto begin = std::chrono::steady_clock::now();
    server->stop();
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(2));
    EXPECT_EQ(engine->running, 0);
    EXPECT_EQ(engine->cancelledCount, 1);
}

TEST_F(ServerTest, SaysWhenAPortIsTakenAndRefusesOtherAddresses)
{
    ServerOptions options;
    options.token = kToken;
    options.port = server->port();
    const auto second = Server::start(engine, options);
    ASSERT_FALSE(second.ok());
    EXPECT_EQ(second.error().code, ErrorCode::Unavailable);
    EXPECT_NE(second.error().message.find("in use"), std::string::npos) << second.error().message;
    options.port = 0;
    options.host = "0.0.0.0";
    const auto open = Server::start(engine, options);
    ASSERT_FALSE(open.ok());
    EXPECT_NE(open.error().message.find("ssh -L"), std::string::npos);
}

TEST(TokenFile, IsMadeOnceForItsOwnerAlone)
{
    const auto folder = test::temporaryDirectory();
    const fs::path file = folder.path() / "deep" / "token";
    const auto first = loadOrCreateToken(file);
    ASSERT_TRUE(first.ok()) << first.error().message;
    EXPECT_EQ(first->size(), 64u);
    EXPECT_EQ(fs::status(file).permissions(), fs::perms::owner_read | fs::perms::owner_write);
    EXPECT_EQ(*loadOrCreateToken(file), *first);
    test::writeText(file, "short\n");
    EXPECT_FALSE(loadOrCreateToken(file).ok());
}

} // namespace
} // namespace koala
