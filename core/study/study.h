// core/study/study.h: what a study is about: studies/<slug>/study.json, and where its parts lie.
//
// Votes cast while browsing on the Compare page go to an open study of their own, one for each pair
// of answer sets on a prompt set: open means that the names of the models are seen, so it is not
// blind.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"

namespace koala {

struct Criterion {
    std::string id;
    std::string wording;
};

struct Study {
    std::string slug;
    std::string title;
    std::string kind = "browsing";
    bool blind = false;
    std::string promptSet;
    std::string left; // answer sets; A is left
    std::string right;
    std::vector<Criterion> criteria;
    std::string created;

    fs::path directory; // where it was loaded from; not stored
    fs::path journalFile() const { return directory / "journal.jsonl"; }
    fs::path reportFile() const { return directory / "report" / "index.html"; }
};

Result<Study> loadStudy(const fs::path& directory);
// Opens the open study of this pair, or makes it.
Result<Study> openBrowsingStudy(const fs::path& project, std::string_view promptSet,
    std::string_view left, std::string_view right);
// Every study of the project that can be read, by name; folders that cannot are left out.
Result<std::vector<Study>> listStudies(const fs::path& project);

} // namespace koala
