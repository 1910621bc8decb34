#include "core/study/answer_set.h"

#include <fmt/format.h>

#include "core/base/line_reader.h"

namespace koala {

OrderedJson toJson(const Answer& answer)
{
    OrderedJson json;
    json["prompt_id"] = answer.promptId;
    json["sample"] = answer.sample;
    json["text"] = answer.text;
    json["finish_reason"] = answer.finishReason;
    json["tokens"] = answer.tokens;
    json["seconds"] = answer.seconds;
    json["model"] = {{"name", answer.model.name}, {"sha256", answer.model.sha256},
        {"adapter_sha256", answer.model.adapterSha256}, {"endpoint", answer.model.endpoint}};
    const AnswerSettings& settings = answer.settings;
    json["settings"] = {{"temperature", settings.temperature}, {"top_p", settings.topP},
        {"top_k", settings.topK}, {"max_tokens", settings.maxTokens}, {"seed", settings.seed},
        {"template", settings.templateName}, {"marker", settings.marker}};
    json["token_ids"] = answer.tokenIds;
    return json;
}

Result<Answer> answerFromJson(const Json& json, std::string_view what)
{
    if (!json.is_object())
        return invalidInput(fmt::format("{}: not an object", what));
    Answer answer;
    KOALA_TRY(answer.promptId, stringAt(json, "prompt_id", what));
    KOALA_TRY(answer.text, stringAt(json, "text", what));
    answer.sample = int(integerOr(json, "sample", 0));
    answer.finishReason = stringOr(json, "finish_reason", "");
    answer.tokens = int(integerOr(json, "tokens", 0));
    answer.seconds = numberOr(json, "seconds", 0);
    const Json& model = memberOr(json, "model");
    answer.model = {stringOr(model, "name", ""), stringOr(model, "sha256", ""),
        stringOr(model, "adapter_sha256", ""), stringOr(model, "endpoint", "")};
    const Json& settings = memberOr(json, "settings");
    answer.settings.temperature = numberOr(settings, "temperature", 0);
    answer.settings.topP = numberOr(settings, "top_p", 1);
    answer.settings.topK = int(integerOr(settings, "top_k", 0));
    answer.settings.maxTokens = int(integerOr(settings, "max_tokens", 0));
    answer.settings.seed = std::uint64_t(integerOr(settings, "seed", 0));
    answer.settings.templateName = stringOr(settings, "template", "");
    answer.settings.marker = stringOr(settings, "marker", "");
    if (const Json& ids = memberOr(json, "token_ids"); ids.is_array())
        for (const Json& id : ids)
            if (id.is_number_integer())
                answer.tokenIds.push_back(id.get<std::int32_t>());
    return answer;
}

Result<std::size_t> AnswerSetReader::poll()
{
    std::error_code code;
    if (!fs::exists(m_file, code))
        return std::size_t(0);
    KOALA_TRY(LineReader reader, LineReader::open(m_file, m_offset));
    std::size_t taken = 0;
    Line line;
    while (reader.next(line)) {
        if (!line.ended)
            break;
        m_offset = reader.offset();
        const Result<Json> json = parseJson(line.text, "answer");
        Result<Answer> answer =
            json ? answerFromJson(*json, "answer") : Result<Answer>(json.error());
        if (!answer) {
            ++m_badLines;
            continue;
        }
        ++taken;
        auto key = std::pair(answer->promptId, answer->sample);
        m_answers.insert_or_assign(std::move(key), std::move(answer).value());
    }
    KOALA_RETURN_IF_ERROR(reader.status());
    return taken;
}

const Answer* AnswerSetReader::find(std::string_view promptId, int sample) const
{
    const auto it = m_answers.find(std::pair(std::string(promptId), sample));
    return it == m_answers.end() ? nullptr : &it->second;
}

Result<AnswerSetWriter> AnswerSetWriter::open(const fs::path& file)
{
    KOALA_RETURN_IF_ERROR(createDirectories(file.parent_path()));
    fs::path lockFile = file.parent_path() / ("." + file.filename().string() + ".lock");
    auto lock = FileLock::acquire(lockFile);
    if (!lock)
        return std::move(lock).error().within(
            "the answers " + file.stem().string() +
            " are being written already; wait for that job or stop it");
    KOALA_TRY(LineAppender lines, LineAppender::open(file));
    return AnswerSetWriter(std::move(lock).value(), std::move(lines));
}

Status AnswerSetWriter::append(const Answer& answer)
{
    KOALA_RETURN_IF_ERROR(m_lines.append(toLine(toJson(answer))));
    return m_lines.sync();
}

Result<fs::path> answerSetFile(
    const fs::path& project, std::string_view promptSet, std::string_view answerSet)
{
    for (const std::string_view name : {promptSet, answerSet})
        if (!isSafeName(name))
            return invalidInput(
                fmt::format("\"{}\" is no name for a set; letters, digits, . _ - are "
                            "allowed",
                    name));
    return project / "answers" / promptSet / (std::string(answerSet) + ".jsonl");
}

Result<std::vector<std::string>> listAnswerSets(const fs::path& project, std::string_view promptSet)
{
    std::vector<std::string> names;
    const fs::path folder = project / "answers" / promptSet;
    std::error_code code;
    if (!isSafeName(promptSet) || !fs::is_directory(folder, code))
        return names;
    KOALA_TRY(const std::vector<fs::path> files, listDirectory(folder));
    for (const fs::path& file : files)
        if (file.extension() == ".jsonl")
            names.push_back(file.stem().string());
    return names;
}

} // namespace koala
