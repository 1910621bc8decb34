// core/data/mix/diversity.h: how varied a mixture is: distinct runs of words, near duplicates,
// dialogues of several rounds, languages, what is asked for, lengths, and which surface features go
// with good answers.
//
// Big mixtures are measured on a sample of distinct rows, drawn with the mixture's seed; the report
// says how many were read. One call a thread; the mixture may be shared.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "core/data/mix/association.h"
#include "core/data/mix/training_stream.h"

namespace koala {

struct DiversityOptions {
    std::uint64_t sample = 20'000; // rows read, all of a prompt or none; 0: all
    std::size_t verbs = 20;        // most used ones
    std::size_t objects = 4;       // of each verb
    double nearThreshold = 0.8;    // Jaccard similarity of runs of five words
    std::function<void(std::uint64_t done, std::uint64_t total)> progress;
    std::stop_token stop;
};

struct NgramVariety {
    int n = 1;
    std::uint64_t total = 0;
    std::uint64_t distinct = 0;
    double share() const { return total > 0 ? double(distinct) / double(total) : 0.0; }
};

struct Quantiles { // of rows
    std::uint64_t least = 0, p5 = 0, p25 = 0, median = 0, p75 = 0, p95 = 0, most = 0;
    double mean = 0;
};

struct NamedCount {
    std::string name;
    std::uint64_t rows = 0;
};

// As in the figure of self-instruct (Wang et al. 2023, figure 3), without a parser: the verb is the
// first word of the first request if it is in a list of English verbs (after "please", "can you",
// "could you", …), its object the first word after it that is no article, pronoun, preposition,
// number or adjective of a short list.
struct RequestVerb {
    std::string verb;
    std::uint64_t rows = 0;
    std::vector<NamedCount> objects; // most used first
};

struct SourceDiversity {
    std::string dataset;
    std::uint64_t rows = 0; // of the sample
    std::uint64_t multiTurn = 0;
    NgramVariety bigrams; // of its answers
};

struct DiversityReport {
    std::uint64_t rows = 0;     // of an epoch, with repeats
    std::uint64_t distinct = 0; // different rows among them
    std::uint64_t sampled = 0;  // of those, read
    std::uint64_t seed = 0;
    std::vector<NgramVariety> requests; // 1 to 3 words, of user turns
    std::vector<NgramVariety> answers;  // of assistant turns
    std::uint64_t prompts = 0;          // different first requests of the sample
    std::uint64_t nearGroups = 0;       // groups of near duplicates among them
    std::uint64_t nearRows = 0;         // requests in those groups
    std::uint64_t largestNearGroup = 0;
    std::uint64_t multiTurn = 0;         // rows with more than one answer
    std::vector<NamedCount> languages;   // of user texts, most used first; "" not detected
    std::uint64_t rowsWithVerb = 0;      // first requests that begin with a known verb
    std::vector<RequestVerb> verbs;      // most used first
    Quantiles tokens;                    // as trained
    Quantiles requestWords, answerWords; // of all turns of a row together
    Quantiles rounds;
    std::vector<SourceDiversity> sources;         // in the mixture's order
    std::uint64_t labelled = 0;                   // answers with a label
    std::vector<FeatureAssociation> associations; // empty without labels of both sides
};

Result<DiversityReport> measureDiversity(
    const ResolvedMixture& mixture, const DiversityOptions& options);

OrderedJson toJson(const DiversityReport& report);

} // namespace koala
