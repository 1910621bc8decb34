#include "core/base/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>

namespace koala {

Log makeStderrLog(const std::string& name)
{
    auto log =
        std::make_shared<spdlog::logger>(name, std::make_shared<spdlog::sinks::stderr_sink_mt>());
    log->set_pattern("%H:%M:%S %n: %v");
    return log;
}

Result<Log> makeFileLog(const std::string& name, const fs::path& path)
{
    try {
        auto log = std::make_shared<spdlog::logger>(
            name, std::make_shared<spdlog::sinks::basic_file_sink_mt>(path.string()));
        log->set_pattern("%Y-%m-%dT%H:%M:%S.%e %n %l: %v");
        log->flush_on(spdlog::level::info);
        return log;
    } catch (const spdlog::spdlog_ex& error) {
        return ioError(error.what());
    }
}

} // namespace koala
