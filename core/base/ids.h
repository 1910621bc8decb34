// core/base/ids.h: names that do not collide.
#pragma once

#include <string>
#include <string_view>

namespace koala {

std::string randomHex(int digits); // from the system's generator; also for tokens
std::string randomUuid();
std::string newRunId(std::string_view slug); // YYYYMMDD-HHMMSS-<slug>-<4 hex>, in UTC

} // namespace koala
