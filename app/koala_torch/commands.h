// app/koala_torch/commands.h: the subcommands of koala-torch.
#pragma once

#include <functional>

#include <CLI/CLI.hpp>

namespace koala {

void addTrainCommand(CLI::App& app, std::function<int()>& action);

} // namespace koala
