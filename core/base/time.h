// core/base/time.h: times as files hold them (RFC 3339, UTC, milliseconds).
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/base/result.h"

namespace koala {

using WallTime = std::chrono::system_clock::time_point;

std::string nowUtc(); // 2026-11-22T10:15:30.123Z
std::string formatUtc(WallTime time);
Result<WallTime> parseUtc(std::string_view text); // accepts a fraction and an offset
double secondsSince(std::chrono::steady_clock::time_point start);

} // namespace koala
