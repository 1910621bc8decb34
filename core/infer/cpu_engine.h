// core/infer/cpu_engine.h: the engine that answers on the CPU, without torch. Exact mode: weights
// as stored, activations and sums in fp32. One model thread owns the weights' use, the caches and
// the sequences; calls of generate() from any threads are scheduled into one batch, so that several
// answers share each pass over the weights. Adapters stay unmerged: base and adapters answer side
// by side.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/api/engine.h"
#include "core/base/files.h"

namespace koala {

struct AdapterSource {
    std::string id;  // as requests name it
    fs::path folder; // a PEFT folder: adapter_config.json and adapter_model.safetensors
};

struct CpuEngineOptions {
    int threads = 0;       // 0: one a core
    int contextTokens = 0; // a sequence, prompt and answer; 0: what the model was made for
    int sequences = 16;    // answers computed at the same time; further ones wait
    std::string id;        // of the base; "": the file's or folder's name
    std::vector<AdapterSource> adapters;
};

class CpuEngine final : public Engine {
public:
    // `path`: a GGUF file or a Hugging Face folder. Hashes the weights, which takes a moment.
    static Result<std::unique_ptr<CpuEngine>> open(
        const fs::path& path, const CpuEngineOptions& options);
    ~CpuEngine() override; // ends what is running as cancelled

    Result<std::vector<ModelInfo>> models() override;
    Result<std::vector<std::int32_t>> tokenize(const std::string& text) override;
    Result<std::string> detokenize(const std::vector<std::int32_t>& tokens) override;
    Result<RenderedPrompt> render(const std::string& model,
        const std::vector<ChatMessage>& messages, const GenerationSettings& settings) override;
    Result<Generation> generate(const GenerationRequest& request,
        const std::function<void(const GeneratedToken&)>& onToken, std::stop_token stop) override;

    // Log-likelihood of each token after the first, given those before it: tokens.size() - 1
    // numbers.
    Result<std::vector<double>> logLikelihoods(
        const std::string& model, const std::vector<std::int32_t>& tokens);
    int threads() const;
    std::string kernels() const; // the path chosen for this machine: generic, avx2, avx512

private:
    class Implementation;
    explicit CpuEngine(std::unique_ptr<Implementation> implementation);
    std::unique_ptr<Implementation> m_implementation;
};

} // namespace koala
