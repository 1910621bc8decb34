#include <fmt/format.h>

#include "core/weights/model_writers.h"
#include "core/weights/safetensors.h"

namespace koala {
namespace {

struct Shard {
    std::vector<const SourceTensor*> tensors;
    std::uint64_t bytes = 0;
};

std::uint64_t bytesAs(const SourceTensor& tensor, TensorType type)
{
    std::uint64_t values = 1;
    for (const std::int64_t extent : tensor.shape)
        values *= static_cast<std::uint64_t>(extent);
    return values * rowBytes(type, 1);
}

// In order, a new one begins where the next tensor would not fit.
std::vector<Shard> shardsOf(const SourceModel& model, TensorType type, std::uint64_t shardBytes)
{
    std::vector<Shard> shards(1);
    for (const SourceTensor& tensor : model.tensors) {
        const std::uint64_t bytes = bytesAs(tensor, type);
        if (!shards.back().tensors.empty() && shards.back().bytes + bytes > shardBytes)
            shards.emplace_back();
        shards.back().tensors.push_back(&tensor);
        shards.back().bytes += bytes;
    }
    return shards;
}

std::string shardName(std::size_t index, std::size_t count)
{
    return count == 1 ? "model.safetensors"
                      : fmt::format("model-{:05}-of-{:05}.safetensors", index + 1, count);
}

std::string_view hfDtype(TensorType type)
{
    return type == TensorType::F32 ? "float32" : type == TensorType::F16 ? "float16" : "bfloat16";
}

Status writeShard(const fs::path& path, const Shard& shard, const ModelConfig& config,
    TensorType type, const std::function<bool()>& mayGoOn)
{
    std::vector<SafetensorsHeading> headings;
    for (const SourceTensor* tensor : shard.tensors)
        headings.push_back({tensor->name, std::string(tensorTypeName(type)), tensor->shape});
    KOALA_TRY(AtomicFile file, beginSafetensors(path, headings, {{"format", "pt"}}));
    for (const SourceTensor* tensor : shard.tensors) {
        if (!mayGoOn())
            return cancelled("stopped");
        KOALA_TRY(const std::vector<std::byte> data,
            readAs(*tensor, config, type, RopeLayout::HalfSplit));
        KOALA_RETURN_IF_ERROR(file.write(data));
    }
    return file.commit();
}

} // namespace

Status writeHfModel(const fs::path& folder, const SourceModel& model, TensorType type,
    HfConfigExtras extras, const WriteProgress& progress, std::uint64_t shardBytes)
{
    if (type != TensorType::F32 && type != TensorType::F16 && type != TensorType::BF16)
        return invalidInput("a Hugging Face folder holds F32, F16 or BF16; choose one of them");
    const std::vector<Shard> shards = shardsOf(model, type, shardBytes);
    OrderedJson map = OrderedJson::object();
    std::uint64_t total = 0;
    std::size_t done = 0;
    const auto mayGoOn = [&] { return !progress || progress(done++, model.tensors.size()); };
    for (std::size_t i = 0; i < shards.size(); ++i) {
        const std::string name = shardName(i, shards.size());
        KOALA_RETURN_IF_ERROR(writeShard(folder / name, shards[i], model.config, type, mayGoOn));
        for (const SourceTensor* tensor : shards[i].tensors)
            map[tensor->name] = name;
        total += shards[i].bytes;
    }
    if (shards.size() > 1)
        KOALA_RETURN_IF_ERROR(writeJsonFile(folder / "model.safetensors.index.json",
            {{"metadata", {{"total_size", total}}}, {"weight_map", std::move(map)}}));
    extras.dtype = hfDtype(type);
    return writeHfConfig(folder, model.config, extras);
}

} // namespace koala
