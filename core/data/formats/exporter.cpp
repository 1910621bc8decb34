#include "core/data/formats/exporter.h"

#include <array>
#include <cerrno>
#include <cstdio>

#include "core/base/ids.h"
#include "core/data/conversation_line.h"

namespace koala {
namespace {

struct Written {
    std::string text; // "" : the form cannot hold it
    std::string reason;
};
using Write = Written (*)(const Conversation& conversation);

Written asRow(const Conversation& conversation)
{
    Written written;
    appendLine(written.text, conversation);
    return written;
}

// EasyLM's training input (spec 01 section 2): texts under numbered keys and a program of fields.
Written asKoalaJsonl(const Conversation& conversation)
{
    OrderedJson row{{"marker_user", "USER:"}, {"marker_gpt", "GPT:"}};
    const bool bad = conversation.pair ? conversation.pair->rank == PairRank::Rejected
                                       : conversation.feedback == Feedback::Negative;
    if (bad)
        row["marker_gpt_bad"] = "An Unhelpful Answer:";
    const std::string marker = bad ? "marker_gpt_bad" : "marker_gpt";
    const std::string answer = bad ? "gpt_bad_" : "gpt_";
    std::string program;
    std::string prompt;
    for (std::size_t i = 0; i < conversation.turns.size(); ++i) {
        const Turn& turn = conversation.turns[i];
        const std::string number = std::to_string(i);
        if (turn.role == Role::User) {
            row["human_" + number] = turn.text;
            prompt += (prompt.empty() ? "" : "+") + std::string("marker_user+human_") + number;
        } else if (turn.role == Role::Context) {
            row["quote_" + number] = turn.text;
            prompt += (prompt.empty() ? "" : "+") + std::string("quote_") + number;
        } else if (turn.role == Role::Assistant) {
            row[answer + number] = turn.text;
            program += (program.empty() ? "[" : ",[") + prompt + (prompt.empty() ? "" : "+") +
                       marker + "],";
            program +=
                turn.trained ? answer + number + ",<|eos|>" : "[" + answer + number + "],[<|eos|>]";
            prompt.clear();
        } else {
            return {"", "a " + std::string(roleName(turn.role)) + " turn has no place in it"};
        }
    }
    if (!conversation.system.empty())
        return {"", "a system message has no place in it"};
    if (!prompt.empty()) // a last question without an answer
        program += (program.empty() ? "[" : ",[") + prompt + "]";
    row["fields"] = program;
    return {toLine(row), ""};
}

Written asShareGpt(const Conversation& conversation)
{
    OrderedJson messages = OrderedJson::array();
    if (!conversation.system.empty())
        messages.push_back({{"from", "system"}, {"value", conversation.system}});
    for (const Turn& turn : conversation.turns) {
        const std::string_view from = turn.role == Role::Assistant ? "gpt"
                                      : turn.role == Role::User    ? "human"
                                                                   : roleName(turn.role);
        if (turn.role == Role::Context)
            return {"", "quoted sources have no place in it"};
        messages.push_back({{"from", from}, {"value", turn.text}});
    }
    return {toLine(OrderedJson{{"id", conversation.uid}, {"conversations", messages}}), ""};
}

Written asAlpaca(const Conversation& conversation)
{
    const std::vector<Turn>& turns = conversation.turns;
    if (turns.size() != 2 || turns[0].role != Role::User || turns[1].role != Role::Assistant)
        return {"", "it is not one question and one answer"};
    if (!conversation.system.empty())
        return {"", "a system message has no place in it"};
    return {toLine(OrderedJson{
                {"instruction", turns[0].text}, {"input", ""}, {"output", turns[1].text}}),
        ""};
}

Written asMessages(const Conversation& conversation)
{
    OrderedJson messages = OrderedJson::array();
    if (!conversation.system.empty())
        messages.push_back({{"role", "system"}, {"content", conversation.system}});
    for (const Turn& turn : conversation.turns) {
        if (turn.role == Role::Context)
            return {"", "quoted sources have no place in it"};
        messages.push_back({{"role", roleName(turn.role)}, {"content", turn.text}});
    }
    return {toLine(OrderedJson{{"id", conversation.uid}, {"messages", messages}}), ""};
}

// What a form may have no place for, though it holds the texts. Koala JSONL marks bad answers, and
// says nothing of good ones: that is all that is lost of their feedback.
enum Loss : unsigned {
    kNothing = 0,
    kPair = 1,
    kFeedback = 2,
    kTrained = 4,
    kSplit = 8,
    kTags = 16,
};

void countLosses(const Conversation& conversation, unsigned asked, ExportOutcome& outcome)
{
    const auto lose = [&](Loss what, const char* name, bool is) {
        if (is && (asked & what) != 0)
            ++outcome.lost[name];
    };
    lose(kPair, "pair", conversation.pair.has_value());
    lose(kFeedback, "feedback", conversation.feedback != Feedback::None);
    lose(kTrained, "trained",
        std::any_of(conversation.turns.begin(), conversation.turns.end(),
            [](const Turn& turn) { return turn.role == Role::Assistant && !turn.trained; }));
    lose(kSplit, "split", !conversation.split.empty());
    lose(kTags, "tags", !conversation.tags.empty());
}

struct Exporter {
    ExporterInfo info;
    Write write;
    bool array; // one JSON array; else JSON Lines
    unsigned losses;
};

constexpr unsigned kTextsOnly = kPair | kFeedback | kTrained | kSplit | kTags;
constexpr std::array kExporters{
    Exporter{{"rows", "rows of Koala Workbench, JSON Lines"}, asRow, false, kNothing},
    Exporter{{"koala-jsonl", "training input of EasyLM, JSON Lines"}, asKoalaJsonl, false,
        kPair | kSplit | kTags},
    Exporter{{"sharegpt", "ShareGPT dialogues as FastChat reads them, one JSON array"}, asShareGpt,
        true, kTextsOnly},
    Exporter{{"alpaca", "Alpaca instructions, one JSON array"}, asAlpaca, true, kTextsOnly},
    Exporter{{"messages", "chat messages with role and content, JSON Lines"}, asMessages, false,
        kTextsOnly},
};

class OutputFile {
public:
    static Result<OutputFile> create(const fs::path& path)
    {
        OutputFile file;
        file.m_path = path;
        file.m_temporary =
            path.parent_path() / fmt::format(".{}-{}", path.filename().string(), randomHex(6));
        file.m_file.reset(std::fopen(file.m_temporary.c_str(), "wbe"));
        if (!file.m_file)
            return fileError("write", path, errno);
        return file;
    }
    OutputFile(OutputFile&&) = default;
    ~OutputFile()
    {
        std::error_code code;
        if (m_file)
            fs::remove(m_temporary, code);
    }
    Status write(std::string_view bytes)
    {
        if (std::fwrite(bytes.data(), 1, bytes.size(), m_file.get()) != bytes.size())
            return fileError("write", m_path, errno);
        return {};
    }
    Status publish()
    {
        if (std::fflush(m_file.get()) != 0)
            return fileError("write", m_path, errno);
        m_file.reset();
        std::error_code code;
        fs::rename(m_temporary, m_path, code);
        return code ? Status(fileError("write", m_path, code.value())) : Status();
    }

private:
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    OutputFile() = default;
    fs::path m_path;
    fs::path m_temporary;
    std::unique_ptr<std::FILE, Close> m_file;
};

} // namespace

std::span<const ExporterInfo> exporters()
{
    static const std::array<ExporterInfo, kExporters.size()> all = [] {
        std::array<ExporterInfo, kExporters.size()> made{};
        for (std::size_t i = 0; i < made.size(); ++i)
            made[i] = kExporters[i].info;
        return made;
    }();
    return all;
}

Result<ExportOutcome> exportDataset(
    const Dataset& dataset, std::string_view format, const fs::path& out, std::stop_token stop)
{
    const auto exporter = std::find_if(kExporters.begin(), kExporters.end(),
        [&](const Exporter& candidate) { return candidate.info.id == format; });
    if (exporter == kExporters.end())
        return invalidInput(
            fmt::format("there is no export format \"{}\"; choose rows, koala-jsonl, sharegpt, "
                        "alpaca or messages",
                format));
    KOALA_TRY(OutputFile file, OutputFile::create(out));
    ExportOutcome outcome;
    if (exporter->array)
        KOALA_RETURN_IF_ERROR(file.write("["));
    for (std::uint64_t row = 0; row < dataset.size(); ++row) {
        if (stop.stop_requested())
            return cancelled("the export was cancelled; nothing was written");
        KOALA_TRY(const Conversation conversation, dataset.read(row));
        const Written written = exporter->write(conversation);
        if (written.text.empty()) {
            if (outcome.leftOut++ == 0)
                outcome.reason = fmt::format("row {}: {}", row + 1, written.reason);
            continue;
        }
        const char* before = !exporter->array ? "" : outcome.rows == 0 ? "\n" : ",\n";
        KOALA_RETURN_IF_ERROR(file.write(before + written.text + (exporter->array ? "" : "\n")));
        ++outcome.rows;
        countLosses(conversation, exporter->losses, outcome);
    }
    if (exporter->array)
        KOALA_RETURN_IF_ERROR(file.write("\n]\n"));
    KOALA_RETURN_IF_ERROR(file.publish());
    return outcome;
}

} // namespace koala
