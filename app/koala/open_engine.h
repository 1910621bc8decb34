// app/koala/open_engine.h: from the MODEL[,ADAPTER…] of a command line to a CPU engine that has
// them all in one process.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/koala/command.h"
#include "core/api/engine.h"
#include "core/store/project.h"

namespace koala {

struct EngineRequest {
    std::string models; // "smollm2", "smollm2,RUN@last", "RUN@40", a file or a folder
    int threads = 0;
    int contextTokens = 0;
};

struct OpenedEngine {
    std::shared_ptr<Engine>
        engine; // fills in each model's template and marker where a request has none
    std::vector<ModelInfo> models;
    std::string chosen; // id of the first that was named: an adapter's where MODEL is an adapter
};

// A slug, RUN@STEP, RUN@last of the project if there is one, else a path.
Result<ResolvedModel> resolveForCommand(const CommandContext& context, const std::string& name);
Result<OpenedEngine> openEngine(const CommandContext& context, const EngineRequest& request);

// --threads and --context, as serve, chat and eval have them.
void addEngineOptions(CLI::App& verb, EngineRequest& request);

} // namespace koala
