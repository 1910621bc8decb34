// app/koala/main.cpp: the headless program.
#include <array>

#include "app/koala/commands.h"

int main(int argc, char** argv)
{
    using namespace koala;
    static const std::array commands{addProjectCommand, addDataCommand, addMixtureCommand,
        addModelCommand, addTrainCommand, addRunCommand, addServeCommand, addChatCommand,
        addEvalCommand, addStarterCommand};

    CLI::App app{"Koala Workbench without a window: data, mixtures, models, runs, chat, evaluation",
        "koala"};
    app.set_version_flag("--version", std::string(KOALA_VERSION));
    CommandContext context;
    app.add_option("--project", context.projectOption, "the project folder");
    app.require_subcommand(1);
    app.fallthrough();
    for (const AddCommand add : commands)
        add(app, context);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& error) {
        const int code = app.exit(error);
        return code == 0 ? kDone : kUsage;
    }
    return context.action ? context.action() : kUsage;
}
