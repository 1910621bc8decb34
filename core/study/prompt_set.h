// core/study/prompt_set.h: the prompts that models are compared on: prompts/<slug>.jsonl of a
// project (contracts, section 6). Reading only; a bad line is named and left out, never the end of
// the others.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"

namespace koala {

struct PromptTurn {
    std::string role; // system user assistant
    std::string text;
};

struct Prompt {
    std::string id;
    std::vector<PromptTurn> turns; // a single prompt is one user turn; the last turn is the user's
    std::string group;
    std::string reference;
    std::vector<std::string> expect; // an answer that holds one of them is right; mostly empty
    Json tags = Json::object();
    Json meta = Json::object();

    // What stands in a list: the last user turn.
    const std::string& text() const { return turns.back().text; }
};

struct BadLine {
    std::uint64_t line = 0; // from 1
    std::string reason;
    std::string head; // its first 200 characters
};

struct PromptSet {
    std::string slug; // the name of the file
    std::vector<Prompt> prompts;
    std::vector<BadLine> badLines;

    const Prompt* find(std::string_view id) const; // null if absent
    std::vector<std::string> groups() const;       // each once, in the order of the file
};

// NotFound without the file; InvalidInput when no line of it is a prompt.
Result<PromptSet> loadPromptSet(const fs::path& file);
Result<Prompt> promptFromJson(const Json& json, std::string_view what);

} // namespace koala
