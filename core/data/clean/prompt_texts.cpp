#include "core/data/clean/prompt_texts.h"

#include "core/base/json.h"
#include "core/base/line_reader.h"

namespace koala {
namespace {

std::string textOf(const Json& json)
{
    if (const Json& prompt = memberOr(json, "prompt"); prompt.is_string())
        return prompt.get<std::string>();
    std::string text;
    const Json& turns = memberOr(json, "turns");
    if (turns.is_array())
        for (const Json& turn : turns)
            if (turn.is_object() && stringOr(turn, "role", "user") == "user")
                text = stringOr(turn, "text", "");
    return text;
}

} // namespace

Result<std::vector<PromptText>> readPromptTexts(
    const fs::path& project, const std::vector<std::string>& sets)
{
    std::vector<PromptText> prompts;
    for (const std::string& set : sets) {
        if (!isSafeName(set))
            return invalidInput("\"" + set + "\" is no name of a prompt set");
        const fs::path path = project / "prompts" / (set + ".jsonl");
        std::error_code code;
        if (!fs::exists(path, code))
            return notFound(
                "this project has no prompt set \"" + set + "\"; koala eval prompts adds one");
        KOALA_TRY(LineReader reader, LineReader::open(path));
        for (Line line; reader.next(line);) {
            const Json json = Json::parse(line.text, nullptr, false);
            if (!json.is_object())
                continue;
            std::string text = textOf(json);
            if (!text.empty())
                prompts.push_back({set, stringOr(json, "id", ""), std::move(text)});
        }
        KOALA_RETURN_IF_ERROR(reader.status());
    }
    return prompts;
}

} // namespace koala
