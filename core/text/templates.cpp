// The templates themselves (spec 01 sections 2-3 and 9, 03 sections 1-3, contracts section 4).
//
// What the sources leave open: Koala, Vicuna and Alpaca have no place for a system message of their
// own choosing, so one stands in front of the first text; quoted sources follow the user's text, as
// WebGPT's do in Koala; a reply without a prompt gets the header alone.
#include "core/text/template_writer.h"

namespace koala {
namespace {

using Speaker = ChatTurn::Speaker;

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view kBlanks = " \t\r\n\v\f";
    const std::size_t begin = text.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos)
        return {};
    return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

bool hasBos(const RenderOptions& options)
{
    return options.addBos;
}

// Words joined by single blanks: the sub-fields of EasyLM.
void join(std::string& text, std::string_view part)
{
    if (!text.empty())
        text += ' ';
    text += part;
}

// Templates that speak in one line, "NAME: text NAME:", and end answers with EOS.
struct Labels {
    std::string_view start;  // in front of the first field
    std::string_view user;   // "USER:"
    std::string_view answer; // "GPT:"
    bool blankBeforeAnswer;
};

void writeLabelled(const Labels& labels, const std::vector<ChatTurn>& turns,
    const RenderOptions& options, SegmentWriter& writer)
{
    if (hasBos(options))
        writer.control(Control::Bos, -1, false);
    std::string field;
    bool first = true;
    int fieldTurn = -1;
    const auto begin = [&] {
        if (std::exchange(first, false) && !labels.start.empty())
            join(field, labels.start);
    };
    const auto flush = [&] {
        begin();
        join(field, labels.answer);
        writer.text(field, fieldTurn, false);
        field.clear();
        fieldTurn = -1;
    };
    for (std::size_t i = 0; i < turns.size(); ++i) {
        const ChatTurn& turn = turns[i];
        if (turn.speaker == Speaker::Assistant) {
            flush();
            writer.answer(turn,
                labels.blankBeforeAnswer ? std::string(writer.answerBlank()) + turn.text
                                         : turn.text,
                int(i));
            writer.control(Control::Eos, int(i), turn.trained);
            continue;
        }
        begin();
        if (turn.speaker == Speaker::User)
            join(field, labels.user);
        join(field, turn.text);
        fieldTurn = int(i);
    }
    if (options.addGenerationPrompt)
        flush();
}

void writeChatMl(
    const std::vector<ChatTurn>& turns, const RenderOptions& options, SegmentWriter& writer)
{
    const std::string header = std::string("assistant\n") +
                               (options.marker == Marker::Positive      ? "A helpful answer:\n"
                                   : options.marker == Marker::Negative ? "An unhelpful answer:\n"
                                                                        : "");
    for (std::size_t i = 0; i < turns.size(); ++i) {
        const ChatTurn& turn = turns[i];
        const int index = int(i);
        writer.control(Control::ImStart, -1, false);
        if (turn.speaker == Speaker::Assistant) {
            writer.text(header, -1, false);
            writer.answer(turn, turn.text, index);
            writer.control(Control::ImEnd, index, turn.trained);
        } else {
            const std::string_view role = turn.speaker == Speaker::System    ? "system"
                                          : turn.speaker == Speaker::Context ? "context"
                                          : turn.speaker == Speaker::Tool    ? "tool"
                                                                             : "user";
            writer.text(std::string(role) + "\n" + turn.text, index, false);
            writer.control(Control::ImEnd, index, false);
        }
        writer.text("\n", -1, false);
    }
    if (options.addGenerationPrompt) {
        writer.control(Control::ImStart, -1, false);
        writer.text(header, -1, false);
    }
}

void writeLlama3(
    const std::vector<ChatTurn>& turns, const RenderOptions& options, SegmentWriter& writer)
{
    const std::string marker = options.marker == Marker::Positive   ? "A helpful answer:\n"
                               : options.marker == Marker::Negative ? "An unhelpful answer:\n"
                                                                    : "";
    const auto header = [&](std::string_view role) {
        writer.control(Control::StartHeader, -1, false);
        writer.text(role, -1, false);
        writer.control(Control::EndHeader, -1, false);
    };
    writer.control(Control::BeginOfText, -1, false);
    for (std::size_t i = 0; i < turns.size(); ++i) {
        const ChatTurn& turn = turns[i];
        const int index = int(i);
        if (turn.speaker == Speaker::Assistant) {
            header("assistant");
            writer.text("\n\n" + marker, -1, false);
            writer.answer(turn, trimmed(turn.text), index);
            writer.control(Control::EndOfTurn, index, turn.trained);
            continue;
        }
        header(turn.speaker == Speaker::System ? "system"
               : turn.speaker == Speaker::Tool ? "ipython"
                                               : "user");
        writer.text("\n\n" + std::string(trimmed(turn.text)), index, false);
        writer.control(Control::EndOfTurn, index, false);
    }
    if (options.addGenerationPrompt) {
        header("assistant");
        writer.text("\n\n" + marker, -1, false);
    }
}

// Each round is a text of its own between BOS and EOS, as Meta's reference does it.
void writeLlama2(
    const std::vector<ChatTurn>& turns, const RenderOptions& options, SegmentWriter& writer)
{
    std::string system;
    std::string user;
    int userTurn = -1;
    const auto flush = [&] {
        if (options.addBos)
            writer.control(Control::Bos, -1, false);
        std::string text = "[INST] ";
        if (!system.empty())
            text += "<<SYS>>\n" + system + "\n<</SYS>>\n\n";
        writer.text(text + user + " [/INST]", userTurn, false);
        system.clear();
        user.clear();
        userTurn = -1;
    };
    for (std::size_t i = 0; i < turns.size(); ++i) {
        const ChatTurn& turn = turns[i];
        if (turn.speaker == Speaker::Assistant) {
            flush();
            writer.answer(turn, std::string(writer.answerBlank()) + turn.text + " ", int(i));
            writer.control(Control::Eos, int(i), turn.trained);
        } else if (turn.speaker == Speaker::System) {
            system += (system.empty() ? "" : "\n") + turn.text;
        } else {
            user += (user.empty() ? "" : "\n") + turn.text;
            userTurn = int(i);
        }
    }
    if (options.addGenerationPrompt)
        flush();
}

// One instruction and its answer; of a longer dialogue, the first round in training and the last
// question in chat.
void writeAlpaca(
    const std::vector<ChatTurn>& turns, const RenderOptions& options, SegmentWriter& writer)
{
    std::string system;
    std::string instruction;
    std::string input;
    int instructionTurn = -1;
    int answerTurn = -1;
    for (std::size_t i = 0; i < turns.size(); ++i) {
        const ChatTurn& turn = turns[i];
        if (turn.speaker == Speaker::System) {
            system = turn.text;
        } else if (turn.speaker == Speaker::User) {
            instruction = turn.text;
            instructionTurn = int(i);
            input.clear();
        } else if (turn.speaker == Speaker::Context) {
            input += (input.empty() ? "" : "\n") + turn.text;
        } else if (turn.speaker == Speaker::Assistant && !options.addGenerationPrompt) {
            answerTurn = int(i);
            break;
        }
    }
    if (hasBos(options))
        writer.control(Control::Bos, -1, false);
    const std::string_view opening = input.empty()
                                         ? "Below is an instruction that describes a task. Write a "
                                           "response that appropriately completes "
                                           "the request.\n\n### Instruction:\n"
                                         : "Below is an instruction that describes a task, paired "
                                           "with an input that provides further "
                                           "context. Write a response that appropriately completes "
                                           "the request.\n\n### Instruction:\n";
    std::string prompt = system.empty() ? "" : system + "\n\n";
    prompt += opening;
    prompt += instruction;
    if (!input.empty())
        prompt += "\n\n### Input:\n" + input;
    writer.text(prompt + "\n\n### Response:", instructionTurn, false);
    if (answerTurn >= 0) {
        const ChatTurn& turn = turns[std::size_t(answerTurn)];
        writer.answer(turn, turn.text, answerTurn);
        writer.control(Control::Eos, answerTurn, turn.trained);
    }
}

void writeRaw(
    const std::vector<ChatTurn>& turns, const RenderOptions& options, SegmentWriter& writer)
{
    if (hasBos(options))
        writer.control(Control::Bos, -1, false);
    for (std::size_t i = 0; i < turns.size(); ++i) {
        const ChatTurn& turn = turns[i];
        if (turn.speaker == Speaker::Assistant) {
            writer.answer(turn, turn.text, int(i));
            writer.control(Control::Eos, int(i), turn.trained);
        } else {
            writer.text(turn.text, int(i), false);
        }
    }
}

} // namespace

void writeTemplate(TemplateId id, const std::vector<ChatTurn>& turns, const RenderOptions& options,
    SegmentWriter& writer)
{
    switch (id) {
    case TemplateId::Koala:
        return writeLabelled(
            {"BEGINNING OF CONVERSATION:", "USER:",
                options.marker == Marker::Negative ? "An Unhelpful Answer:" : "GPT:", false},
            turns, options, writer);
    case TemplateId::Vicuna:
        return writeLabelled({"", "USER:", "ASSISTANT:", true}, turns, options, writer);
    case TemplateId::ChatMl:
        return writeChatMl(turns, options, writer);
    case TemplateId::Llama3:
        return writeLlama3(turns, options, writer);
    case TemplateId::Llama2:
        return writeLlama2(turns, options, writer);
    case TemplateId::Alpaca:
        return writeAlpaca(turns, options, writer);
    case TemplateId::Raw:
        return writeRaw(turns, options, writer);
    }
}

} // namespace koala
