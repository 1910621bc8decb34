// tests/core/torch/train/training_support.h: a run folder with a tiny model and a few fixed
// sequences.
#pragma once

#include <map>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/base/sha256.h"
#include "core/run/run_list.h"
#include "core/run/series.h"
#include "core/torch/train/training_run.h"
#include "tests/support/temporary.h"
#include "tests/support/tiny_model.h"

namespace koala::test {

// Seeded sequences of two documents, the same in each epoch. The vocabulary's last token stands
// only in sequences counted in `poisoned`.
class ListSource final : public BatchSource {
public:
    ListSource(std::uint64_t count, std::int32_t vocabulary, std::uint64_t seed,
        std::set<std::uint64_t> poisoned = {})
        : m_count(count), m_vocabulary(vocabulary - 1), m_seed(seed),
          m_poisoned(std::move(poisoned))
    {
    }
    Result<PackedSequence> sequenceAt(std::uint64_t cursor) const override
    {
        TinyRandom random(m_seed * 1000 + cursor % m_count);
        PackedSequence sequence;
        for (const std::uint32_t length : {21U, 10U}) {
            const auto begin = std::uint32_t(sequence.tokens.size());
            sequence.documents.push_back({{length == 21 ? 0U : 1U, 0}, begin, length});
            auto token = std::int32_t(random.uniform() * m_vocabulary);
            for (std::uint32_t t = 0; t < length; ++t) {
                sequence.tokens.push_back(token);
                sequence.trained.push_back(t % 3 != 0 ? 1 : 0);
                token = (token * 3 + std::int32_t(random.uniform() * 4)) % m_vocabulary;
            }
        }
        if (m_poisoned.contains(cursor))
            sequence.tokens[4] = m_vocabulary;
        return sequence;
    }
    std::uint64_t sequences(std::uint64_t) const override { return m_count; }
    std::uint64_t epochOf(std::uint64_t cursor) const override { return cursor / m_count; }
    std::vector<std::string> sources() const override { return {"long", "short"}; }
    std::uint64_t trainedTokensPerEpoch() const override { return m_count * 20; }

private:
    std::uint64_t m_count;
    std::int32_t m_vocabulary;
    std::uint64_t m_seed;
    std::set<std::uint64_t> m_poisoned; // cursors
};

class TrainingRuns : public testing::Test {
protected:
    TrainingRuns()
    {
        model = folder.path() / "model";
        train.steps = 40;
        train.warmupSteps = 3;
        train.sequences = 2;
        train.maxTokens = 32;
        train.learningRate = 1e-2;
        train.precision = "fp32";
        train.method = "full";
        train.keep = 1000;
        train.threads = 1; // tiny products: a second thread would only wait
    }

    // Makes runs/<id> for the options in `train`.
    fs::path makeRun(const std::string& id)
    {
        Mixture mixture;
        mixture.name = "list";
        mixture.sources.resize(1);
        mixture.sources[0].dataset = "list";
        const auto hash = checkpointSha256(model);
        EXPECT_TRUE(hash.ok());
        OrderedJson config;
        config["version"] = 1;
        config["id"] = id;
        config["train"] = optionsToJson(bindOptions(train));
        config["template"] = "koala";
        config["model"] = {{"name", "tiny"}, {"path", model.string()}, {"sha256", *hash}};
        config["mixture"] = toJson(mixture);
        const auto made = createRun(folder.path() / "runs", id, config);
        EXPECT_TRUE(made.ok()) << made.error().message;
        return *made;
    }

    // Trains until done or until `stopAfter` updates are made.
    RunEndedEvent go(const fs::path& run, bool resume, std::int64_t stopAfter = -1,
        StopWish wish = StopWish::Save)
    {
        TrainingRunOptions options;
        options.runDirectory = run;
        options.resume = resume;
        options.program = "test";
        options.hooks.stopWish = [=](std::int64_t step) {
            return step == stopAfter ? wish : StopWish::None;
        };
        const auto ended =
            runTraining(options, [&](const RunConfig& config) -> Result<TrainingParts> {
                TrainingParts parts;
                parts.runDirectory = run;
                parts.config = config;
                KOALA_TRY(parts.base, openCheckpoint(model));
                const std::int32_t vocabulary = parts.base->config().vocabularySize;
                parts.training =
                    std::make_unique<ListSource>(sequencesOfEpoch, vocabulary, 1, poisoned);
                parts.holdOut = std::make_unique<ListSource>(3, vocabulary, 2);
                return parts;
            });
        EXPECT_TRUE(ended.ok()) << ended.error().message;
        return ended.ok() ? *ended : RunEndedEvent{};
    }

    static std::vector<Event> events(const fs::path& run)
    {
        EventLogReader reader(run);
        return reader.poll().value();
    }

    // Loss of each step, as a reader that knows of seams sees them.
    static std::vector<float> losses(const fs::path& run)
    {
        RunSeries series;
        series.add(events(run));
        return series.column(SeriesColumn::Loss);
    }

    static std::string finalState(const fs::path& run, std::int64_t step)
    {
        const auto hash = sha256File(checkpointDirectory(run, step) / "optimizer.safetensors");
        EXPECT_TRUE(hash.ok());
        return hash.ok() ? *hash : "";
    }

    TemporaryDirectory folder = temporaryDirectory();
    fs::path model;
    TrainConfig train;
    std::uint64_t sequencesOfEpoch = 12;
    std::set<std::uint64_t> poisoned;
};

} // namespace koala::test
