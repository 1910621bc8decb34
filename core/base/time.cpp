#include "core/base/time.h"

#include <cstdio>
#include <ctime>

#include <fmt/format.h>

namespace koala {

std::string formatUtc(WallTime time)
{
    using namespace std::chrono;
    const auto whole = floor<seconds>(time);
    const auto millis = duration_cast<milliseconds>(time - whole).count();
    const std::time_t t = system_clock::to_time_t(whole);
    std::tm parts{};
    ::gmtime_r(&t, &parts);
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
        parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec, millis);
}

std::string nowUtc()
{
    return formatUtc(std::chrono::system_clock::now());
}

Result<WallTime> parseUtc(std::string_view text)
{
    const std::string copy(text.substr(0, 40));
    std::tm parts{};
    int used = 0;
    if (std::sscanf(copy.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d%n", &parts.tm_year, &parts.tm_mon,
            &parts.tm_mday, &parts.tm_hour, &parts.tm_min, &parts.tm_sec, &used) != 6)
        return invalidInput(fmt::format("\"{}\" is no RFC 3339 time", copy));
    parts.tm_year -= 1900;
    parts.tm_mon -= 1;
    auto time = std::chrono::system_clock::from_time_t(::timegm(&parts));
    const char* rest = copy.c_str() + used;
    if (*rest == '.') {
        double scale = 0.1;
        double fraction = 0;
        for (++rest; *rest >= '0' && *rest <= '9'; ++rest, scale /= 10)
            fraction += (*rest - '0') * scale;
        time += std::chrono::milliseconds(std::int64_t(fraction * 1000 + 0.5));
    }
    int hours = 0;
    int minutes = 0;
    if ((*rest == '+' || *rest == '-') && std::sscanf(rest + 1, "%2d:%2d", &hours, &minutes) == 2)
        time -= std::chrono::minutes((*rest == '-' ? -1 : 1) * (hours * 60 + minutes));
    return time;
}

double secondsSince(std::chrono::steady_clock::time_point start)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

} // namespace koala
