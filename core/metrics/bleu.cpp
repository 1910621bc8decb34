#include "core/metrics/bleu.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <deque>
#include <string>
#include <unordered_map>

#include <boost/unordered/unordered_flat_map.hpp>

#include "core/metrics/bleu_tokens.h"

namespace koala {
namespace {

constexpr std::size_t kOrder = 4;
using Counts = std::array<std::uint32_t, kOrder>; // of n-grams, n = 1 to 4

Counts totalsOf(std::size_t length)
{
    Counts totals{};
    for (std::size_t n = 0; n < kOrder; ++n)
        totals[n] = std::uint32_t(length > n ? length - n : 0);
    return totals;
}

// The score from its counts; `lengthOfText` is the reference's.
double scoreOf(const Counts& correct, std::size_t length, std::size_t lengthOfText)
{
    if (correct[0] == 0)
        return 0.0;
    const Counts totals = totalsOf(length);
    double smooth = 1.0;
    double sum = 0.0;
    std::size_t order = 0;
    for (; order < kOrder && totals[order] > 0; ++order) {
        if (correct[order] == 0) {
            smooth *= 2.0;
            sum += std::log(100.0 / (smooth * totals[order]));
        } else {
            sum += std::log(100.0 * correct[order] / totals[order]);
        }
    }
    const double penalty =
        length < lengthOfText ? std::exp(1.0 - double(lengthOfText) / double(length)) : 1.0;
    return penalty * std::exp(sum / double(order));
}

struct HashView {
    std::size_t operator()(std::string_view text) const
    {
        return std::hash<std::string_view>()(text);
    }
};

constexpr std::uint32_t kNone = ~std::uint32_t(0);

struct Posting {
    std::uint32_t prompt;
    std::uint32_t count; // of the n-gram in the prompt
};

struct Node { // one n-gram of some prompt
    std::uint32_t depth;
    std::vector<Posting> prompts;
};

struct Prompt {
    std::size_t tokens = 0;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> grams; // node, count
    std::uint32_t fewestPairs = 0; // pairs in common below which the threshold is out of reach
    std::size_t longestText = 0;   // tokens above which the brevity penalty alone is too much
};

} // namespace

std::vector<std::string> tokenize13a(std::string_view text)
{
    Tokenizer13a tokenizer;
    const auto& tokens = tokenizer.split(text);
    return {tokens.begin(), tokens.end()};
}

double sentenceBleu(std::string_view hypothesis, std::string_view reference)
{
    const std::string one(hypothesis);
    std::vector<BleuHit> hits;
    BleuIndex::Scratch scratch;
    // Below every score but 0: nothing is left out.
    BleuIndex(std::span(&one, 1), -1.0).find(reference, scratch, hits);
    return hits.empty() ? 0.0 : hits.front().score;
}

struct BleuIndex::State {
    double threshold = 0.0;
    std::deque<std::string> words; // what the keys of ids look at
    boost::unordered_flat_map<std::string_view, std::uint32_t, HashView> ids;
    boost::unordered_flat_map<std::uint64_t, std::uint32_t> children; // node << 32 | word -> node
    std::vector<Node> nodes; // the first ones are the words themselves
    std::vector<Prompt> prompts;
    std::vector<std::uint32_t> short_; // prompts that may pass without a pair in common
    std::size_t longestText = 0;

    std::uint32_t wordOf(std::string_view token)
    {
        const auto at = ids.find(token);
        if (at != ids.end())
            return at->second;
        words.emplace_back(token);
        const auto id = std::uint32_t(words.size() - 1);
        ids.emplace(words.back(), id);
        return id;
    }

    std::uint32_t childOf(std::uint32_t node, std::uint32_t word) const
    {
        const auto at = children.find(std::uint64_t(node) << 32 | word);
        return at == children.end() ? kNone : at->second;
    }

    void addPrompt(const std::vector<std::uint32_t>& tokens);
    void setBounds(Prompt& prompt) const;
};

void BleuIndex::State::addPrompt(const std::vector<std::uint32_t>& tokens)
{
    const auto number = std::uint32_t(prompts.size());
    Prompt prompt;
    prompt.tokens = tokens.size();
    std::unordered_map<std::uint32_t, std::uint32_t> counts;
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        std::uint32_t node = tokens[i];
        ++counts[node];
        for (std::size_t n = 1; n < kOrder && i + n < tokens.size(); ++n) {
            const std::uint64_t key = std::uint64_t(node) << 32 | tokens[i + n];
            const auto [at, fresh] = children.emplace(key, std::uint32_t(nodes.size()));
            if (fresh)
                nodes.push_back({std::uint32_t(n), {}});
            node = at->second;
            ++counts[node];
        }
    }
    for (const auto& [node, count] : counts) {
        nodes[node].prompts.push_back({number, count});
        prompt.grams.emplace_back(node, count);
    }
    setBounds(prompt);
    longestText = std::max(longestText, prompt.longestText);
    if (prompt.fewestPairs == 0)
        short_.push_back(number);
    prompts.push_back(std::move(prompt));
}

