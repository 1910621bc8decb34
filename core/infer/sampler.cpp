#include "core/infer/sampler.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace koala {
namespace {

constexpr double kGreedyTemperature = 1e-5;
constexpr double kGreedyTopP = 1e-8;

std::uint64_t mix(std::uint64_t z)
{
    z += 0x9e3779b97f4a7c15ULL;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
    return z ^ z >> 31;
}

// By value, the lower id among equals.
struct Likelier {
    std::span<const float> values;
    bool operator()(std::int32_t a, std::int32_t b) const
    {
        const float x = values[std::size_t(a)];
        const float y = values[std::size_t(b)];
        return x != y ? x > y : a < b;
    }
};

bool isGreedy(const GenerationSettings& settings)
{
    return settings.temperature < kGreedyTemperature || settings.topP < kGreedyTopP;
}

} // namespace

double uniformAt(std::uint64_t seed, std::uint64_t position)
{
    return double(mix(mix(seed) ^ position) >> 11) * 0x1p-53;
}

void Sampler::penalize(const GenerationSettings& settings, std::span<const std::int32_t> history)
{
    if (settings.repetitionPenalty == 1.0)
        return;
    m_distinct.assign(history.begin(), history.end());
    std::sort(m_distinct.begin(), m_distinct.end());
    m_distinct.erase(std::unique(m_distinct.begin(), m_distinct.end()), m_distinct.end());
    const auto penalty = float(settings.repetitionPenalty);
    for (const std::int32_t token : m_distinct) {
        if (token < 0 || std::size_t(token) >= m_work.size())
            continue;
        float& logit = m_work[std::size_t(token)];
        logit = logit > 0 ? logit / penalty : logit * penalty;
    }
}

std::int32_t Sampler::choose(std::span<const float> logits, const GenerationSettings& settings,
    std::span<const std::int32_t> history, std::uint64_t position)
{
    if (isGreedy(settings)) {
        m_work.assign(logits.begin(), logits.end());
        penalize(settings, history);
        return std::int32_t(std::max_element(m_work.begin(), m_work.end()) - m_work.begin());
    }
    const double uniform = uniformAt(settings.seed, position);
    if (settings.topK == 0 && settings.topP >= 1 && settings.minP <= 0) { // no order is needed
        double left = uniform * prepare(logits, settings, history);
        std::int32_t last = 0;
        for (const std::int32_t token : m_order) {
            const double term = m_work[std::size_t(token)];
            left -= term;
            if (left < 0)
                return token;
            last = term > 0 ? token : last;
        }
        return last; // rounding left a little over
    }
    const std::vector<Candidate> all = candidates(logits, settings, history);
    double left = uniform;
    for (const Candidate& candidate : all) {
        left -= candidate.probability;
        if (left < 0)
            return candidate.token;
    }
    return all.back().token;
}

double Sampler::prepare(std::span<const float> logits, const GenerationSettings& settings,
    std::span<const std::int32_t> history)
{
    m_work.assign(logits.begin(), logits.end());
    const auto inverse = float(1.0 / settings.temperature);
    for (float& logit : m_work)
        logit *= inverse;
    penalize(settings, history);
    m_order.resize(m_work.size());
    std::iota(m_order.begin(), m_order.end(), 0);
    if (settings.topK > 0 && std::size_t(settings.topK) < m_order.size()) {
        std::nth_element(m_order.begin(), m_order.begin() + (settings.topK - 1), m_order.end(),
            Likelier{m_work});
        m_order.resize(std::size_t(settings.topK));
    }
    float largest = m_work[std::size_t(m_order.front())];
    for (const std::int32_t token : m_order)
        largest = std::max(largest, m_work[std::size_t(token)]);
    m_kernels.raise(m_work.data(), m_work.size(), largest);
    double total = 0;
    for (const std::int32_t token : m_order)
        total += m_work[std::size_t(token)];
    return total;
}

std::vector<Candidate> Sampler::candidates(std::span<const float> logits,
    const GenerationSettings& settings, std::span<const std::int32_t> history)
{
    const double total = prepare(logits, settings, history);
    // Sorts as much as is needed; the likeliest tokens usually hold nearly everything.
    std::vector<Candidate> kept;
    double mass = 0;
    std::size_t sorted = 0;
    for (std::size_t i = 0; i < m_order.size(); ++i) {
        if (i == sorted) {
            const std::size_t next =
                std::min(m_order.size(), std::max<std::size_t>(64, sorted * 4));
            std::partial_sort(m_order.begin() + std::ptrdiff_t(sorted),
                m_order.begin() + std::ptrdiff_t(next), m_order.end(), Likelier{m_work});
            sorted = next;
        }
        const double term = m_work[std::size_t(m_order[i])]; // the likeliest has exp(0) = 1
        if (!kept.empty() && (mass >= settings.topP * total || term < settings.minP || term == 0))
            break;
        mass += term;
        kept.push_back({m_order[i], term});
    }
    for (Candidate& candidate : kept)
        candidate.probability /= mass;
    return kept;
}

double Sampler::logSumExp(std::span<const float> logits)
{
    m_work.assign(logits.begin(), logits.end());
    const float largest = *std::max_element(m_work.begin(), m_work.end());
    // A NaN anywhere makes the sum one, wherever it stood.
    return double(largest) +
           std::log(double(m_kernels.raise(m_work.data(), m_work.size(), largest)));
}

std::vector<TokenAlternative> Sampler::alternatives(
    std::span<const float> logits, int count, double logSum)
{
    m_order.resize(logits.size());
    std::iota(m_order.begin(), m_order.end(), 0);
    const std::size_t wanted = std::min(logits.size(), std::size_t(std::max(0, count)));
    std::partial_sort(
        m_order.begin(), m_order.begin() + std::ptrdiff_t(wanted), m_order.end(), Likelier{logits});
    std::vector<TokenAlternative> result;
    for (std::size_t i = 0; i < wanted; ++i)
        result.push_back({m_order[i], double(logits[std::size_t(m_order[i])]) - logSum});
    return result;
}

} // namespace koala
