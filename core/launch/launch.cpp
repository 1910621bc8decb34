#include "core/launch/launch.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>
#include <unistd.h>

namespace koala {
namespace {

constexpr const char* kTrainer = "koala-torch";

bool isProgram(const fs::path& path)
{
    return ::access(path.c_str(), X_OK) == 0;
}

fs::path programRecipes()
{
    std::error_code code;
    const fs::path installed = programDirectory() / "../share/koala-workbench/resources/recipes";
    return fs::exists(installed, code) ? installed : fs::path(KOALA_SOURCE_RECIPES);
}

} // namespace

Result<fs::path> findTrainer()
{
    if (const fs::path beside = programDirectory() / kTrainer; isProgram(beside))
        return beside;
    const char* path = std::getenv("PATH");
    for (std::string_view rest = path != nullptr ? path : ""; !rest.empty();) {
        const auto colon = rest.find(':');
        if (const fs::path candidate = fs::path(rest.substr(0, colon)) / kTrainer;
            isProgram(candidate))
            return candidate;
        rest = colon == std::string_view::npos ? std::string_view() : rest.substr(colon + 1);
    }
    return unavailable(
        fmt::format("training needs {}, which is neither in {} nor on PATH; build with "
                    "libtorch (packaging/quickstart.sh does)",
            kTrainer, programDirectory().string()));
}

fs::path trainerLog(const fs::path& runDirectory)
{
    return runDirectory / "log" / "trainer.log";
}

ProcessOptions trainerProcess(const TrainerCommand& command, LaunchMode mode)
{
    ProcessOptions process;
    process.arguments = {command.trainer.string(), "train", "--config",
        (command.runDirectory / "config.json").string()};
    if (command.resume) {
        process.arguments.push_back("--resume");
        process.arguments.push_back(
            command.resumeStep ? std::to_string(*command.resumeStep) : std::string("last"));
    }
    for (const std::string& assignment : command.assignments) {
        process.arguments.push_back("--set");
        process.arguments.push_back(assignment);
    }
    if (mode == LaunchMode::Detached) {
        process.ownSession = true;
        process.outputFile = trainerLog(command.runDirectory);
    }
    return process;
}

Result<RecipeFile> findRecipe(const std::string& nameOrPath, const fs::path& projectDirectory)
{
    std::error_code code;
    if (isSafeName(nameOrPath))
        for (const fs::path& folder : {projectDirectory / "recipes", programRecipes()})
            if (const fs::path path = folder / (nameOrPath + ".toml"); fs::exists(path, code))
                return RecipeFile{nameOrPath, path};
    if (fs::is_regular_file(nameOrPath, code))
        return RecipeFile{fs::path(nameOrPath).stem().string(), fs::absolute(nameOrPath)};
    std::string known;
    for (const RecipeFile& recipe : listRecipes(projectDirectory))
        known += (known.empty() ? "" : ", ") + recipe.name;
    return notFound(fmt::format(
        "there is no recipe \"{}\"; name one of {}, or a TOML file", nameOrPath, known));
}

std::vector<RecipeFile> listRecipes(const fs::path& projectDirectory)
{
    std::vector<RecipeFile> recipes;
    for (const fs::path& folder : {projectDirectory / "recipes", programRecipes()}) {
        const auto files = listDirectory(folder);
        if (!files.ok())
            continue;
        for (const fs::path& file : *files) {
            const std::string name = file.stem().string();
            const bool known = std::any_of(recipes.begin(), recipes.end(),
                [&](const RecipeFile& recipe) { return recipe.name == name; });
            if (file.extension() == ".toml" && !known)
                recipes.push_back({name, file});
        }
    }
    return recipes;
}

} // namespace koala
