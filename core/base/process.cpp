#include "core/base/process.h"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fmt/format.h>

extern char** environ;

namespace koala {
namespace {

int exitStatus(int status)
{
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

} // namespace

Result<ChildProcess> ChildProcess::start(const ProcessOptions& options)
{
    std::vector<char*> argv;
    for (const std::string& argument : options.arguments)
        argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    std::vector<char*> envp;
    for (char** entry = environ; *entry != nullptr; ++entry) {
        const std::string_view name(*entry, std::string_view(*entry).find('=') + 1);
        bool replaced = false;
        for (const std::string& added : options.environment)
            replaced = replaced || added.starts_with(name);
        if (!replaced)
            envp.push_back(*entry);
    }
    for (const std::string& entry : options.environment)
        envp.push_back(const_cast<char*>(entry.c_str()));
    envp.push_back(nullptr);

    int output[2] = {-1, -1};
    int failure[2] = {-1, -1}; // carries errno of exec back; closed by a successful exec
    if (::pipe2(failure, O_CLOEXEC) != 0 ||
        (options.captureOutput && ::pipe2(output, O_CLOEXEC) != 0))
        return ioError(
            fmt::format("cannot start {}: {}", options.arguments.front(), errnoText(errno)));

    const pid_t pid = ::fork();
    if (pid == 0) { // only async-signal-safe calls from here to exec
        if (options.ownSession)
            ::setsid();
        int target = output[1];
        if (!options.outputFile.empty())
            target = ::open(options.outputFile.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
        if (target >= 0)
            ::dup2(target, STDOUT_FILENO);
        if (!options.outputFile.empty() && target >= 0)
            ::dup2(target, STDERR_FILENO);
        const int nothing = ::open("/dev/null", O_RDONLY);
        if (nothing >= 0)
            ::dup2(nothing, STDIN_FILENO);
        ::signal(SIGPIPE, SIG_DFL);
        sigset_t none; // a thread of ours may wait for signals that the child must hear
        ::sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
        if (options.workingDirectory.empty() || ::chdir(options.workingDirectory.c_str()) == 0) {
            environ = envp.data();
            ::execvp(argv[0], argv.data());
        }
        const int error = errno;
        [[maybe_unused]] const ssize_t ignored = ::write(failure[1], &error, sizeof error);
        ::_exit(127);
    }
    ::close(failure[1]);
    if (output[1] >= 0)
        ::close(output[1]);
    int error = pid < 0 ? errno : 0;
    if (pid > 0 && ::read(failure[0], &error, sizeof error) > 0)
        ::waitpid(pid, nullptr, 0);
    ::close(failure[0]);
    if (error != 0) {
        if (output[0] >= 0)
            ::close(output[0]);
        return Error{error == ENOENT ? ErrorCode::NotFound : ErrorCode::Io,
            fmt::format("cannot start {}: {}", options.arguments.front(), errnoText(error))};
    }
    ChildProcess child;
    child.m_pid = pid;
    child.m_output = output[0];
    return child;
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
{
    *this = std::move(other);
}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept
{
    std::swap(m_pid, other.m_pid);
    std::swap(m_output, other.m_output);
    std::swap(m_buffer, other.m_buffer);
    std::swap(m_exitStatus, other.m_exitStatus);
    return *this;
}

ChildProcess::~ChildProcess()
{
    if (m_output >= 0)
        ::close(m_output);
}

std::optional<std::string> ChildProcess::readLine(std::chrono::milliseconds timeout)
{
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    for (;;) {
        if (const auto newline = m_buffer.find('\n'); newline != std::string::npos) {
            std::string line = m_buffer.substr(0, newline);
            m_buffer.erase(0, newline + 1);
            return line;
        }
        if (m_output < 0)
            return std::nullopt;
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        pollfd waiting{m_output, POLLIN, 0};
        const int ready = ::poll(&waiting, 1, int(std::max<long long>(0, left.count())));
        if (ready < 0 && errno == EINTR)
            continue;
        if (ready <= 0)
            return std::nullopt;
        char bytes[65536];
        const ssize_t got = ::read(m_output, bytes, sizeof bytes);
        if (got <= 0) {
            ::close(std::exchange(m_output, -1));
            if (m_buffer.empty())
                return std::nullopt;
            return std::exchange(m_buffer, {});
        }
        m_buffer.append(bytes, std::size_t(got));
    }
}

bool ChildProcess::running()
{
    return !waitFor(std::chrono::milliseconds(0)).has_value();
}

Result<int> ChildProcess::wait()
{
    if (m_exitStatus)
        return *m_exitStatus;
    int status = 0;
    while (::waitpid(m_pid, &status, 0) < 0)
        if (errno != EINTR)
            return ioError(fmt::format("lost sight of process {}: {}", m_pid, errnoText(errno)));
    m_exitStatus = exitStatus(status);
    return *m_exitStatus;
}

std::optional<int> ChildProcess::waitFor(std::chrono::milliseconds timeout)
{
    const auto deadline = std::chrono::steady_clock::now() + timeout;
    while (!m_exitStatus) {
        int status = 0;
        const pid_t ended = ::waitpid(m_pid, &status, WNOHANG);
        if (ended == m_pid)
            m_exitStatus = exitStatus(status);
        else if (ended < 0 && errno != EINTR)
            m_exitStatus = -1;
        else if (std::chrono::steady_clock::now() >= deadline)
            return std::nullopt;
        else
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
    return m_exitStatus;
}

void ChildProcess::signal(int number)
{
    if (m_pid > 0 && !m_exitStatus)
        ::kill(m_pid, number);
}

Result<std::string> runAndCapture(const ProcessOptions& options)
{
    ProcessOptions captured = options;
    captured.captureOutput = true;
    KOALA_TRY(ChildProcess child, ChildProcess::start(captured));
    std::string output;
    while (auto line = child.readLine(std::chrono::hours(24)))
        output += *line + "\n";
    KOALA_TRY(const int status, child.wait());
    if (status != 0)
        return ioError(fmt::format("{} ended with status {}: {}", options.arguments.front(), status,
            output.substr(output.size() > 400 ? output.size() - 400 : 0)));
    return output;
}

fs::path programDirectory()
{
    std::error_code code;
    return fs::read_symlink("/proc/self/exe", code).parent_path();
}

fs::path cacheDirectory()
{
    if (const char* cache = std::getenv("XDG_CACHE_HOME"); cache != nullptr && *cache != '\0')
        return fs::path(cache) / "koala-workbench";
    const char* home = std::getenv("HOME");
    return fs::path(home != nullptr ? home : "/tmp") / ".cache" / "koala-workbench";
}

} // namespace koala
