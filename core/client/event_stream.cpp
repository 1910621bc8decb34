#include "core/client/event_stream.h"

namespace koala {

std::vector<std::string> EventStreamParser::add(std::string_view bytes)
{
    std::vector<std::string> events;
    for (const char c : bytes) {
        const bool secondHalf = c == '\n' && m_afterReturn;
        m_afterReturn = c == '\r';
        if (secondHalf)
            continue;
        if (c == '\n' || c == '\r')
            endLine(events);
        else
            m_line += c;
        if (m_line.size() + m_data.size() > kMaxEventBytes)
            m_tooLong = true;
        if (m_tooLong)
            break;
    }
    return events;
}

void EventStreamParser::endLine(std::vector<std::string>& events)
{
    std::string_view line = m_line;
    if (line.empty()) {
        if (m_hasData)
            events.push_back(m_data);
        m_data.clear();
        m_hasData = false;
    } else if (line.starts_with("data:")) {
        line.remove_prefix(5);
        if (line.starts_with(' '))
            line.remove_prefix(1);
        if (m_hasData)
            m_data += '\n';
        m_data += line;
        m_hasData = true;
    }
    m_line.clear();
}

} // namespace koala
