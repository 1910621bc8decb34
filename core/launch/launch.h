// core/launch/launch.h: the command line that trains a run on this computer, and where recipes and
// the trainer are found. Other machines will differ by a prefix of this command line only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/base/process.h"

namespace koala {

// koala-torch beside the running program, else on PATH. An error says how to get it.
Result<fs::path> findTrainer();

struct TrainerCommand {
    fs::path trainer;
    fs::path runDirectory;
    bool resume = false;
    std::optional<std::int64_t> resumeStep;
    std::vector<std::string> assignments; // --set of a resumed run
};
// In the foreground the trainer shares our terminal; detached it has a session of its own and
// writes log/trainer.log, so nothing that happens to us stops it.
enum class LaunchMode { Foreground, Detached };
ProcessOptions trainerProcess(const TrainerCommand& command, LaunchMode mode);
fs::path trainerLog(const fs::path& runDirectory);

struct RecipeFile {
    std::string name; // "starter"
    fs::path path;
};
// By name in the project's recipes/ and then among those of the program, or the path of a TOML
// file.
Result<RecipeFile> findRecipe(const std::string& nameOrPath, const fs::path& projectDirectory);
// All names of both places, each once.
std::vector<RecipeFile> listRecipes(const fs::path& projectDirectory);

} // namespace koala
