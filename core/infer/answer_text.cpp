#include "core/infer/answer_text.h"

#include <algorithm>

namespace koala {

AnswerText::AnswerText(const Tokenizer& tokenizer, std::vector<std::string> stops,
    const std::vector<TokenId>& continued)
    : m_decoder(tokenizer), m_stops(std::move(stops))
{
    for (const TokenId token : continued)
        m_decoder.add(token);
}

std::string AnswerText::add(TokenId token)
{
    if (m_stopped)
        return {};
    m_held += m_decoder.add(token);
    return release(false);
}

std::string AnswerText::finish()
{
    if (m_stopped)
        return {};
    m_held += m_decoder.finish();
    return release(true);
}

std::string AnswerText::release(bool everything)
{
    std::size_t end = m_held.size();
    for (const std::string& stop : m_stops)
        if (const std::size_t at = m_held.find(stop); at < end) {
            end = at;
            m_stopped = true;
        }
    if (!m_stopped && !everything) // the longest end that begins a stop string stays back
        for (const std::string& stop : m_stops)
            for (std::size_t length = std::min(stop.size() - 1, m_held.size()); length > 0;
                --length)
                if (std::string_view(m_held).ends_with(std::string_view(stop).substr(0, length))) {
                    end = std::min(end, m_held.size() - length);
                    break;
                }
    std::string text = m_held.substr(0, end);
    m_held.erase(0, end);
    return text;
}

} // namespace koala
