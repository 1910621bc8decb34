#include "core/data/formats/other_kinds.h"

#include <algorithm>
#include <array>

namespace koala {
namespace {

bool has(const Json& record, std::initializer_list<const char*> keys)
{
    return record.is_object() && std::all_of(keys.begin(), keys.end(),
                                     [&](const char* key) { return record.contains(key); });
}

std::string sentence(
    const Json& first, std::initializer_list<std::initializer_list<const char*>> all)
{
    for (const auto& keys : all)
        if (has(first, keys))
            return fmt::format("its records have \"{}\"", fmt::join(keys, "\", \""));
    return "";
}

std::string answers(const HeadSample& head)
{
    return head.records.empty()
               ? ""
               : sentence(head.records.front(),
                     {{"instruction", "output", "generator"},
                         {"question_id", "answer_id", "text", "model_id"},
                         {"question_id", "text", "generation"},
                         {"question_id", "answer_id", "choices"}, {"id", "prompt", "completions"},
                         {"model_name", "args", "prompts"},
                         {"prompt", "instruction", "response", "target"}});
}

bool isListOfNumbers(const Json& value)
{
    return value.is_array() && value.size() > 2 &&
           std::all_of(value.begin(), value.end(), [](const Json& v) { return v.is_number(); });
}

std::string verdicts(const HeadSample& head)
{
    if (head.records.empty()) // one line after another of who was better
        return "";
    const Json& first = head.records.front();
    if (first.is_object() && !first.empty() &&
        std::all_of(first.begin(), first.end(), isListOfNumbers))
        return "it holds nothing but lists of scores";
    if (const Json& text = memberOr(first, "text"); first.size() == 1 && text.is_string()) {
        const auto& words = text.get_ref<const std::string&>();
        if (words.find("TIE\n") != std::string::npos &&
            words.find_first_of(" .,:abcdefghijklmnopqrstuvwxyz") == std::string::npos)
            return "each of its lines is one word, a name or TIE";
        return "";
    }
    return sentence(
        first, {{"instruction", "output_1", "output_2", "preference"},
                   {"cmp_key", "response1", "response2"}, {"idx", "gpt_result"},
                   {"review_id", "score"}, {"prompt", "response 1", "response 2", "label"},
                   {"Meta_Info", "data"}, {"info", "summary", "worker"}});
}

std::string judge(const HeadSample& head)
{
    return head.records.empty()
               ? ""
               : sentence(head.records.front(), {{"prompt_template", "system_prompt"},
                                                    {"reviewer_id", "prompt_id", "metadata"},
                                                    {"model_id", "model_name", "model_version"}});
}

std::string labels(const HeadSample& head)
{
    return head.records.empty() ? "" : sentence(head.records.front(), {{"id", "languages"}});
}

std::string prompts(const HeadSample& head)
{
    if (head.records.empty())
        return "";
    const Json& first = head.records.front();
    if (std::all_of(head.records.begin(), head.records.end(),
            [](const Json& record) { return record.is_string(); }))
        return "its records are single texts";
    if (has(first, {"motivation_app", "instances"}))
        return "its records are the user-oriented test tasks of self-instruct";
    for (const char* answer : {"response", "completion", "answer", "output", "chosen", "label"})
        if (has(first, {"prompt", answer}))
            return "";
    if (memberOr(first, "prompt").is_string() || memberOr(first, "turns").is_array())
        return has(first, {"uid"}) ? ""
                                   : sentence(first, {{"id", "prompt"}, {"question_id", "turns"},
                                                         {"id", "turns"}, {"prompt"}});
    return sentence(first, {{"question_id", "text", "category"}, {"id", "label", "query"}});
}

} // namespace

std::span<const OtherKind> otherKinds()
{
    static constexpr std::array all{
        OtherKind{"answers", "answers of models",
            "they are there to be compared, on the Compare page", answers},
        OtherKind{"verdicts", "verdicts on answers",
            "they are there to be compared with other judges", verdicts},
        OtherKind{
            "judge", "a description of judges or models", "nothing in it is a dialogue", judge},
        OtherKind{"labels", "labels of another file", "nothing in it is a dialogue", labels},
        OtherKind{"prompts", "a prompt set",
            "models are asked its prompts on the Compare page, and mixtures can leave out what is "
            "too near to them",
            prompts},
    };
    return all;
}

} // namespace koala
