// core/torch/train/checkpoint_io.h: a run's checkpoints on disk (contracts, section 5). Everything
// is written into a hidden folder, synced, given its manifest and renamed; then read back and
// verified. So a crash or a full disk at any moment leaves the earlier checkpoints and nothing
// half.
//
// LoRA: PEFT's folder. Full fine-tune: a Hugging Face folder that transformers opens. Beside them
// optimizer.safetensors (fp32 masters and both moments), state.json and model_card.json. No pickle.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/run/checkpoints.h"
#include "core/text/tokenizer.h"
#include "core/torch/model/llama.h"
#include "core/torch/train/optimiser.h"
#include "core/torch/train/run_config.h"

namespace koala {

struct CheckpointContents {
    const RunConfig& config;
    const LlamaModel& model;
    const Optimiser& optimiser;
    const Tokenizer* tokenizer = nullptr; // for the special ids of a Hugging Face folder
    std::int64_t step = 0;
    std::uint64_t cursor = 0; // sequences consumed
    std::int64_t totalSteps = 0;
    std::int64_t threads = 0;
    bool markers = false;
    std::vector<std::int64_t> leftOut = {}; // updates that were not finite and not made
};

// Returns the bytes of the checkpoint. One that is already there and verifies is left as it is.
Result<std::int64_t> saveCheckpoint(
    const fs::path& runDirectory, const CheckpointContents& contents);

struct ResumeState {
    std::int64_t step = 0;
    std::uint64_t cursor = 0;
    std::vector<std::int64_t> leftOut;
};
// Puts values and moments of a verified checkpoint into model and optimiser. Says which option
// differs when the checkpoint does not fit the run's configuration.
Result<ResumeState> loadCheckpoint(
    const fs::path& checkpoint, const RunConfig& config, LlamaModel& model, Optimiser& optimiser);

// Removes what a save that was killed left. For the one process that holds the run's lock.
Status removeUnfinishedSaves(const fs::path& runDirectory);

// Checkpoints above `step` are put out of the way (checkpoints/.superseded-…): the run goes on from
// `step` and will write its own.
Status supersedeCheckpoints(const fs::path& runDirectory, std::int64_t step);

// Removes all but the `keep` newest complete checkpoints; pinned ones stay, and those that are not
// finite, which count for none. Returns what was
// removed.
Result<std::vector<CheckpointInfo>> pruneCheckpoints(
    const fs::path& runDirectory, std::int64_t keep);

} // namespace koala
