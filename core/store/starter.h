// core/store/starter.h: the starter project, made from the files under datasets/starter: five
// datasets, two prompt sets, the small model linked, and one mixture. Safe to call again: what is
// there stays.
#pragma once

#include <functional>
#include <string>

#include "core/store/project.h"

namespace koala {

struct StarterSources {
    fs::path dataDirectory; // .../datasets/starter
    fs::path modelFile;     // SmolLM2-135M-Instruct.Q4_1.gguf
};
// $KOALA_DATA_DIR, else <program>/../share/koala-workbench/datasets, else the source tree; and the
// model in the cache folder. An error says which part is missing and how to get it.
Result<fs::path> dataDirectory(); // .../datasets
Result<StarterSources> findStarterSources();

using StarterProgress = std::function<void(const std::string& words)>;
Result<Project> makeStarterProject(
    const fs::path& directory, const StarterSources& sources, const StarterProgress& progress = {});

inline constexpr const char* kStarterModel = "smollm2";
inline constexpr const char* kStarterMixture = "starter";
inline constexpr const char* kStarterInstructionPrompts = "starter-instruction";
inline constexpr const char* kStarterConversationPrompts = "starter-conversation";

} // namespace koala
