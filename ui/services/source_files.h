// ui/services/source_files.h: what the window itself does to the folder of a dataset: another
// title, terms or use, and moving it out of the way. Rows are never touched. Called by workers.
#pragma once

#include "core/base/files.h"

namespace koala {

struct SourceEdit {
    std::string title; // "" keeps what is there; the folder keeps its name
    std::string licence;
    std::string terms;
    std::string use; // "training" or "evaluation"
};
Status editSource(const fs::path& project, const std::string& slug, const SourceEdit& edit);

// Moves datasets/<slug> into .trash of the project and says where to; refuses while somebody
// writes it. restoreSource moves it back, unless a dataset of that name has come meanwhile.
Result<fs::path> trashSource(const fs::path& project, const std::string& slug);
Status restoreSource(const fs::path& project, const std::string& slug, const fs::path& trashed);

} // namespace koala
