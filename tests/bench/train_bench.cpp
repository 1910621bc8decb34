// tests/bench/train_bench.cpp: speed of training steps on this machine's processor: LoRA r 16 on
// all linears of SmolLM2-135M, 2 x 512 tokens a step, bf16, 2 threads, every token but each
// sequence's first trained. Prints one JSON object. Compare with tests/bench/peers/train_peft.py,
// which does the same with transformers and peft.
//
//     OMP_WAIT_POLICY=passive train_bench [MODEL.gguf] [--steps N] [--fp32] [--full] [--threads N]
//
// koala-torch sets that policy itself: threads that spin while they wait cost most of the speed
// where the machine has other work. Give it to both programs, or both a quiet machine.
#include <malloc.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <fmt/format.h>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "core/torch/model/llama.h"

using namespace koala;

namespace {

struct Arguments {
    fs::path model;
    int steps = 8;
    int threads = 2;
    ModelOptions options;
};

Arguments parse(int argc, char** argv)
{
    Arguments arguments;
    const char* cache = std::getenv("XDG_CACHE_HOME");
    const char* home = std::getenv("HOME");
    arguments.model =
        (cache != nullptr ? fs::path(cache) : fs::path(home ? home : "/") / ".cache") /
        "koala-workbench" / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf";
    for (int i = 1; i < argc; ++i) {
        const std::string argument = argv[i];
        if (argument == "--fp32")
            arguments.options.precision = Precision::Fp32;
        else if (argument == "--full")
            arguments.options.method = TrainMethod::Full;
        else if (argument == "--steps" && i + 1 < argc)
            arguments.steps = std::atoi(argv[++i]);
        else if (argument == "--threads" && i + 1 < argc)
            arguments.threads = std::atoi(argv[++i]);
        else
            arguments.model = argument;
    }
    return arguments;
}

double processorSeconds()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return double(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e-6 * double(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

// The ids of train_peft.py: id i of step s is (i * 7919 + s * 104729) mod 40000 + 100.
Batch batchOf(int step)
{
    constexpr int kSequences = 2;
    constexpr int kLength = 512;
    Batch batch;
    for (int i = 0; i < kSequences * kLength; ++i)
        batch.tokens.push_back(std::int32_t((i * 7919L + step * 104729L) % 40000 + 100));
    batch.trained.assign(batch.tokens.size(), 1);
    batch.documentStarts = {0, kLength};
    return batch;
}

// AdamW over the flat values, as plain as it can be.
struct Adam {
    at::Tensor mean, square;
    int step = 0;
    void update(LlamaModel& model, double rate)
    {
        const at::Tensor& g = model.flatGradients();
        if (!mean.defined()) {
            mean = at::zeros_like(g);
            square = at::zeros_like(g);
        }
        ++step;
        mean.mul_(0.9).add_(g, 0.1);
        square.mul_(0.95).addcmul_(g, g, 0.05);
        const double meanBias = 1 - std::pow(0.9, step);
        const double squareBias = 1 - std::pow(0.95, step);
        at::Tensor values = model.flatValues();
        values.addcdiv_(mean, (square / squareBias).sqrt_().add_(1e-8), -rate / meanBias);
        model.refreshWorkingCopies();
    }
};

} // namespace

int main(int argc, char** argv)
{
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, 0x7fffffff);
    mallopt(M_TOP_PAD, 64 << 20);
    const Arguments arguments = parse(argc, argv);
    at::set_num_threads(arguments.threads);
    const auto checkpoint = openCheckpoint(arguments.model);
    if (!checkpoint) {
        std::fprintf(stderr, "%s\n", checkpoint.error().message.c_str());
        return 1;
    }
    const auto model = LlamaModel::load(**checkpoint, arguments.options);
    if (!model) {
        std::fprintf(stderr, "%s\n", model.error().message.c_str());
        return 1;
    }
    Adam adam;
    std::vector<double> seconds;
    double processor = 0;
    double loss = 0;
    std::int64_t targets = 0;
    for (int step = 0; step <= arguments.steps; ++step) { // the first is a warm-up
        const auto begin = std::chrono::steady_clock::now();
        const Batch batch = batchOf(step);
        (*model)->zeroGradients();
        const auto result =
            (*model)->forwardBackward(batch, 1.0 / 1022.0, {std::uint64_t(step), 0});
        if (!result) {
            std::fprintf(stderr, "%s\n", result.error().message.c_str());
            return 1;
        }
        adam.update(**model, 2e-4);
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        targets = result->targets;
        loss = result->lossSum / double(targets);
        std::fprintf(stderr, "step %d: loss %.5f, %.3f s\n", step, loss, took.count());
        if (step > 0)
            seconds.push_back(took.count());
        else
            processor = processorSeconds();
    }
    std::sort(seconds.begin(), seconds.end());
    const double median = seconds[seconds.size() / 2];
    processor = (processorSeconds() - processor) / double(seconds.size());
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    std::printf("%s\n",
        fmt::format("{{\"bench\":\"train\",\"method\":\"{}\",\"precision\":\"{}\",\"threads\":{},"
                    "\"tokens_per_step\":1024,\"targets\":{},\"seconds_per_step\":{:.4f},"
                    "\"processor_seconds_per_step\":{:.4f},\"tokens_per_second\":{:.1f},"
                    "\"peak_memory_mib\":{},\"last_loss\":{:.5f}}}",
            arguments.options.method == TrainMethod::Full ? "full" : "lora",
            arguments.options.precision == Precision::Bf16 ? "bf16" : "fp32", arguments.threads,
            targets, median, processor, 1024 / median, usage.ru_maxrss / 1024, loss)
            .c_str());
    return 0;
}
