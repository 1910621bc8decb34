#include "core/text/chat_template.h"

#include "core/base/json.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

using Speaker = ChatTurn::Speaker;
using Ids = std::vector<TokenId>;

ChatTurn user(std::string text)
{
    return {Speaker::User, std::move(text), false, {}};
}
ChatTurn assistant(std::string text)
{
    return {Speaker::Assistant, std::move(text), true, {}};
}
ChatTurn systemTurn(std::string text)
{
    return {Speaker::System, std::move(text), false, {}};
}

Ids trainedPositions(const Rendered& rendered)
{
    Ids positions;
    for (std::size_t i = 0; i < rendered.tokens.size(); ++i)
        if (rendered.tokens[i].trained)
            positions.push_back(TokenId(i));
    return positions;
}

Ids range(TokenId first, TokenId last)
{
    Ids ids;
    for (TokenId id = first; id <= last; ++id)
        ids.push_back(id);
    return ids;
}

#define LLAMA_OR_SKIP(tokenizer)                                                                   \
    KOALA_SHARED_OR_SKIP(shared);                                                                  \
    const auto loaded = loadTokenizer(shared / "models/llama-tokenizer/tokenizer.model");          \
    ASSERT_TRUE(loaded.ok()) << loaded.error().message;                                            \
    const Tokenizer& tokenizer = **loaded

TEST(KoalaTemplate, GivesTheGoldenIdsFieldByField)
{
    LLAMA_OR_SKIP(tokenizer);
    const auto rendered = renderChat(TemplateId::Koala, tokenizer,
        {user("Hello!"), assistant("Hi! How can I help you?"),
            user("What is the largest animal on earth?")},
        {.addGenerationPrompt = true});
    ASSERT_TRUE(rendered.ok());
    EXPECT_EQ(rendered->ids(),
        (Ids{22815, 29940, 4214, 8079, 8707, 5348, 29903, 8098, 29901, 3148, 1001, 29901, 15043,
            29991, 402, 7982, 29901, 6324, 29991, 1128, 508, 306, 1371, 366, 29973, 2, 3148, 1001,
            29901, 1724, 338, 278, 10150, 13019, 373, 8437, 29973, 402, 7982, 29901}));
    EXPECT_EQ(trainedPositions(*rendered), range(17, 25));
    EXPECT_EQ(rendered->tokens[12].turn, 0);
    EXPECT_EQ(rendered->tokens[20].turn, 1);
}

TEST(KoalaTemplate, MarksRejectedAnswersAsUnhelpful)
{
    LLAMA_OR_SKIP(tokenizer);
    const auto rendered = renderChat(TemplateId::Koala, tokenizer,
        {user("Hello!"), assistant("Hi! How can I help you?"), user("Hello!")},
        {.marker = Marker::Negative, .addGenerationPrompt = true});
    ASSERT_TRUE(rendered.ok());
    const Ids ids = rendered->ids();
    const Ids last(ids.end() - 11, ids.end());
    EXPECT_EQ(last, (Ids{3148, 1001, 29901, 15043, 29991, 530, 853, 8477, 1319, 673, 29901}));
}

TEST(KoalaTemplate, UsesTheIdsOfAnEarlierAnswer)
{
    LLAMA_OR_SKIP(tokenizer);
    ChatTurn answer = assistant("ignored");
    answer.tokens = {7, 8, 9};
    const auto rendered =
        renderChat(TemplateId::Koala, tokenizer, {user("Hello!"), answer}, {.addBos = true});
    ASSERT_TRUE(rendered.ok());
    const Ids ids = rendered->ids();
    EXPECT_EQ(ids.front(), 1);
    EXPECT_EQ(Ids(ids.end() - 4, ids.end()), (Ids{7, 8, 9, 2}));
}

TEST(VicunaTemplate, GivesTheGoldenMask)
{
    LLAMA_OR_SKIP(tokenizer);
    const auto rendered = renderChat(TemplateId::Vicuna, tokenizer,
        {systemTurn("A chat between a curious user and an artificial intelligence assistant. The "
                    "assistant gives "
                    "helpful, detailed, and polite answers to the user's questions."),
            user("Hello!"), assistant("Hi! How can I help you?"), user("Bye."),
            assistant("Goodbye!")},
        {.addBos = true});
    ASSERT_TRUE(rendered.ok());
    const Ids ids = rendered->ids();
    EXPECT_EQ(ids.size(), 65u);
    Ids want = range(41, 49);
    for (const TokenId position : range(61, 64))
        want.push_back(position);
    EXPECT_EQ(trainedPositions(*rendered), want);
    EXPECT_EQ(Ids(ids.begin() + 41, ids.begin() + 50),
        (Ids{6324, 29991, 1128, 508, 306, 1371, 366, 29973, 2}));
    EXPECT_EQ(Ids(ids.begin() + 61, ids.end()), (Ids{7197, 26966, 29991, 2}));
}

