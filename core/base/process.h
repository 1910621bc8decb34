// core/base/process.h: child processes without a shell. Arguments are an array; nothing is pasted
// into a command line. The window uses QProcess; this is for the headless programs and tests.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "core/base/files.h"

namespace koala {

struct ProcessOptions {
    std::vector<std::string> arguments;   // arguments[0] is the program: a path, or a name on PATH
    fs::path workingDirectory;            // empty: ours
    std::vector<std::string> environment; // "NAME=value", added to ours
    bool captureOutput = false;           // standard output to readLine(), else inherited
    fs::path outputFile;                  // when set, standard output and error go there (appended)
    bool ownSession = false;              // setsid: survives its parent and the terminal
};

class ChildProcess {
public:
    static Result<ChildProcess> start(const ProcessOptions& options);
    ChildProcess(ChildProcess&& other) noexcept;
    ChildProcess& operator=(ChildProcess&& other) noexcept;
    ~ChildProcess(); // a child still running is left running; reap or kill it first

    pid_t pid() const { return m_pid; }
    // The next line of its standard output, or nothing at its end or after the timeout.
    std::optional<std::string> readLine(std::chrono::milliseconds timeout);
    bool running();
    // Waits for the end; the exit status, or 128 + signal.
    Result<int> wait();
    std::optional<int> waitFor(std::chrono::milliseconds timeout);
    void signal(int number);

private:
    ChildProcess() = default;
    pid_t m_pid = -1;
    int m_output = -1;
    std::string m_buffer;
    std::optional<int> m_exitStatus;
};

// Runs to the end and returns its output; an error holds the exit status and the last words.
Result<std::string> runAndCapture(const ProcessOptions& options);

// The folder of the running program: the other two programs lie beside it.
fs::path programDirectory();
// $XDG_CACHE_HOME/koala-workbench or ~/.cache/koala-workbench.
fs::path cacheDirectory();

} // namespace koala
