#include "core/weights/source_model.h"

#include <algorithm>
#include <cstring>

#include <fmt/format.h>

#include "core/base/check.h"
#include "core/weights/quantized.h"
#include "core/weights/rope_layout.h"

namespace koala {
namespace {

std::int64_t valueCount(const std::vector<std::int64_t>& shape)
{
    std::int64_t count = 1;
    for (const std::int64_t extent : shape)
        count *= extent;
    return count;
}

std::int64_t rowsOf(const SourceTensor& tensor)
{
    return tensor.shape.size() < 2 ? 1 : tensor.shape.front();
}

// 0 where the rotation does not touch the rows.
std::int64_t rotatedHeads(std::string_view name, const ModelConfig& config)
{
    if (name.ends_with("self_attn.q_proj.weight") || name.ends_with("self_attn.q_proj.bias"))
        return config.heads;
    if (name.ends_with("self_attn.k_proj.weight") || name.ends_with("self_attn.k_proj.bias"))
        return config.keyValueHeads;
    return 0;
}

std::vector<std::byte> reordered(const std::vector<std::byte>& data, std::int64_t heads,
    const ModelConfig& config, RopeLayout wanted)
{
    const auto order = wanted == RopeLayout::HalfSplit
                           ? halfSplitFromInterleaved(heads, config.headSize)
                           : interleavedFromHalfSplit(heads, config.headSize);
    std::vector<std::byte> out(data.size());
    gatherRows(data.data(), out.data(), order, data.size() / order.size());
    return out;
}

std::vector<std::byte> converted(const std::vector<std::byte>& data, TensorType from, TensorType to,
    std::int64_t rows, std::int64_t columns)
{
    const auto width = static_cast<std::size_t>(columns);
    std::vector<std::byte> out(static_cast<std::size_t>(rows) * rowBytes(to, width));
    std::vector<float> row(width);
    for (std::int64_t i = 0; i < rows; ++i) {
        const auto at = static_cast<std::size_t>(i);
        dequantize(from, data.data() + at * rowBytes(from, width), width, row.data());
        quantize(to, row, out.data() + at * rowBytes(to, width));
    }
    return out;
}

bool isBlockType(TensorType type)
{
    return type == TensorType::Q4_0 || type == TensorType::Q4_1 || type == TensorType::Q8_0;
}

// W += scale * B A, row by row, so that no second matrix of W's size is needed.
void addAdapter(std::vector<float>& weights, const AdapterModule& module)
{
    const auto inputs = static_cast<std::size_t>(module.inputs);
    const auto rank = static_cast<std::size_t>(module.rank);
    for (std::size_t row = 0; row < static_cast<std::size_t>(module.outputs); ++row) {
        float* out = weights.data() + row * inputs;
        for (std::size_t r = 0; r < rank; ++r) {
            const auto factor = static_cast<float>(module.scale) * module.b[row * rank + r];
            const float* a = module.a.data() + r * inputs;
            for (std::size_t column = 0; column < inputs; ++column)
                out[column] += factor * a[column];
        }
    }
}

} // namespace

std::size_t SourceTensor::bytes() const
{
    const std::int64_t columns = shape.empty() ? 1 : shape.back();
    const std::int64_t rows = columns == 0 ? 0 : valueCount(shape) / columns;
    return static_cast<std::size_t>(rows) * rowBytes(type, static_cast<std::size_t>(columns));
}

const SourceTensor* SourceModel::find(std::string_view name) const
{
    const auto found = std::find_if(tensors.begin(), tensors.end(),
        [&](const SourceTensor& tensor) { return tensor.name == name; });
    return found == tensors.end() ? nullptr : &*found;
}

SourceModel sourceFrom(std::shared_ptr<const Checkpoint> checkpoint)
{
    SourceModel model;
    model.config = checkpoint->config();
    model.format = model.config.ropeLayout == RopeLayout::HalfSplit ? "Hugging Face" : "GGUF";
    for (const TensorView& view : checkpoint->tensors())
        model.tensors.push_back({view.name, view.type, view.shape,
            [checkpoint, data = view.data](std::span<std::byte> out) -> Status {
                KOALA_CHECK(out.size() == data.size());
                std::copy(data.begin(), data.end(), out.begin());
                return {};
            }});
    return model;
}

Result<std::vector<std::byte>> readAs(
    const SourceTensor& tensor, const ModelConfig& config, TensorType type, RopeLayout ropeLayout)
{
    std::vector<std::byte> data(tensor.bytes());
    KOALA_RETURN_IF_ERROR(tensor.read(data));
    if (const std::int64_t heads = rotatedHeads(tensor.name, config);
        heads > 0 && ropeLayout != config.ropeLayout)
        data = reordered(data, heads, config, ropeLayout);
    if (type == tensor.type)
        return data;
    const std::int64_t columns = tensor.shape.empty() ? 1 : tensor.shape.back();
    if (isBlockType(type) && columns % 32 != 0)
        return invalidInput(
            fmt::format("tensor {} has rows of {} values, which {} cannot hold (a multiple of 32 "
                        "is needed); export it as F16",
                tensor.name, columns, tensorTypeName(type)));
    return converted(data, tensor.type, type, rowsOf(tensor), columns);
}

SourceModel mergedWith(SourceModel base, std::shared_ptr<const Adapter> adapter)
{
    for (SourceTensor& tensor : base.tensors) {
        const AdapterModule* module = adapter->find(tensor.name);
        if (module == nullptr)
            continue;
        SourceTensor plain = tensor;
        tensor.type = TensorType::F32;
        tensor.read = [adapter, module, plain = std::move(plain), config = base.config](
                          std::span<std::byte> out) -> Status {
            KOALA_TRY(const std::vector<std::byte> data,
                readAs(plain, config, TensorType::F32, config.ropeLayout));
            std::vector<float> weights(data.size() / sizeof(float));
            std::memcpy(weights.data(), data.data(), data.size());
            addAdapter(weights, *module);
            KOALA_CHECK(out.size() == data.size());
            std::memcpy(out.data(), weights.data(), out.size());
            return {};
        };
    }
    base.format += " with an adapter merged in";
    return base;
}

} // namespace koala