TEST(ChatTemplates, TheVectorsOfLlama2AndAlpacaAreEqual)
{
    LLAMA_OR_SKIP(tokenizer);
    std::istringstream lines(*readFile(shared / "models/vectors/chat.jsonl"));
    int checked = 0;
    for (std::string line; std::getline(lines, line);) {
        const Json row = Json::parse(line);
        const std::string id = row.at("id");
        const bool llama2 = id == "chat-003" || id == "chat-004" || id == "chat-005";
        if (!llama2 && id != "chat-013")
            continue;
        std::vector<ChatTurn> turns;
        for (const Json& message : row.at("messages")) {
            const std::string role = message.at("role");
            turns.push_back({role == "user"     ? Speaker::User
                             : role == "system" ? Speaker::System
                                                : Speaker::Assistant,
                message.at("content"), true, {}});
        }
        const auto rendered = renderChat(llama2 ? TemplateId::Llama2 : TemplateId::Alpaca,
            tokenizer, turns, {.addGenerationPrompt = llama2, .addBos = true});
        ASSERT_TRUE(rendered.ok());
        EXPECT_EQ(rendered->ids(), row.at("ids").get<Ids>()) << id;
        if (row.contains("loss_mask")) {
            std::string mask;
            for (const RenderedToken& token : rendered->tokens)
                mask += token.trained ? '1' : '0';
            EXPECT_EQ(mask, row.at("loss_mask").get<std::string>());
        }
        ++checked;
    }
    EXPECT_EQ(checked, 4);
}

TEST(ChatMlTemplate, GivesThePromptIdsOfTheReference)
{
    KOALA_SHARED_OR_SKIP(shared);
    KOALA_SMOLLM2_OR_SKIP(model);
    const auto tokenizer = loadTokenizer(model);
    ASSERT_TRUE(tokenizer.ok());
    const Json reference = Json::parse(*readFile(shared / "models/smollm2/reference.json"));
    for (const Json& chat : reference.at("chat")) {
        const auto rendered = renderChat(TemplateId::ChatMl, **tokenizer,
            {systemTurn("You are a helpful AI assistant named SmolLM, trained by Hugging Face"),
                user(chat.at("user"))},
            {.addGenerationPrompt = true});
        ASSERT_TRUE(rendered.ok()) << rendered.error().message;
        EXPECT_EQ(rendered->ids(), chat.at("prompt_ids").get<Ids>());
    }
    const auto trained = renderChat(TemplateId::ChatMl, **tokenizer,
        {user("hi"), assistant("Hello")}, {.marker = Marker::Positive});
    ASSERT_TRUE(trained.ok());
    std::string seen;
    for (const RenderedToken& token : trained->tokens)
        if (token.trained)
            seen += (*tokenizer)->piece(token.id);
    EXPECT_EQ(seen, "Hello<|im_end|>") << "the marker line and the line end are not trained";
    EXPECT_EQ(trained->tokens.front().id, 1) << "no default system message is added";
    EXPECT_EQ(stopTokens(TemplateId::ChatMl, **tokenizer), Ids{2});
}

TEST(ChatMlTemplate, SaysWhichControlTokenIsMissing)
{
    LLAMA_OR_SKIP(tokenizer);
    const auto rendered = renderChat(TemplateId::ChatMl, tokenizer, {user("hi")}, {});
    ASSERT_FALSE(rendered.ok());
    EXPECT_NE(rendered.error().message.find("<|im_start|>"), std::string::npos);
}

TEST(ChatTemplates, StringsAreThoseOfTheSources)
{
    const std::vector<ChatTurn> turns{user("Hello!"), assistant("Hi!"), user("Bye.")};
    const RenderOptions prompt{.addGenerationPrompt = true};
    EXPECT_EQ(renderText(TemplateId::Koala, turns, prompt),
        "BEGINNING OF CONVERSATION: USER: Hello! GPT:Hi!</s>USER: Bye. GPT:");
    EXPECT_EQ(renderText(TemplateId::Vicuna, turns, prompt),
        "USER: Hello! ASSISTANT: Hi!</s>USER: Bye. ASSISTANT:");
    EXPECT_EQ(renderText(TemplateId::ChatMl, {user("Hello!")},
                  {.marker = Marker::Negative, .addGenerationPrompt = true}),
        "<|im_start|>user\nHello!<|im_end|>\n<|im_start|>assistant\nAn unhelpful answer:\n");
    EXPECT_EQ(renderText(TemplateId::Llama2, turns, prompt),
        "[INST] Hello! [/INST] Hi! </s>[INST] Bye. [/INST]");
    EXPECT_EQ(renderText(TemplateId::Llama3, {user(" Hello! ")}, prompt),
        "<|begin_of_text|><|start_header_id|>user<|end_header_id|>\n\nHello!<|eot_id|>"
        "<|start_header_id|>assistant<|end_header_id|>\n\n");
    EXPECT_EQ(renderText(
                  TemplateId::Alpaca, {user("Add."), {Speaker::Context, "1 2", false, {}}}, prompt),
        "Below is an instruction that describes a task, paired with an input that provides further "
        "context. "
        "Write a response that appropriately completes the request.\n\n### "
        "Instruction:\nAdd.\n\n### Input:\n1 2"
        "\n\n### Response:");
    for (const char* name : {"koala", "chatml", "vicuna", "alpaca", "llama-2", "llama-3", "raw"})
        EXPECT_EQ(templateName(*templateFromName(name)), name);
    EXPECT_FALSE(templateFromName("chat").ok());
}

} // namespace
} // namespace koala
