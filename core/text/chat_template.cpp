#include "core/text/chat_template.h"

#include <array>
#include <utility>

#include "core/text/template_writer.h"

namespace koala {
namespace {

constexpr std::array<std::pair<TemplateId, std::string_view>, 7> kNames{{
    {TemplateId::Koala, "koala"},
    {TemplateId::ChatMl, "chatml"},
    {TemplateId::Vicuna, "vicuna"},
    {TemplateId::Alpaca, "alpaca"},
    {TemplateId::Llama2, "llama-2"},
    {TemplateId::Llama3, "llama-3"},
    {TemplateId::Raw, "raw"},
}};

} // namespace

std::string_view templateName(TemplateId id)
{
    for (const auto& [known, name] : kNames)
        if (known == id)
            return name;
    return "raw";
}

Result<TemplateId> templateFromName(std::string_view name)
{
    for (const auto& [id, known] : kNames)
        if (known == name)
            return id;
    return invalidInput(
        fmt::format("there is no chat template \"{}\"; choose one of koala, chatml, vicuna, "
                    "alpaca, llama-2, llama-3, raw",
            name));
}

bool templateWantsBos(TemplateId id)
{
    return id != TemplateId::ChatMl && id != TemplateId::Llama3;
}

std::vector<TokenId> Rendered::ids() const
{
    std::vector<TokenId> out;
    out.reserve(tokens.size());
    for (const RenderedToken& token : tokens)
        out.push_back(token.id);
    return out;
}

Result<Rendered> renderChat(TemplateId id, const Tokenizer& tokenizer,
    const std::vector<ChatTurn>& turns, const RenderOptions& options)
{
    TokenWriter writer(tokenizer);
    writeTemplate(id, turns, options, writer);
    if (!writer.missing().empty())
        return invalidInput(fmt::format(
            "the template \"{}\" needs the control token {}, which this model's "
            "tokeniser does not have; choose the template that the model was trained with",
            templateName(id), writer.missing()));
    return writer.take();
}

std::string renderText(
    TemplateId id, const std::vector<ChatTurn>& turns, const RenderOptions& options)
{
    TextWriter writer;
    writeTemplate(id, turns, options, writer);
    return writer.take();
}

std::vector<TokenId> stopTokens(TemplateId id, const Tokenizer& tokenizer)
{
    std::vector<TokenId> stops;
    const auto add = [&](std::optional<TokenId> token) {
        if (token && std::find(stops.begin(), stops.end(), *token) == stops.end())
            stops.push_back(*token);
    };
    if (id == TemplateId::ChatMl)
        add(tokenizer.specialId("<|im_end|>"));
    if (id == TemplateId::Llama3) {
        add(tokenizer.specialId("<|eot_id|>"));
        add(tokenizer.specialId("<|end_of_text|>"));
    }
    add(tokenizer.eosId());
    return stops;
}

} // namespace koala
