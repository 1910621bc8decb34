#include "core/infer/batcher.h"

#include <algorithm>
#include <cmath>
#include <new>

#include <fmt/format.h>

namespace koala {
namespace {

// Tokens of prompts read in one step: alone, and while other answers are under way, which then
// wait.
constexpr std::size_t kPromptRows = 128;
constexpr std::size_t kPromptRowsBeside = 64;
constexpr std::size_t kScoreRows = 32; // each of them has logits

double secondsSince(std::chrono::steady_clock::time_point start)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

} // namespace

Batcher::Batcher(std::unique_ptr<Model> model, int sequences, std::size_t vocabulary)
    : m_model(std::move(model)), m_sequences(std::size_t(sequences)), m_vocabulary(vocabulary),
      m_sampler(m_model->kernels()), m_prefixes(m_model->config()), m_thread([this] { run(); })
{
}

Batcher::~Batcher()
{
    {
        const std::lock_guard lock(m_mutex);
        m_ending = true;
    }
    m_wake.notify_one();
    m_thread.join();
}

void Batcher::add(std::shared_ptr<Sequence> sequence)
{
    {
        const std::lock_guard lock(m_mutex);
        m_queue.push_back(std::move(sequence));
    }
    m_wake.notify_one();
}

void Batcher::wake()
{
    const std::lock_guard lock(m_mutex); // or the notice could fall between check and wait
    m_wake.notify_one();
}

void Batcher::run()
{
    while (true) {
        {
            std::unique_lock lock(m_mutex);
            m_wake.wait(lock, [&] { return m_ending || !m_queue.empty() || !m_active.empty(); });
            if (m_ending)
                break;
        }
        dropStopped();
        admit();
        step();
        std::erase_if(m_active, [](const auto& sequence) { return sequence->cache == nullptr; });
    }
    const std::lock_guard lock(m_mutex);
    for (const auto& sequence : m_active)
        sequence->finish("cancelled");
    for (const auto& sequence : m_queue)
        sequence->finish("cancelled");
}

void Batcher::dropStopped()
{
    for (const auto& sequence : m_active)
        if (sequence->stop.stop_requested())
            end(*sequence, "cancelled");
    std::erase_if(m_active, [](const auto& sequence) { return sequence->cache == nullptr; });
    const std::lock_guard lock(m_mutex);
    std::erase_if(m_queue, [](const auto& sequence) {
        if (!sequence->stop.stop_requested())
            return false;
        sequence->finish("cancelled");
        return true;
    });
}

void Batcher::admit()
{
    while (m_active.size() < m_sequences) {
        std::shared_ptr<Sequence> sequence;
        {
            const std::lock_guard lock(m_mutex);
            if (m_queue.empty())
                break;
            sequence = std::move(m_queue.front());
            m_queue.pop_front();
        }
        admitOne(std::move(sequence));
    }
}

void Batcher::admitOne(std::shared_ptr<Sequence> sequence)
{
    sequence->promptTokens = sequence->tokens.size();
    const std::size_t positions =
        sequence->tokens.size() +
        (sequence->scores ? 0 : std::size_t(sequence->settings.maxTokens));
    try {
        sequence->cache = std::make_shared<KvCache>(m_model->makeCache(positions));
    } catch (const std::bad_alloc&) {
        sequence->fail(
            unavailable(fmt::format("there is not enough memory for an answer of {} tokens; "
                                    "ask for fewer, or end other programs",
                positions)));
        return;
    }
    if (!sequence->scores)
        sequence->computed =
            m_prefixes.restore(sequence->tokens, sequence->adapter.get(), *sequence->cache);
    // Rows with the same adapter must stand together.
    const auto place = std::find_if(m_active.rbegin(), m_active.rend(),
        [&](const auto& other) { return other->adapter == sequence->adapter; });
    m_active.insert(place.base(), std::move(sequence));
}

void Batcher::step()
{
    const bool answering = std::any_of(m_active.begin(), m_active.end(),
        [](const auto& sequence) { return !sequence->scores && sequence->pending() == 1; });
    std::size_t promptRows = answering ? kPromptRowsBeside : kPromptRows;
    std::vector<std::size_t> counts; // rows of each active sequence
    m_rows.clear();
    for (const auto& sequence : m_active) {
        std::size_t count = sequence->pending();
        if (count > 1 || sequence->scores) {
            count = std::min({count, promptRows, sequence->scores ? kScoreRows : count});
            promptRows -= count;
        }
        counts.push_back(count);
        for (std::size_t i = 0; i < count; ++i) {
            const std::size_t position = sequence->computed + i;
            const bool last = position + 1 == sequence->tokens.size();
            m_rows.push_back({sequence->tokens[position], position, sequence->cache.get(),
                sequence->adapter.get(), sequence->scores ? !last : last});
        }
    }
    if (m_rows.empty())
        return;
    std::span<const float> logits = m_model->forward(m_rows);
    for (std::size_t i = 0; i < m_active.size(); ++i) {
        Sequence& sequence = *m_active[i];
        const std::size_t first = sequence.computed;
        sequence.computed += counts[i];
        const bool complete = sequence.pending() == 0;
        const std::size_t rows = sequence.scores ? counts[i] - (complete && counts[i] > 0 ? 1 : 0)
                                 : complete      ? 1
                                                 : 0;
        useLogits(sequence, first, logits.first(rows * m_model->vocabulary()));
        logits = logits.subspan(rows * m_model->vocabulary());
    }
}

// The logits that came for a sequence: of its positions from `first` on where it is only scored,
// else of its last one.
void Batcher::useLogits(Sequence& sequence, std::size_t first, std::span<const float> logits)
{
    if (!sequence.scores) {
        if (!logits.empty())
            addToken(sequence, logits.first(m_vocabulary));
        return;
    }
    for (std::size_t i = 0; i * m_model->vocabulary() < logits.size(); ++i) {
        const auto row = logits.subspan(i * m_model->vocabulary(), m_vocabulary);
        const auto next = std::size_t(sequence.tokens[first + i + 1]);
        sequence.logLikelihoods.push_back(double(row[next]) - m_sampler.logSumExp(row));
    }
    if (sequence.pending() == 0)
        end(sequence, "stop");
}

void Batcher::addToken(Sequence& sequence, std::span<const float> logits)
{
    const std::size_t answered = sequence.tokens.size() - sequence.promptTokens;
    if (answered == 0)
        sequence.promptSeconds = secondsSince(sequence.started);
    const double logSum = m_sampler.logSumExp(logits);
    if (!std::isfinite(logSum)) {
        sequence.cache = nullptr;
        return sequence.fail(invalidInput(
            "the model gives values that are no numbers; its weights are broken or its training "
            "diverged. Use another checkpoint"));
    }
    GeneratedToken token;
    token.token = m_sampler.choose(logits, sequence.settings, sequence.tokens, answered);
    if (std::find(sequence.stopTokens.begin(), sequence.stopTokens.end(), token.token) !=
        sequence.stopTokens.end())
        return end(sequence, "stop");
    token.logprob = double(logits[std::size_t(token.token)]) - logSum;
    if (sequence.alternatives > 0)
        token.alternatives = m_sampler.alternatives(logits, sequence.alternatives, logSum);
    token.text = sequence.text->add(token.token);
    sequence.tokens.push_back(token.token);
    sequence.hand(std::move(token));
    if (sequence.text->stopped())
        end(sequence, "stop");
    else if (answered + 1 == std::size_t(sequence.settings.maxTokens))
        end(sequence, "length");
    else if (sequence.stop.stop_requested())
        end(sequence, "cancelled");
}

void Batcher::end(Sequence& sequence, std::string reason)
{
    if (!sequence.scores) {
        if (std::string rest = sequence.text->finish(); !rest.empty())
            sequence.hand({-1, std::move(rest), 0, {}});
        m_prefixes.keep(
            sequence.tokens, sequence.computed, sequence.adapter.get(), std::move(sequence.cache));
    }
    sequence.cache = nullptr; // marks it as done for run()
    sequence.finish(std::move(reason));
}

} // namespace koala