// With every word in common, k pairs, and no more longer n-grams than pairs (a matched n-gram's
// first two words are a matched pair, counted no more often), the score is the highest possible;
// it grows with k.
void BleuIndex::State::setBounds(Prompt& prompt) const
{
    const Counts totals = totalsOf(prompt.tokens);
    std::uint32_t pairs = 0;
    const auto highest = [&](std::uint32_t k) {
        return scoreOf(
            {totals[0], std::min(totals[1], k), std::min(totals[2], k), std::min(totals[3], k)},
            prompt.tokens, 0);
    };
    // A hair below the threshold: rounding never leaves out what would pass.
    const double least = threshold - 1e-6;
    while (pairs <= totals[1] && highest(pairs) <= least)
        ++pairs;
    prompt.fewestPairs = pairs;
    prompt.longestText =
        threshold <= 0.0 ? ~std::size_t(0)
                         : std::size_t(double(prompt.tokens) * (1.0 - std::log(least / 100.0))) + 1;
}

BleuIndex::BleuIndex(std::span<const std::string> prompts, double threshold)
    : m_state(std::make_unique<State>())
{
    State& state = *m_state;
    state.threshold = threshold;
    Tokenizer13a tokenizer;
    std::vector<std::vector<std::uint32_t>> tokens(prompts.size());
    for (std::size_t p = 0; p < prompts.size(); ++p)
        for (const std::string_view token : tokenizer.split(prompts[p]))
            tokens[p].push_back(state.wordOf(token));
    state.nodes.resize(state.words.size(), {0, {}});
    for (const std::vector<std::uint32_t>& list : tokens)
        state.addPrompt(list);
}

BleuIndex::BleuIndex(BleuIndex&&) noexcept = default;
BleuIndex::~BleuIndex() = default;

struct BleuIndex::Scratch::State {
    Tokenizer13a tokenizer;
    std::vector<std::uint32_t> words;   // of the text, kNone for those of no prompt
    std::vector<std::uint32_t> counts;  // by node: how often the text has it
    std::vector<std::uint32_t> touched; // nodes with a count
    std::vector<std::uint32_t> pairs;   // by prompt: pairs in common
    std::vector<std::uint32_t> seen;    // prompts with a pair in common
};

BleuIndex::Scratch::Scratch() : m_state(std::make_unique<State>()) {}
BleuIndex::Scratch::~Scratch() = default;

namespace {

void countGrams(const auto& index, auto& scratch)
{
    scratch.counts.resize(index.nodes.size(), 0);
    const auto touch = [&](std::uint32_t node) {
        if (scratch.counts[node]++ == 0)
            scratch.touched.push_back(node);
    };
    const std::vector<std::uint32_t>& words = scratch.words;
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::uint32_t node = words[i];
        if (node == kNone)
            continue;
        touch(node);
        for (std::size_t n = 1; n < kOrder && i + n < words.size(); ++n) {
            if (words[i + n] == kNone)
                break;
            node = index.childOf(node, words[i + n]);
            if (node == kNone)
                break;
            touch(node);
        }
    }
}

void countPairs(const auto& index, auto& scratch)
{
    scratch.pairs.resize(index.prompts.size(), 0);
    for (const std::uint32_t node : scratch.touched) {
        if (index.nodes[node].depth != 1)
            continue;
        for (const Posting& posting : index.nodes[node].prompts) {
            if (scratch.pairs[posting.prompt] == 0)
                scratch.seen.push_back(posting.prompt);
            scratch.pairs[posting.prompt] += std::min(posting.count, scratch.counts[node]);
        }
    }
}

} // namespace

void BleuIndex::find(std::string_view text, Scratch& scratch, std::vector<BleuHit>& hits) const
{
    hits.clear();
    const State& index = *m_state;
    Scratch::State& work = *scratch.m_state;
    const std::vector<std::string_view>& tokens = work.tokenizer.split(text);
    if (tokens.size() > index.longestText)
        return;
    work.words.clear();
    for (const std::string_view token : tokens) {
        const auto at = index.ids.find(token);
        work.words.push_back(at == index.ids.end() ? kNone : at->second);
    }
    countGrams(index, work);
    countPairs(index, work);
    for (const std::uint32_t prompt : index.short_)
        if (work.pairs[prompt] == 0)
            work.seen.push_back(prompt);
    std::sort(work.seen.begin(), work.seen.end());
    for (const std::uint32_t number : work.seen) {
        const Prompt& prompt = index.prompts[number];
        if (work.pairs[number] < prompt.fewestPairs || tokens.size() > prompt.longestText)
            continue;
        Counts correct{};
        for (const auto& [node, count] : prompt.grams)
            correct[index.nodes[node].depth] += std::min(count, work.counts[node]);
        const double score = scoreOf(correct, prompt.tokens, tokens.size());
        if (score > index.threshold)
            hits.push_back({number, score});
    }
    for (const std::uint32_t node : work.touched)
        work.counts[node] = 0;
    for (const std::uint32_t prompt : work.seen)
        work.pairs[prompt] = 0;
    work.touched.clear();
    work.seen.clear();
}

} // namespace koala
