#include "core/text/template_writer.h"

namespace koala {
namespace {

std::string_view spelling(Control control)
{
    switch (control) {
    case Control::Bos:
        return "<s>";
    case Control::Eos:
        return "</s>";
    case Control::ImStart:
        return "<|im_start|>";
    case Control::ImEnd:
        return "<|im_end|>";
    case Control::BeginOfText:
        return "<|begin_of_text|>";
    case Control::StartHeader:
        return "<|start_header_id|>";
    case Control::EndHeader:
        return "<|end_header_id|>";
    case Control::EndOfTurn:
        return "<|eot_id|>";
    }
    return {};
}

} // namespace

void TokenWriter::text(std::string_view text, int turn, bool trained)
{
    for (const TokenId id : m_tokenizer.encode(text))
        m_rendered.tokens.push_back({id, trained, std::int16_t(turn)});
}

void TokenWriter::answer(const ChatTurn& turn, std::string_view text, int index)
{
    if (turn.tokens.empty())
        return this->text(text, index, turn.trained);
    for (const TokenId id : turn.tokens)
        m_rendered.tokens.push_back({id, turn.trained, std::int16_t(index)});
}

void TokenWriter::control(Control control, int turn, bool trained)
{
    const std::optional<TokenId> id = control == Control::Bos ? m_tokenizer.bosId()
                                      : control == Control::Eos
                                          ? m_tokenizer.eosId()
                                          : m_tokenizer.specialId(spelling(control));
    if (id)
        m_rendered.tokens.push_back({*id, trained, std::int16_t(turn)});
    else if (control != Control::Bos && m_missing.empty()) // a model without BOS has none in front
        m_missing = control == Control::Eos ? "EOS (</s>)" : spelling(control);
}

std::string_view TokenWriter::answerBlank() const
{
    return m_tokenizer.dropsLeadingBlank() ? "" : " ";
}

void TextWriter::text(std::string_view text, int, bool)
{
    m_text += text;
}

void TextWriter::answer(const ChatTurn&, std::string_view text, int)
{
    m_text += text;
}

void TextWriter::control(Control control, int, bool)
{
    m_text += spelling(control);
}

} // namespace koala
