// core/data/mix/association.h: which features of the surface go with good and with bad answers, so
// that one sees what a model could learn from a mixture besides being helpful (length, lists, code,
// quoted sources, marker words).
//
// Good are preferred and positively rated answers, bad are rejected and negatively rated ones. Over
// all of them: the shares, and the log odds ratio with Woolf's 95 % interval (Woolf 1955, with
// Haldane's half added to each cell). Over complete pairs, which hold the prompt fixed: the
// conditional odds ratio of the pairs in which only one answer has the feature (McNemar 1947) with
// the exact interval that follows from Clopper and Pearson's (1934). Pure; not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/data/conversation.h"

namespace koala {

struct AnswerFeature {
    std::string_view id;    // in --json: never renamed
    std::string_view title; // "longer than the median answer"
};
// In the order of reports. `longer` is over the median of all answers, within a pair the longer of
// the two.
std::span<const AnswerFeature> answerFeatures();

struct OddsRatio {
    double log = 0; // natural; above 0: goes with good answers
    double low = 0; // 95 %; infinite where the data set no bound
    double high = 0;
};

struct FeatureAssociation {
    std::string_view feature; // id
    std::string_view title;
    std::uint64_t good = 0, goodWith = 0;
    std::uint64_t bad = 0, badWith = 0;
    std::optional<OddsRatio> odds;           // absent without answers of both sides
    std::uint64_t pairs = 0;                 // complete ones
    std::uint64_t onlyGood = 0, onlyBad = 0; // pairs in which only that answer has it
    std::optional<OddsRatio> pairedOdds;     // absent without such pairs
};

class AssociationCounter {
public:
    AssociationCounter();
    ~AssociationCounter();
    // Records without a label are passed over; so are ties.
    void add(const Conversation& conversation);
    std::uint64_t answers() const; // with a label
    std::vector<FeatureAssociation> finish() const;

private:
    struct Answer;
    std::vector<Answer> m_answers;
};

// Woolf's interval of a 2 x 2 table; the exact conditional one of two discordant counts.
OddsRatio woolfOdds(std::uint64_t goodWith, std::uint64_t goodWithout, std::uint64_t badWith,
    std::uint64_t badWithout);
OddsRatio pairedOdds(std::uint64_t onlyGood, std::uint64_t onlyBad);

} // namespace koala
