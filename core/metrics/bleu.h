// core/metrics/bleu.h: sentence BLEU as sacrebleu 2 computes it (Papineni and others 2002; tokens
// of mteval-v13a; exponential smoothing, Chen and Cherry 2014 method 3; effective order; brevity
// penalty), and the test that the Koala study cleaned its test set with: is a prompt within 20 BLEU
// of any training text (spec 01, section 12)? Scores run from 0 to 100. Pure; any thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace koala {

// The tokens of "13a". Texts must be valid UTF-8.
std::vector<std::string> tokenize13a(std::string_view text);

// Equal to sacrebleu.sentence_bleu(hypothesis, [reference]).score to 1e-9.
double sentenceBleu(std::string_view hypothesis, std::string_view reference);

struct BleuHit {
    std::uint32_t prompt = 0;
    double score = 0.0;
};

// Finds, for a text, every prompt whose BLEU against it (prompt as hypothesis, text as reference)
// is above the threshold, with the exact score. What cannot pass is left out by bounds that never
// leave out what can: the lengths, then the pairs of words in common. A prompt so short that words
// without a common pair could pass is looked up by its words.
class BleuIndex {
public:
    BleuIndex(std::span<const std::string> prompts, double threshold);
    BleuIndex(BleuIndex&&) noexcept;
    ~BleuIndex();

    // Working memory of one thread, for many calls.
    class Scratch {
    public:
        Scratch();
        ~Scratch();

    private:
        friend class BleuIndex;
        struct State;
        std::unique_ptr<State> m_state;
    };
    // Replaces `hits`, in the order of the prompts.
    void find(std::string_view text, Scratch& scratch, std::vector<BleuHit>& hits) const;

private:
    struct State;
    std::unique_ptr<State> m_state;
};

} // namespace koala
