// core/base/log.h: words for people, on standard error or in a file; nothing parses them. Facts go
// to event files. The logger is made by main and passed on as a shared_ptr where it is needed.
#pragma once

#include <memory>
#include <string>

#include <spdlog/logger.h>

#include "core/base/files.h"

namespace koala {

using Log = std::shared_ptr<spdlog::logger>;
Log makeStderrLog(const std::string& name);
Result<Log> makeFileLog(const std::string& name, const fs::path& path);

} // namespace koala
