// Self-instruct's tasks {"instruction","instances":[{"input","output"}]} and the core of Unnatural
// Instructions, whose instances carry "instruction_with_input" and "constraints" as well. Each
// instance gives one conversation. The user's text is the instruction, with a blank and the input
// when there is one, as with Alpaca; for Unnatural Instructions the "instruction_with_input" that
// its authors made, and the constraints behind it when there are any.
#include "core/data/formats/dialogue.h"
#include "core/data/formats/importers.h"

namespace koala {
namespace {

std::string recognise(const HeadSample& head)
{
    for (const Json& record : head.records) {
        const Json& instances = memberOr(record, "instances");
        if (!memberOr(record, "instruction").is_string() || !instances.is_array() ||
            instances.empty())
            return "";
        return memberOr(instances.front(), "instruction_with_input").is_string()
                   ? "its records have instances with \"instruction_with_input\", as Unnatural "
                     "Instructions has"
                   : "its records have an instruction with \"instances\", as self-instruct's have";
    }
    return "";
}

Status addInstance(
    const Json& record, const std::string& instruction, const Json& instance, ConvertedRow& out)
{
    KOALA_TRY(std::string answer, textAt(instance, "output"));
    const std::string input = stringOr(instance, "input", "");
    std::string question = stringOr(instance, "instruction_with_input", "");
    if (question.empty())
        question = instruction + (input.empty() ? "" : " " + input);
    const std::string constraints = stringOr(instance, "constraints", "");
    if (!isBlankText(constraints) && constraints != "None.")
        question += " " + constraints;
    Conversation conversation;
    for (const char* key : {"id", "name"})
        if (memberOr(record, key).is_string())
            conversation.meta[key] = record.at(key);
    if (memberOr(record, "is_classification").is_boolean())
        conversation.tags["classification"] = record.at("is_classification");
    return addExchange(
        std::move(question), std::move(answer), std::move(conversation), "instruction/output", out);
}

Status convert(const Json& record, ConvertedRow& out)
{
    KOALA_TRY(const std::string instruction, textAt(record, "instruction"));
    const Json& instances = memberOr(record, "instances");
    if (!instances.is_array() || instances.empty())
        return invalidInput("it has no \"instances\"");
    std::string reason;
    for (std::size_t i = 0; i < instances.size(); ++i) {
        const Status added = addInstance(record, instruction, instances[i], out);
        if (added.ok())
            continue;
        reason = fmt::format("instance {}: {}", i, added.error().message);
        out.droppedTurns.push_back(reason);
    }
    if (!out.conversations.empty())
        return {};
    return invalidInput(reason);
}

} // namespace

const ImporterInfo tasksImporter{"self-instruct", "Self-instruct tasks, Unnatural Instructions",
    R"({"instruction": "…", "instances": [{"input": "…", "output": "…"}]})", recognise, convert};

} // namespace koala
