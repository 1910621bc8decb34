// core/text/template_writer.h: the templates write segments; a segment becomes tokens or text. So
// the string that people see and the ids that models see come from one description. Private to
// core/text.
#pragma once

#include <string>
#include <string_view>

#include "core/text/chat_template.h"

namespace koala {

enum class Control { Bos, Eos, ImStart, ImEnd, BeginOfText, StartHeader, EndHeader, EndOfTurn };

class SegmentWriter {
public:
    virtual ~SegmentWriter() = default;
    // A text that is encoded on its own. `turn`: index of the turn it belongs to, or -1.
    virtual void text(std::string_view text, int turn, bool trained) = 0;
    // An answer: its own ids where they are known.
    virtual void answer(const ChatTurn& turn, std::string_view text, int index) = 0;
    virtual void control(Control control, int turn, bool trained) = 0;
    // A blank between a header and an answer, where the tokeniser does not bring one itself. In
    // strings it is always there.
    virtual std::string_view answerBlank() const = 0;
};

class TokenWriter final : public SegmentWriter {
public:
    explicit TokenWriter(const Tokenizer& tokenizer) : m_tokenizer(tokenizer) {}
    void text(std::string_view text, int turn, bool trained) override;
    void answer(const ChatTurn& turn, std::string_view text, int index) override;
    void control(Control control, int turn, bool trained) override;
    std::string_view answerBlank() const override;
    const std::string& missing() const { return m_missing; } // a control token that was not found
    Rendered take() { return std::move(m_rendered); }

private:
    const Tokenizer& m_tokenizer;
    Rendered m_rendered;
    std::string m_missing;
};

class TextWriter final : public SegmentWriter {
public:
    void text(std::string_view text, int turn, bool trained) override;
    void answer(const ChatTurn& turn, std::string_view text, int index) override;
    void control(Control control, int turn, bool trained) override;
    std::string_view answerBlank() const override { return " "; }
    std::string take() { return std::move(m_text); }

private:
    std::string m_text;
};

void writeTemplate(TemplateId id, const std::vector<ChatTurn>& turns, const RenderOptions& options,
    SegmentWriter& writer);

} // namespace koala
