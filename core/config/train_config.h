// core/config/train_config.h: everything a training recipe says, declared once. A recipe is a TOML
// file with these keys; the run's config.json holds all of them under "train".
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/config/options.h"

namespace koala {

struct TrainConfig {
    std::string model;
    std::string mixture;
    std::string chatTemplate;
    std::string method = "lora";
    std::string precision = "bf16";

    std::int64_t steps = 0;
    double epochs = 1.0;
    std::int64_t sequences = 2;
    std::int64_t accumulate = 1;
    std::int64_t globalBatchTokens = 0;
    std::int64_t maxTokens = 512;

    std::string loss = "token_mean";
    std::string optimiser = "adamw";
    double learningRate = 2e-4;
    double finalLearningRate = 0.0;
    std::int64_t warmupSteps = 5;
    double warmupShare = 0.0;
    std::int64_t firstUpdate = 1;
    std::string schedule = "cosine";
    std::string firstMoment = "fp32";
    double weightDecay = 0.0;
    double beta1 = 0.9;
    double beta2 = 0.95;
    double epsilon = 1e-8;
    double clip = 1.0;

    double residualDropout = 0.0;
    double embeddingDropout = 0.0;
    double attentionDropout = 0.0;
    double fcmMinRatio = 0.0;
    double fcmMaxRatio = 0.0;

    std::int64_t loraRank = 16;
    double loraAlpha = 32.0;
    double loraDropout = 0.0;
    std::vector<std::string> loraTargets{
        "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"};

    std::int64_t saveEvery = 0;
    std::int64_t keep = 3;
    std::int64_t evaluateEvery = 0;
    std::int64_t evaluateSequences = 16;
    std::vector<std::string> samplePrompts;
    std::int64_t sampleTokens = 48;

    std::int64_t seed = 42;
    std::int64_t threads = 0;

