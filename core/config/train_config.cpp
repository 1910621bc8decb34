#include "core/config/train_config.h"

#include <algorithm>

#include <fmt/format.h>

namespace koala {

std::int64_t TrainConfig::batchesPerUpdate() const
{
    if (globalBatchTokens <= 0)
        return accumulate;
    const std::int64_t batch = std::max<std::int64_t>(1, sequences * maxTokens);
    return std::max<std::int64_t>(1, (globalBatchTokens + batch - 1) / batch);
}

OptionProblems validate(const TrainConfig& config)
{
    TrainConfig copy = config;
    OptionProblems problems = validateOptions(bindOptions(copy));
    if (config.method == "lora" && config.loraTargets.empty())
        problems.push_back({"lora_targets", "lora_targets is empty; name at least one matrix"});
    if (config.finalLearningRate > config.learningRate)
        problems.push_back({"final_learning_rate",
            fmt::format("final_learning_rate {} is above learning_rate {}; make it smaller",
                config.finalLearningRate, config.learningRate)});
    if (config.fcmMinRatio > config.fcmMaxRatio)
        problems.push_back({"fcm_min_ratio",
            fmt::format("fcm_min_ratio {} is above fcm_max_ratio {}; make it smaller",
                config.fcmMinRatio, config.fcmMaxRatio)});
    if (config.firstMoment == "bf16" && config.optimiser == "adamw")
        problems.push_back({"first_moment",
            "first_moment = \"bf16\" belongs to scaled_adam and palm; adamw keeps fp32"});
    if (config.steps > 0 && config.warmupShare == 0 && config.schedule != "palm" &&
        config.warmupSteps > config.steps)
        problems.push_back({"warmup_steps",
            fmt::format("warmup_steps is {}, more than all {} steps; make it smaller",
                config.warmupSteps, config.steps)});
    if (config.globalBatchTokens > 0 && config.accumulate > 1)
        problems.push_back({"accumulate",
            "accumulate and global_batch_tokens are both set; leave one of them out"});
    return problems;
}

Result<TrainConfig> parseRecipe(std::string_view toml, std::string_view what)
{
    TrainConfig config;
    OptionProblems problems = readToml(bindOptions(config), toml);
    if (problems.empty())
        problems = validate(config);
    KOALA_RETURN_IF_ERROR(toStatus(problems, what));
    return config;
}

} // namespace koala
