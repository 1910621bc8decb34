// core/metrics/min_hash.h: texts that are nearly the same, found among many (Broder 1997: MinHash
// with 128 permutations over runs of words; Indyk and Motwani 1998: bands of the signature as
// keys). Candidates are checked by their exact Jaccard similarity, so nothing is taken that is not
// as similar as asked for; a pair at the threshold is missed with a chance below 1 %.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/metrics/ngrams.h"

namespace koala {

inline constexpr std::size_t kMinHashes = 128;
using MinHashSignature = std::array<std::uint32_t, kMinHashes>;

// Hashes of the runs of `words` words, sorted, each once; a shorter text is one run. Empty for a
// text without words.
void shinglesOf(std::string_view text, std::size_t words, std::vector<std::uint32_t>& shingles);
void minHash(std::span<const std::uint32_t> shingles, MinHashSignature& signature);
// Shared parts of two sorted lists: |a and b| / |a or b|; 0 where both are empty.
double jaccard(std::span<const std::uint32_t> a, std::span<const std::uint32_t> b);

struct NearDuplicateOptions {
    double threshold = 0.8; // Jaccard similarity of the runs of words, 0.3 to 1
    std::size_t words = 5;  // in a run
    unsigned threads = 2;
};

struct NearDuplicate {
    std::uint64_t document = 0;
    std::uint64_t like = 0; // the document of the group that it is most like
    double similarity = 0.0;
};

struct NearDuplicates {
    // Groups of two or more, each ascending, ordered by their first document.
    std::vector<std::vector<std::uint64_t>> groups;
    std::vector<NearDuplicate> links; // one for every document of a group but its first, ascending
};

class NearDuplicateFinder {
public:
    // Documents are numbered 0 to documents - 1. Holds 512 bytes of each.
    NearDuplicateFinder(std::uint64_t documents, const NearDuplicateOptions& options);
    // Threads may add different documents at once. Texts without words are never near anything.
    void add(std::uint64_t document, std::string_view text);
    // Gives a document's text once more, for the exact check; any thread.
    using TextOf = std::function<Result<std::string>(std::uint64_t document)>;
    Result<NearDuplicates> find(const TextOf& textOf, std::stop_token stop = {}) const;

private:
    NearDuplicateOptions m_options;
    std::vector<MinHashSignature> m_signatures;
    std::vector<std::uint8_t> m_present;
};

} // namespace koala
