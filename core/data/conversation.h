// core/data/conversation.h: one record of a dataset, as rows.jsonl holds it (contracts, section 2).
// Everything else is an importer to it or an exporter from it. Plain values; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"

namespace koala {

enum class Role { System, User, Assistant, Context, Tool };
enum class Feedback { None, Positive, Negative };
enum class PairRank { Chosen, Rejected, Tie };

struct Turn {
    Role role = Role::User;
    std::string text;
    bool trained = true; // of assistant turns; everything else is never trained
};

struct PairLabel {
    std::string id; // the two records of one comparison share it
    PairRank rank = PairRank::Chosen;
    std::optional<double> score;
};

struct Conversation {
    std::string uid;    // 16 hex, see makeUid
    std::string source; // slug of the dataset
    std::uint64_t row = 0;
    std::uint32_t part = 0;
    std::vector<Turn> turns;
    std::string system;
    std::string split; // only where the source has one
    Feedback feedback = Feedback::None;
    std::optional<PairLabel> pair;
    Json tags = Json::object();
    Json meta = Json::object();
};

// First 16 hex digits of SHA-256 over "<sha256 of the source file>\n<row>\n<part>".
std::string makeUid(std::string_view sourceSha256, std::uint64_t row, std::uint32_t part);

std::string_view roleName(Role role); // system user assistant context tool
std::optional<Role> roleFromName(std::string_view name);

Json toJson(const Conversation& conversation);
Result<Conversation> conversationFromJson(const Json& json, std::string_view what);

} // namespace koala
