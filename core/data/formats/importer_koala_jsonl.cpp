// Koala JSONL, the training input of EasyLM (spec 01 sections 2 and 3): texts under numbered keys
// (human_0, gpt_1, gpt_bad_1, quote_0, system) and a program of fields that says how they follow
// each other. gpt_bad_N are answers of bad feedback, quote_N quoted sources. The order is the
// program's; texts that it does not name are left out and listed.
#include <set>

#include "core/data/formats/dialogue.h"
#include "core/data/formats/field_program.h"
#include "core/data/formats/importers.h"

namespace koala {
namespace {

std::string recognise(const HeadSample& head)
{
    for (const Json& record : head.records)
        return memberOr(record, "fields").is_string() &&
                       parseFieldProgram(record.at("fields").get_ref<const std::string&>()).ok()
                   ? "its records have \"fields\" with a program of EasyLM, as Koala's training "
                     "files have"
                   : "";
    return "";
}

bool isMarker(std::string_view key)
{
    return key.starts_with("marker");
}

std::optional<Role> roleOf(std::string_view key)
{
    if (key.starts_with("human"))
        return Role::User;
    if (key.starts_with("gpt"))
        return Role::Assistant;
    if (key.starts_with("quote"))
        return Role::Context;
    if (key.starts_with("system"))
        return Role::System;
    return std::nullopt;
}

class Reading {
public:
    Reading(const Json& record, ConvertedRow& out) : m_record(record), m_out(out) {}

    Status read(const std::vector<ProgramField>& fields)
    {
        for (std::size_t i = 0; i < fields.size(); ++i) {
            const Status status = readField(fields[i]);
            if (!status.ok())
                return invalidInput(
                    fmt::format("field {} of the program: {}", i + 1, status.error().message));
        }
        if (m_bad)
            m_conversation.feedback = Feedback::Negative;
        for (const auto& [key, value] : m_record.items())
            if (value.is_string() && roleOf(key) && !m_read.contains(key))
                m_out.droppedTurns.push_back(
                    fmt::format("\"{}\" is not named by the program", key.substr(0, 40)));
        return addDialogue(std::move(m_turns), std::move(m_conversation), m_out);
    }

private:
    Status readField(const ProgramField& field)
    {
        if (field.kind == ProgramField::Kind::TokenId)
            return invalidInput(fmt::format("<|{}|> is a token, and which text it stands for only "
                                            "its tokenizer knows",
                field.tokenId));
        if (field.kind == ProgramField::Kind::TokenArray)
            return invalidInput(fmt::format("{{{}}} holds tokens, and which text they stand for "
                                            "only their tokenizer knows",
                field.keys.front()));
        for (const std::string& key : field.keys)
            KOALA_RETURN_IF_ERROR(readKey(key, field.trained));
        return {};
    }

    Status readKey(const std::string& key, bool trained)
    {
        const Json& value = memberOr(m_record, key);
        if (value.is_null())
            return invalidInput("the row has no key \"" + key.substr(0, 60) + "\"");
        if (!value.is_string())
            return invalidInput("\"" + key.substr(0, 60) + "\" is no text");
        m_read.insert(key);
        if (isMarker(key)) {
            rememberMarker(key, value.get_ref<const std::string&>());
            return {};
        }
        const std::optional<Role> role = roleOf(key);
        if (!role)
            return invalidInput("who says \"" + key.substr(0, 60) +
                                "\" is not known; keys are human_N, gpt_N, gpt_bad_N, quote_N, "
                                "system and marker_…");
        m_bad = m_bad || key.starts_with("gpt_bad");
        m_turns.push_back({*role, value.get<std::string>(), *role == Role::Assistant && trained});
        return {};
    }

    // Markers are the template's in our mixtures; others than Koala's are kept to be seen.
    void rememberMarker(const std::string& key, const std::string& text)
    {
        const bool usual = (key == "marker_user" && text == "USER:") ||
                           (key == "marker_gpt" && text == "GPT:") ||
                           (key == "marker_gpt_bad" && text == "An Unhelpful Answer:");
        if (!usual)
            m_conversation.meta["markers"][key] = text;
    }

    const Json& m_record;
    ConvertedRow& m_out;
    Conversation m_conversation;
    std::vector<Turn> m_turns;
    std::set<std::string, std::less<>> m_read;
    bool m_bad = false;
};

Status convert(const Json& record, ConvertedRow& out)
{
    KOALA_TRY(const std::string program, textAt(record, "fields"));
    KOALA_TRY(const std::vector<ProgramField> fields, parseFieldProgram(program));
    return Reading(record, out).read(fields);
}

} // namespace

const ImporterInfo koalaJsonlImporter{"koala-jsonl", "Koala JSONL (training input of EasyLM)",
    R"({"marker_user": "USER:", "human_0": "…", "gpt_1": "…", "fields": "[marker_user+human_0+marker_gpt],gpt_1,<|eos|>"})",
    recognise, convert};

} // namespace koala
