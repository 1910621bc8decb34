#include "app/koala/command.h"

#include <cstdio>
#include <cstdlib>

#include <unistd.h>

namespace koala {

Result<fs::path> CommandContext::projectDirectory() const
{
    fs::path folder = projectOption;
    if (folder.empty())
        if (const char* named = std::getenv("KOALA_PROJECT"); named != nullptr && *named != '\0')
            folder = named;
    std::error_code code;
    if (folder.empty())
        folder = fs::current_path(code);
    if (!fs::exists(folder / "project.json", code))
        return notFound(folder.string() + " is no project (it has no project.json); name one with "
                                          "--project DIR or make one with: koala project new DIR");
    return fs::canonical(folder, code);
}

int fail(const Error& error)
{
    std::fprintf(stderr, "koala: %s\n", error.message.c_str());
    return error.code == ErrorCode::Cancelled ? kCancelled : kFailed;
}

CLI::App* addVerb(
    CLI::App& noun, CommandContext& context, const std::string& name, const std::string& help)
{
    CLI::App* verb = noun.add_subcommand(name, help);
    verb->add_flag("--json", context.json, "print facts as JSON");
    return verb;
}

bool showsProgress()
{
    return ::isatty(STDERR_FILENO) == 1;
}

} // namespace koala
