// tests/bench/engine_bench.cpp: how fast the CPU engine is, as a table. Prompts are read in pieces
// of 128 tokens as the engine does; answers are made one token a pass, for one or several
// sequences. Bytes a second count the weights that each pass reads.
//
//   engine_bench [MODEL.gguf | FOLDER] [THREADS]      (default: SmolLM2 of the cache folder, one a
//   core) KOALA_KERNELS=generic|avx2|avx512 measures another form of the kernels.
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>

#include "core/infer/model.h"

namespace koala {
namespace {

constexpr std::size_t kPiece = 128;

double seconds(const std::function<void()>& work)
{
    const auto start = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void read(Model& model, KvCache& cache, std::size_t tokens)
{
    for (std::size_t first = 0; first < tokens; first += kPiece) {
        std::vector<ModelRow> rows;
        for (std::size_t i = first; i < std::min(tokens, first + kPiece); ++i)
            rows.push_back({std::int32_t(i * 37 % 400), i, &cache, nullptr, i + 1 == tokens});
        model.forward(rows);
    }
}

// The best of some rounds: the machine may do other things at the same time.
double best(int rounds, const std::function<void()>& work)
{
    double least = 1e30;
    for (int i = 0; i < rounds; ++i)
        least = std::min(least, seconds(work));
    return least;
}

void answers(Model& model, std::size_t sequences, std::size_t context)
{
    constexpr std::size_t kTokens = 32;
    std::vector<KvCache> caches;
    for (std::size_t i = 0; i < sequences; ++i) {
        caches.push_back(model.makeCache(context + kTokens));
        read(model, caches.back(), context);
    }
    const double time = best(5, [&] {
        for (std::size_t step = 0; step < kTokens; ++step) {
            std::vector<ModelRow> rows;
            for (KvCache& cache : caches)
                rows.push_back(
                    {std::int32_t(step * 31 % 400), context + step, &cache, nullptr, true});
            model.forward(rows);
        }
    });
    fmt::print("answer, {:2} sequence{} at {:4} tokens {:10.1f} tokens/s {:8.1f} GB/s of weights\n",
        sequences, sequences == 1 ? " " : "s", context, double(kTokens * sequences) / time,
        double(model.weightBytes() * kTokens) / time / 1e9);
}

int run(const fs::path& path, int threads)
{
    auto checkpoint = openCheckpoint(path);
    if (!checkpoint.ok()) {
        fmt::print(stderr, "{}\n", checkpoint.error().message);
        return 1;
    }
    const std::int64_t parameters = (*checkpoint)->config().parameterCount();
    auto loaded = Model::load(std::move(checkpoint).value(), threads);
    if (!loaded.ok()) {
        fmt::print(stderr, "{}\n", loaded.error().message);
        return 1;
    }
    Model& model = **loaded;
    fmt::print("{}: {:.1f} M parameters, {:.1f} MB a pass, kernels {}, {} threads\n",
        path.filename().string(), double(parameters) / 1e6, double(model.weightBytes()) / 1e6,
        model.kernels().name, model.threads());
    KvCache cache = model.makeCache(512);
    const double time = best(3, [&] { read(model, cache, 512); });
    const double inLayers =
        double(parameters) - double(model.vocabulary()) * double(model.config().width);
    fmt::print("read a prompt of 512 tokens          {:10.1f} tokens/s {:8.1f} GFLOP/s\n",
        512 / time, 2 * inLayers * 512 / time / 1e9);
    answers(model, 1, 1);
    answers(model, 1, 512);
    answers(model, 4, 128);
    answers(model, 8, 128);
    answers(model, 16, 128);
    return 0;
}

} // namespace
} // namespace koala

int main(int argc, char** argv)
{
    const char* cache = std::getenv("XDG_CACHE_HOME");
    const char* home = std::getenv("HOME");
    const koala::fs::path folder =
        cache != nullptr ? koala::fs::path(cache) : koala::fs::path(home ? home : "/") / ".cache";
    const koala::fs::path path =
        argc > 1 ? koala::fs::path(argv[1])
                 : folder / "koala-workbench" / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf";
    return koala::run(path, argc > 2 ? std::atoi(argv[2]) : 0);
}
