#include "core/infer/cpu_engine.h"

#include <atomic>
#include <cmath>
#include <thread>

#include "core/base/json.h"
#include "core/weights/adapter.h"
#include "tests/support/temporary.h"
#include "tests/support/tiny_model.h"
#include "tests/support/tiny_tokenizer.h"

namespace koala {
namespace {

std::unique_ptr<CpuEngine> openEngine(const fs::path& path, CpuEngineOptions options = {})
{
    auto engine = CpuEngine::open(path, options);
    EXPECT_TRUE(engine.ok()) << engine.error().message;
    return std::move(engine).value();
}

Generation answerTo(CpuEngine& engine, const GenerationRequest& request)
{
    auto answer = engine.generate(request, {}, {});
    EXPECT_TRUE(answer.ok()) << answer.error().message;
    return answer.ok() ? *answer : Generation();
}

GenerationRequest greedy(std::vector<std::int32_t> prompt, int maxTokens)
{
    GenerationRequest request;
    request.promptTokens = std::move(prompt);
    request.settings.temperature = 0;
    request.settings.maxTokens = maxTokens;
    return request;
}

TEST(CpuEngine, TellsTheStoriesOfTheReference)
{
    KOALA_SHARED_OR_SKIP(shared);
    const auto engine = openEngine(shared / "models/stories260k-hf");
    const Json reference = readJsonFile(shared / "models/stories260k/greedy.json").value();
    for (const Json& run : reference.at("runs")) {
        const auto ids = run.at("ids").get<std::vector<std::int32_t>>();
        const auto prompt = run.at("prompt_ids").get<std::vector<std::int32_t>>();
        const Generation answer =
            answerTo(*engine, greedy(prompt, int(ids.size() - prompt.size())));
        std::vector<std::int32_t> all = prompt;
        all.insert(all.end(), answer.tokens.begin(), answer.tokens.end());
        const bool toBos = run.at("stopped_on_bos").get<bool>();
        ASSERT_GE(all.size(), ids.size() - (toBos ? 1 : 0));
        for (std::size_t i = 0; i + (toBos ? 1 : 0) < ids.size(); ++i)
            ASSERT_EQ(all[i], ids[i]) << i;
        EXPECT_EQ(answer.finishReason, "length");
    }
}

TEST(CpuEngine, LogLikelihoodsAreThoseOfTheReference)
{
    KOALA_SHARED_OR_SKIP(shared);
    const auto engine = openEngine(shared / "models/stories260k-hf");
    const Json reference = readJsonFile(shared / "models/stories260k/nll.json").value();
    const auto likelihoods =
        engine->logLikelihoods("", reference.at("tokens").get<std::vector<std::int32_t>>());
    ASSERT_TRUE(likelihoods.ok()) << likelihoods.error().message;
    const auto wanted = reference.at("nll").get<std::vector<double>>();
    ASSERT_EQ(likelihoods->size(), wanted.size());
    for (std::size_t i = 0; i < wanted.size(); ++i)
        EXPECT_NEAR(-(*likelihoods)[i], wanted[i], 1e-4) << i;
}

// What a conversation with the engine says token by token until a gap of the reference is too small
// to tell apart; `model` "" is the base.
TEST(CpuEngine, AnswersAsTheReferenceOfSmolLm2Does)
{
    KOALA_SHARED_OR_SKIP(shared);
    KOALA_SMOLLM2_OR_SKIP(file);
    const auto engine = openEngine(file);
    EXPECT_EQ(engine->models().value()[0].templateName, "chatml");
    const Json reference = readJsonFile(shared / "models/smollm2/reference.json").value();
    int compared = 0;
    for (const Json& chat : reference.at("chat")) {
        GenerationRequest request =
            greedy(chat.at("prompt_ids").get<std::vector<std::int32_t>>(), 48);
        const Generation answer = answerTo(*engine, request);
        const auto ids = chat.at("greedy_ids").get<std::vector<std::int32_t>>();
        const auto gaps = chat.at("gaps").get<std::vector<double>>();
        std::size_t i = 0;
        for (; i < std::min(ids.size(), answer.tokens.size()); ++i) {
            if (answer.tokens[i] == ids[i])
                continue;
            EXPECT_LT(gaps[i], 0.05) << chat.at("user") << " differs at " << i;
            break;
        }
        compared += int(i);
        std::printf("             %zu of %zu tokens equal\n", i, ids.size());
        // The template of ours gives the same prompt where the system turn is the model's own.
        const std::string prompt = chat.at("prompt").get<std::string>();
        const std::string begin = "<|im_start|>system\n";
        const auto end = prompt.find("<|im_end|>");
        const auto rendered = engine->render("",
            {{"system", prompt.substr(begin.size(), end - begin.size()), {}},
                {"user", chat.at("user").get<std::string>(), {}}},
            {});
        ASSERT_TRUE(rendered.ok()) << rendered.error().message;
        EXPECT_EQ(rendered->tokens, request.promptTokens);
    }
    EXPECT_GT(compared, 120);
}

// The tiny model with its tokeniser, an adapter, and what goes with them.
class TinyEngine : public testing::Test {
protected:
    static void SetUpTestSuite()
    {
        s_folder = new TemporaryDirectory(test::temporaryDirectory());
        const test::TinyModelOptions options{.contextTokens = 128, .embeddingDeviation = 0.4};
        test::writeTinyModel(base(), options);
        ASSERT_TRUE(test::trainTinyTokenizer(base() / "tokenizer.model").ok());
        Adapter adapter;
        adapter.rank = 8;
        adapter.alpha = 16;
        test::TinyRandom random(5);
        for (const auto& tensor : expectedTensors(test::tinyConfig(options))) {
            if (!tensor.name.ends_with("_proj.weight"))
                continue;
            AdapterModule module{tensor.name, 8, tensor.shape[1], tensor.shape[0], 2, {}, {}};
            for (std::int64_t i = 0; i < 8 * module.inputs; ++i)
                module.a.push_back(float(0.1 * random.normal()));
            for (std::int64_t i = 0; i < 8 * module.outputs; ++i)
                module.b.push_back(float(0.1 * random.normal()));
            adapter.modules.push_back(std::move(module));
        }
        fs::create_directories(tuned());
        ASSERT_TRUE(writeAdapter(tuned(), adapter, "tiny").ok());
        test::writeText(tuned() / "state.json", R"({"template":"vicuna","markers":false})");
    }
    static void TearDownTestSuite() { delete std::exchange(s_folder, nullptr); }
    static fs::path base() { return s_folder->path() / "tiny"; }
    static fs::path tuned() { return s_folder->path() / "tuned"; }
    static std::unique_ptr<CpuEngine> open(int sequences = 16)
    {
        return openEngine(
            base(), {.threads = 2, .sequences = sequences, .adapters = {{"tuned", tuned()}}});
    }

private:
    static inline TemporaryDirectory* s_folder = nullptr;
};

TEST_F(TinyEngine, NamesItsModelsWithTheirHashesAndTemplates)
{
    const auto engine = open();
    const auto models = engine->models().value();
    ASSERT_EQ(models.size(), 2U);
    EXPECT_EQ(models[0].id, "tiny");
    EXPECT_EQ(models[0].templateName, "koala");
    EXPECT_EQ(models[0].contextTokens, 128);
    EXPECT_EQ(models[1].id, "tuned");
    EXPECT_EQ(models[1].templateName, "vicuna");
    EXPECT_EQ(models[1].adapterSha256.size(), 64U);
    const auto tokens = engine->tokenize("hello there").value();
    EXPECT_EQ(engine->detokenize(tokens).value(), "hello there");
    EXPECT_FALSE(engine->detokenize({512}).ok());
}

TEST_F(TinyEngine, AnswersOfABatchEqualThoseOneByOne)
{
    std::vector<GenerationRequest> requests;
    for (int i = 0; i < 10; ++i) {
        GenerationRequest request;
        request.model = i % 3 == 0 ? "tuned" : "";
        request.messages = {
            {"user", std::string(std::size_t(i * 7 + 1), 'a') + " what is this?", {}}};
        request.settings.temperature = i % 2 == 0 ? 0 : 0.9;
        request.settings.seed = std::uint64_t(i);
        request.settings.maxTokens = 12 + i;
        requests.push_back(std::move(request));
    }
    std::vector<Generation> alone;
    for (const GenerationRequest& request : requests)
        alone.push_back(answerTo(*open(1), request)); // a new engine: nothing remembered
    const auto engine = open(4);                      // some wait for others
    std::vector<Generation> together(requests.size());
    {
        std::vector<std::jthread> threads;
        for (std::size_t i = 0; i < requests.size(); ++i)
            threads.emplace_back([&, i] { together[i] = answerTo(*engine, requests[i]); });
    }
    for (std::size_t i = 0; i < requests.size(); ++i) {
        EXPECT_EQ(together[i].tokens, alone[i].tokens) << i;
        EXPECT_EQ(together[i].text, alone[i].text) << i;
        EXPECT_EQ(answerTo(*engine, requests[i]).tokens, alone[i].tokens)
            << i; // from remembered prefixes
    }
    GenerationRequest other = requests[1];
    other.settings.seed = 77;
    EXPECT_NE(answerTo(*engine, other).tokens, alone[1].tokens);
}

TEST_F(TinyEngine, StreamsTheTextThatTheAnswerHas)
{
    const auto engine = open();
    GenerationRequest request = greedy({1, 40, 300, 77}, 30);
    request.settings.temperature = 1;
    request.logprobs = 3;
    std::string streamed;
    std::vector<std::int32_t> tokens;
    std::vector<double> logprobs;
    const auto answer = engine->generate(request,
        [&](const GeneratedToken& token) {
            streamed += token.text;
            if (token.token < 0)
                return;
            tokens.push_back(token.token);
            logprobs.push_back(token.logprob);
            EXPECT_EQ(token.alternatives.size(), 3U);
            EXPECT_GE(token.alternatives[0].logprob, token.logprob - 1e-9);
        },
        {});
    ASSERT_TRUE(answer.ok()) << answer.error().message;
    EXPECT_EQ(streamed, answer->text);
    EXPECT_EQ(tokens, answer->tokens);
    EXPECT_EQ(answer->promptTokens, 4);
    std::vector<std::int32_t> all = request.promptTokens;
    all.insert(all.end(), tokens.begin(), tokens.end());
    const auto scored = engine->logLikelihoods("", all).value();
    for (std::size_t i = 0; i < tokens.size(); ++i)
        EXPECT_NEAR(scored[3 + i], logprobs[i], 1e-6);
}

TEST_F(TinyEngine, AStopStringEndsTheAnswerBeforeIt)
{
    const auto engine = open();
    const Generation whole = answerTo(*engine, greedy({1, 40, 300, 77}, 30));
    ASSERT_GT(whole.text.size(), 8U);
    const std::string stop = whole.text.substr(5, 2);
    GenerationRequest request = greedy({1, 40, 300, 77}, 30);
    request.settings.stop = {stop};
    const Generation cut = answerTo(*engine, request);
    EXPECT_EQ(cut.text, whole.text.substr(0, whole.text.find(stop)));
    EXPECT_EQ(cut.finishReason, "stop");
}

TEST_F(TinyEngine, ARequestedStopEndsTheAnswerWithWhatThereIs)
{
    const auto engine = open();
    std::stop_source source;
    int seen = 0;
    GenerationRequest request = greedy({1, 40, 300}, 100);
    request.settings.temperature = 1;
    const auto answer = engine->generate(
        request,
        [&](const GeneratedToken&) {
            if (++seen == 3)
                source.request_stop();
        },
        source.get_token());
    ASSERT_TRUE(answer.ok());
    EXPECT_EQ(answer->finishReason, "cancelled");
    EXPECT_EQ(answer->tokens.size(), 3U);
    EXPECT_EQ(seen, 3);
    std::stop_source before;
    before.request_stop();
    EXPECT_EQ(engine->generate(request, {}, before.get_token()).value().finishReason, "cancelled");
}

TEST_F(TinyEngine, WhatCannotBeAnsweredIsRefusedWithItsNumbers)
{
    const auto engine = open();
    using testing::HasSubstr;
    const auto messageOf = [&](const GenerationRequest& request) {
        const auto answer = engine->generate(request, {}, {});
        return answer.ok() ? std::string() : answer.error().message;
    };
    const std::string full = messageOf(greedy(std::vector<std::int32_t>(128, 5), 4));
    EXPECT_THAT(full, HasSubstr("128 tokens"));
    EXPECT_EQ(messageOf(greedy(std::vector<std::int32_t>(127, 5), 4)), "");
    EXPECT_THAT(messageOf(greedy({}, 4)), HasSubstr("messages or prompt tokens"));
    EXPECT_THAT(messageOf(greedy({1, 512}, 4)), HasSubstr("512"));
    EXPECT_THAT(messageOf(greedy({1}, 0)), HasSubstr("max_tokens"));
    GenerationRequest request = greedy({1}, 4);
    request.model = "gpt-9";
    EXPECT_THAT(messageOf(request), HasSubstr("gpt-9"));
    request = greedy({}, 4);
    request.messages = {{"robot", "hi", {}}};
    EXPECT_THAT(messageOf(request), HasSubstr("robot"));
    request = greedy({1}, 4);
    request.settings.templateName = "smoke";
    EXPECT_THAT(messageOf(request), HasSubstr("smoke"));
    request = greedy({1}, 4);
    request.logprobs = 21;
    EXPECT_THAT(messageOf(request), HasSubstr("21"));
    request = greedy({1}, 4);
    request.settings.temperature = std::nan("");
    EXPECT_THAT(messageOf(request), HasSubstr("temperature"));
}

TEST_F(TinyEngine, AnAnswerMayFillTheContextToItsEnd)
{
    const auto engine = open();
    GenerationRequest request = greedy(std::vector<std::int32_t>(100, 40), 100000);
    request.settings.temperature = 1.5;
    const Generation answer = answerTo(*engine, request);
    if (answer.finishReason == "length") {
        EXPECT_EQ(answer.tokens.size(), 28U);
    }
    EXPECT_LE(answer.tokens.size(), 28U);
}

TEST_F(TinyEngine, WeightsThatAreNoNumbersGiveAMessage)
{
    const auto folder = test::temporaryDirectory();
    auto weights = test::tinyWeights();
    weights[3].values[70] = std::nanf("");
    test::writeHfModel(folder.path(), test::tinyConfig(), weights);
    fs::copy_file(base() / "tokenizer.model", folder.path() / "tokenizer.model");
    const auto engine = openEngine(folder.path());
    for (const double temperature : {0.0, 1.0}) {
        GenerationRequest request = greedy({1, 40, 300}, 8);
        request.settings.temperature = temperature;
        const auto answer = engine->generate(request, {}, {});
        ASSERT_FALSE(answer.ok());
        EXPECT_THAT(answer.error().message, testing::HasSubstr("no numbers"));
    }
}

TEST_F(TinyEngine, OpeningSaysWhatIsWrong)
{
    const auto folder = test::temporaryDirectory();
    using testing::HasSubstr;
    EXPECT_THAT(CpuEngine::open(folder.path() / "none", {}).error().message, HasSubstr("none"));
    EXPECT_THAT(CpuEngine::open(base(), {.adapters = {{"tiny", tuned()}}}).error().message,
        HasSubstr("tiny"));
    EXPECT_THAT(CpuEngine::open(base(), {.adapters = {{"x", folder.path()}}}).error().message,
        HasSubstr("adapter_config.json"));
    EXPECT_THAT(CpuEngine::open(base(), {.threads = -1}).error().message, HasSubstr("threads"));
}

} // namespace
} // namespace koala
