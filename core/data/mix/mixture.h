// core/data/mix/mixture.h: the recipe of what a model is trained on (contracts, section 4): which
// datasets, in which shares, what is held out, how pairs are marked. Plain values, read from and
// written to mixtures/<slug>.json.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/json.h"

namespace koala {

enum class MixtureBasis { Rows, Tokens, TrainedTokens };
enum class MarkerMode { None, Chosen, Both };
// drop_turns: rounds at the end are left out until the rest fits. cut: everything after max_tokens
// goes. split: whole rounds as several documents, as Vicuna did it (spec 01, section 9), none lost.
enum class TooLong { DropTurns, Cut, Split };
// none: one dialogue a sequence. documents: whole dialogues that do not see each other. stream: one
// endless text cut anywhere, as EasyLM does it; max_tokens and too_long say nothing there.
enum class PackingMode { None, Documents, Stream };

// How EasyLM cuts its stream (spec 01, section 3.3). koala: as Koala was trained, BOS in front of
// each row and none inside. newest: a row's last target is the next row's first token, BOS in front
// of each record.
enum class StreamRule { Koala, Newest };

struct StreamOptions {
    StreamRule rule = StreamRule::Koala;
    bool addEos = false;       // a second, trained EOS behind each record: EasyLM's default
    bool startWithBos = false; // newest: BOS instead of what stands in the first place of a row
};

struct HoldOut {
    double fraction = 0.0;
    bool given = false;   // the split that the source itself has
    std::string listFile; // uids, one a line, relative to the project
};

struct MixtureSource {
    std::string dataset;         // slug
    std::optional<double> share; // of the total; in no source: every row is taken
    std::int64_t repeat = 1;
    std::int64_t cap = 0; // 0: no cap
    std::int64_t sliceBegin = 0;
    std::int64_t sliceEnd = -1; // -1: to the end
    HoldOut holdOut;
    MarkerMode markers = MarkerMode::None;
};

struct Mixture {
    std::string name;
    std::uint64_t seed = 42;
    MixtureBasis basis = MixtureBasis::Rows;
    std::int64_t total = 0;   // in the basis; 0: as large as the shares allow
    std::string model;        // slug: whose tokeniser counts
    std::string chatTemplate; // "" : the model's own
    std::int64_t maxTokens = 2048;
    TooLong tooLong = TooLong::DropTurns;
    std::string system; // system message of records that have none; "": none
    std::vector<MixtureSource> sources;
    PackingMode packing = PackingMode::Documents;
    std::int64_t packingLength = 2048; // of stream: targets in a row
    StreamOptions stream;
    std::vector<std::string> excludePrompts; // prompt sets of the project
    bool allowEvaluationData = false;
};

// The longest sequence that training meets: a packed one, or without packing a dialogue.
std::int64_t sequenceTokens(const Mixture& mixture);

OrderedJson toJson(const Mixture& mixture);
// Checks every field and range; `what` names the file in messages.
Result<Mixture> mixtureFromJson(const Json& json, std::string_view what);
Result<Mixture> readMixture(const fs::path& path);
Status writeMixture(const fs::path& path, const Mixture& mixture);

std::string_view tooLongName(TooLong rule);       // drop_turns cut split
std::string_view basisName(MixtureBasis basis);   // rows tokens trained_tokens
std::string_view markerModeName(MarkerMode mode); // none chosen both

} // namespace koala
