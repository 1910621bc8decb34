// app/koala/command.h: what the subcommands of `koala` share. One file per subcommand; each adds
// itself to the command line and hands over what is to be done.
//
// Facts go to standard output (with --json one object or JSON Lines), progress and words to
// standard error. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 finished with quarantined or
// failed items, 130 cancelled, 143 ended by request (contracts, section 7).
#pragma once

#include <functional>
#include <string>

#include <CLI/CLI.hpp>

#include "core/base/files.h"
#include "core/base/result.h"

namespace koala {

enum ExitCode : int {
    kDone = 0,
    kFailed = 1,
    kUsage = 2,
    kIncomplete = 3,
    kCancelled = 130,
    kEnded = 143
};

struct CommandContext {
    fs::path projectOption; // --project, else empty
    bool json = false;
    std::function<int()> action; // set by the chosen subcommand, run by main

    // --project, else $KOALA_PROJECT, else the current folder if it holds project.json.
    Result<fs::path> projectDirectory() const;
};

// Prints "koala: message" and gives the exit code that fits the error.
int fail(const Error& error);
// A subcommand that takes --json.
CLI::App* addVerb(
    CLI::App& noun, CommandContext& context, const std::string& name, const std::string& help);
// True when standard error is a terminal: progress bars are drawn only there.
bool showsProgress();

} // namespace koala