    template <typename Visitor>
    void visit(Visitor& visitor)
    {
        visitor("model", model,
            {.help = "base model: a slug of the project, RUN@STEP, a folder or a file",
                .group = "What"});
        visitor(
            "mixture", mixture, {.help = "mixture of the project, by its slug", .group = "What"});
        visitor("template", chatTemplate,
            {.help = "chat template; empty: the mixture's, else the model's own",
                .choices = {"", "koala", "chatml", "vicuna", "alpaca", "llama-2", "llama-3", "raw"},
                .group = "What"});
        visitor("method", method,
            {.help = "train an adapter or all weights",
                .choices = {"lora", "full"},
                .group = "What"});
        visitor("precision", precision,
            {.help = "numbers of the computation; auto: bf16 where this processor computes it fast "
                     "(AVX-512), else fp32",
                .choices = {"auto", "bf16", "fp32"},
                .group = "What"});

        visitor("steps", steps,
            {.help = "optimiser updates; 0: as many as the epochs need",
                .min = 0,
                .max = 1e7,
                .unit = "steps",
                .group = "Length"});
        visitor("epochs", epochs,
            {.help = "times the mixture is seen, where steps is 0",
                .min = 0.001,
                .max = 1000,
                .group = "Length"});
        visitor("sequences", sequences,
            {.help = "packed sequences computed at once",
                .min = 1,
                .max = 4096,
                .group = "Length"});
        visitor("accumulate", accumulate,
            {.help = "such batches in one update", .min = 1, .max = 65536, .group = "Length"});
        visitor("global_batch_tokens", globalBatchTokens,
            {.help = "tokens of one update; when set, accumulate follows from it",
                .min = 0,
                .max = 1e9,
                .unit = "tokens",
                .group = "Length",
                .advanced = true});
        visitor("max_tokens", maxTokens,
            {.help = "length of a packed sequence; the mixture's unless given with --set",
                .min = 8,
                .max = 1048576,
                .unit = "tokens",
                .group = "Length"});

        visitor("loss", loss,
            {.help = "mean over the update's trained tokens; over its batches of token means "
                     "(transformers); or over its rows of token means (EasyLM)",
                .choices = {"token_mean", "batch_mean", "row_mean"},
                .group = "Optimiser",
                .advanced = true});
        visitor("optimiser", optimiser,
            {.help = "AdamW, or the rules of EasyLM whose steps are relative to each tensor's size",
                .choices = {"adamw", "scaled_adam", "palm"},
                .group = "Optimiser"});
        visitor("learning_rate", learningRate,
            {.help = "peak learning rate", .min = 0.0, .max = 1.0, .group = "Optimiser"});
        visitor("final_learning_rate", finalLearningRate,
            {.help = "where cosine and linear schedules end",
                .min = 0.0,
                .max = 1.0,
                .group = "Optimiser",
                .advanced = true});
        visitor("warmup_steps", warmupSteps,
            {.help = "updates until the peak is reached",
                .min = 0,
                .max = 1e6,
                .unit = "steps",
                .group = "Optimiser"});
        visitor("warmup_share", warmupShare,
            {.help = "the warm-up as a share of all updates, in place of warmup_steps; 0: unused",
                .min = 0.0,
                .max = 1.0,
                .group = "Optimiser",
                .advanced = true});
        visitor("first_update", firstUpdate,
            {.help = "number of the first update in the schedule; 0, as EasyLM and transformers "
                     "count, gives it the rate 0 of a warm-up",
                .min = 0,
                .max = 1,
                .group = "Optimiser",
                .advanced = true});
        visitor("schedule", schedule,
            {.help = "learning rate after the warm-up; palm falls with the root of the updates",
                .choices = {"constant", "cosine", "linear", "palm"},
                .group = "Optimiser"});
        visitor("first_moment", firstMoment,
            {.help = "how scaled_adam and palm keep the mean of steps; EasyLM rounds it to bf16",
                .choices = {"fp32", "bf16"},
                .group = "Optimiser",
                .advanced = true});
        visitor("weight_decay", weightDecay,
            {.help = "decoupled decay of every trained weight",
                .min = 0.0,
                .max = 1.0,
                .group = "Optimiser",
                .advanced = true});
        visitor("beta1", beta1,
            {.help = "decay of the mean of gradients",
                .min = 0.0,
                .max = 0.99999,
                .group = "Optimiser",
                .advanced = true});
        visitor("beta2", beta2,
            {.help = "decay of the mean of their squares",
                .min = 0.0,
                .max = 0.9999999,
                .group = "Optimiser",
                .advanced = true});
        visitor("epsilon", epsilon,
            {.help = "added to the root of the second moment",
                .min = 1e-20,
                .max = 1.0,
                .group = "Optimiser",
                .advanced = true});
        visitor("clip", clip,
            {.help = "largest norm of the gradient; 0: never clipped",
                .min = 0.0,
                .max = 1e6,
                .group = "Optimiser",
                .advanced = true});

        const auto share = [&](const char* name, double& value, const char* help) {
            visitor(name, value,
                {.help = help,
                    .min = 0.0,
                    .max = 0.9,
                    .group = "Regularisation",
                    .advanced = true});
        };
        share("residual_dropout", residualDropout,
            "share dropped of what attention and MLP add (resid_pdrop)");
        share("embedding_dropout", embeddingDropout,
            "share dropped of the embedded tokens (embd_pdrop)");
        share("attention_dropout", attentionDropout,
            "share dropped of attention's probabilities (attn_pdrop)");
        share("fcm_min_ratio", fcmMinRatio,
            "forgetful causal mask: least share of earlier tokens hidden from each query");
        share(
            "fcm_max_ratio", fcmMaxRatio, "forgetful causal mask: largest such share; 0: no mask");

        visitor("lora_rank", loraRank,
            {.help = "rank of the adapter", .min = 1, .max = 1024, .group = "Adapter"});
        visitor("lora_alpha", loraAlpha,
            {.help = "scale of the adapter times its rank",
                .min = 0.001,
                .max = 65536,
                .group = "Adapter"});
        visitor("lora_dropout", loraDropout,
            {.help = "share of an adapter's inputs dropped while training",
                .min = 0.0,
                .max = 0.9,
                .group = "Adapter",
                .advanced = true});
        visitor("lora_targets", loraTargets,
            {.help = "matrices that get an adapter",
                .choices = {"q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj",
                    "down_proj"},
                .group = "Adapter",
                .advanced = true});

        visitor("save_every", saveEvery,
            {.help = "updates between checkpoints; 0: only at the end",
                .min = 0,
                .max = 1e7,
                .unit = "steps",
                .group = "Checkpoints and measures"});
        visitor("keep", keep,
            {.help = "newest checkpoints kept beside pinned ones",
                .min = 2,
                .max = 1000,
                .group = "Checkpoints and measures"});
        visitor("evaluate_every", evaluateEvery,
            {.help = "updates between measures of the held-out loss; 0: at start and end",
                .min = 0,
                .max = 1e7,
                .unit = "steps",
                .group = "Checkpoints and measures"});
        visitor("evaluate_sequences", evaluateSequences,
            {.help = "held-out sequences measured; 0: all of them",
                .min = 0,
                .max = 1e6,
                .group = "Checkpoints and measures",
                .advanced = true});
        visitor("sample_prompts", samplePrompts,
            {.help = "prompts answered at each measure of the held-out loss",
                .group = "Checkpoints and measures",
                .advanced = true});
        visitor("sample_tokens", sampleTokens,
            {.help = "longest such answer",
                .min = 1,
                .max = 4096,
                .unit = "tokens",
                .group = "Checkpoints and measures",
                .advanced = true});

        visitor("seed", seed,
            {.help = "start of all random choices of training",
                .min = 0,
                .max = 9007199254740991.0,
                .group = "Machine"});
        visitor("threads", threads,
            {.help = "processor threads; 0: one a core",
                .min = 0,
                .max = 1024,
                .group = "Machine"});
    }

    // Batches of `sequences` in one update, by `accumulate` or by `global_batch_tokens`.
    std::int64_t batchesPerUpdate() const;
};

// Bounds of all options, and what must fit between them.
OptionProblems validate(const TrainConfig& config);
// A recipe's text; `what` names the file in the error, which lists every problem.
Result<TrainConfig> parseRecipe(std::string_view toml, std::string_view what);

} // namespace koala
