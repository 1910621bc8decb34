// core/client/event_stream.h: takes server-sent events out of a stream of bytes, however it is cut
// into pieces. Lines may end with \n, \r\n or \r; comments and fields other than "data" are passed
// over.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace koala {

class EventStreamParser {
public:
    static constexpr std::size_t kMaxEventBytes = std::size_t(8) << 20;
    // The data of the events completed by these bytes.
    std::vector<std::string> add(std::string_view bytes);
    bool tooLong() const { return m_tooLong; }

private:
    void endLine(std::vector<std::string>& events);

    std::string m_line;
    std::string m_data;
    bool m_hasData = false;
    bool m_afterReturn = false;
    bool m_tooLong = false;
};

} // namespace koala
