// core/infer/batcher.h: the one thread that owns the model. It takes sequences from a queue, and
// each step computes the next token of every answer that is under way together with a piece of the
// prompts that are not read yet. A sequence ends by a stop token, a stop string, its length, or a
// requested stop (within one step).
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "core/infer/prefix_store.h"
#include "core/infer/sampler.h"
#include "core/infer/sequence.h"

namespace koala {

class Batcher {
public:
    // `vocabulary`: ids that may be drawn; the tokeniser's size, where the model's is padded.
    Batcher(std::unique_ptr<Model> model, int sequences, std::size_t vocabulary);
    ~Batcher(); // ends what is running as cancelled

    void add(std::shared_ptr<Sequence> sequence);
    void wake(); // after a stop was requested of a waiting sequence

    const Model& model() const { return *m_model; } // its facts only

private:
    void run();
    void admit();
    void admitOne(std::shared_ptr<Sequence> sequence);
    void dropStopped();
    void step();
    void useLogits(Sequence& sequence, std::size_t first, std::span<const float> logits);
    void addToken(Sequence& sequence, std::span<const float> logits);
    void end(Sequence& sequence, std::string reason);

    std::unique_ptr<Model> m_model;
    const std::size_t m_sequences;
    const std::size_t m_vocabulary;
    Sampler m_sampler;
    PrefixStore m_prefixes;
    std::vector<std::shared_ptr<Sequence>> m_active;
    std::vector<ModelRow> m_rows;

    std::mutex m_mutex;
    std::condition_variable m_wake;
    std::deque<std::shared_ptr<Sequence>> m_queue; // under the mutex
    bool m_ending = false;                         // under the mutex
    std::jthread m_thread;                         // last: it uses all of the above
};

} // namespace koala
