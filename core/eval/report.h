// core/eval/report.h: a comparison as one HTML page that opens offline: no scripts, no links to
// anywhere, all text of prompts and models escaped.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/files.h"
#include "core/eval/comparison.h"

namespace koala {

struct ReportCounts { // one row of the table of wins, ties and losses
    std::string name;
    PreferenceCounts counts;
};

struct ReportTable {
    std::string title;
    std::string note; // what was counted, in words
    std::vector<ReportCounts> rows;
};

struct ReportSection {
    std::string title;
    std::vector<AnswerPair> rows; // shown side by side, in this order
};

struct Report {
    std::string title;
    std::string left; // names of the models
    std::string right;
    std::vector<std::pair<std::string, std::string>> facts; // label, value
    std::vector<ReportTable> tables;                        // counts of right against left
    std::vector<ReportSection> sections;
};

std::string renderReport(const Report& report);
Status writeReport(const fs::path& file, const Report& report); // makes the folder

// & < > " ' as entities; control characters, and those that turn the direction of text, made
// visible.
std::string escapeHtml(std::string_view text);

} // namespace koala
