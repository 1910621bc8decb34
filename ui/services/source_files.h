// ui/services/source_files.h: what the window itself does to the folder of a dataset: another
// title, terms or use, and moving it out of the way. Rows are never touched. Called by workers.
#pragma once

#include <optional>
#include <string>

#include "core/base/files.h"

namespace koala {

struct SourceEdit {                   // what is absent stays
    std::optional<std::string> title; // shown; the folder keeps its name
    std::optional<std::string> licence;
    std::optional<std::string> terms;
    std::optional<std::string> use; // "training" or "evaluation"
};
Status editSource(const fs::path& project, const std::string& slug, const SourceEdit& edit);

// Moves datasets/<slug> into .trash of the project and says where to; refuses while somebody
// writes it. restoreSource moves it back, unless a dataset of that name has come meanwhile.
Result<fs::path> trashSource(const fs::path& project, const std::string& slug);
Status restoreSource(const fs::path& project, const std::string& slug, const fs::path& trashed);

} // namespace koala
