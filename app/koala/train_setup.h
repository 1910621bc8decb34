// app/koala/train_setup.h: from the words of a command line to a run directory that a trainer can
// work on: recipe, mixture, model and --set become one complete config.json, written once.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app/koala/command.h"

namespace koala {

struct TrainRequest {
    std::string recipe;
    std::string mixture; // "" : the recipe's
    std::string model;   // "" : the recipe's, else the mixture's
    std::vector<std::string> assignments;
    std::string runId; // "" : made from the time and the recipe
    std::string name;  // for people; "" : the recipe's
};

// Adds RECIPE --mixture --model --set --run --name to a subcommand.
void addTrainOptions(CLI::App& verb, TrainRequest& request);
// Checks everything that can be checked without loading the model, and makes runs/<id>.
Result<fs::path> prepareRun(const CommandContext& context, const TrainRequest& request);

// RUN or RUN@STEP of the project.
struct ResumeTarget {
    fs::path runDirectory;
    std::optional<std::int64_t> step;
};
Result<ResumeTarget> findResumeTarget(const CommandContext& context, const std::string& name);

} // namespace koala
