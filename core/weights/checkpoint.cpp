#include "core/weights/checkpoint.h"

#include <fmt/format.h>

#include "core/base/check.h"
#include "core/base/mapped_file.h"
#include "core/base/sha256.h"
#include "core/weights/gguf_checkpoint.h"
#include "core/weights/hf_checkpoint.h"
#include "core/weights/quantized.h"

namespace koala {

std::string_view tensorTypeName(TensorType type)
{
    switch (type) {
    case TensorType::F32:
        return "F32";
    case TensorType::F16:
        return "F16";
    case TensorType::BF16:
        return "BF16";
    case TensorType::Q4_0:
        return "Q4_0";
    case TensorType::Q4_1:
        return "Q4_1";
    case TensorType::Q8_0:
        return "Q8_0";
    }
    return "";
}

std::size_t rowBytes(TensorType type, std::size_t columns)
{
    switch (type) {
    case TensorType::F32:
        return columns * 4;
    case TensorType::F16:
    case TensorType::BF16:
        return columns * 2;
    case TensorType::Q4_0:
        return columns / 32 * 18;
    case TensorType::Q4_1:
        return columns / 32 * 20;
    case TensorType::Q8_0:
        return columns / 32 * 34;
    }
    return 0;
}

void dequantizeRow(const TensorView& tensor, std::int64_t row, float* out)
{
    KOALA_CHECK(row >= 0 && row < tensor.rows());
    const auto columns = static_cast<std::size_t>(tensor.columns());
    const std::size_t bytes = rowBytes(tensor.type, columns);
    dequantize(
        tensor.type, tensor.data.data() + static_cast<std::size_t>(row) * bytes, columns, out);
}

std::int64_t ModelConfig::parameterCount() const
{
    const std::int64_t w = width;
    const std::int64_t attention = 2 * w * heads * headSize + 2 * w * keyValueHeads * headSize;
    const std::int64_t layer = attention + 3 * w * mlpWidth + 2 * w;
    return (tiedEmbedding ? 1 : 2) * std::int64_t(vocabularySize) * w + layers * layer + w;
}

const TensorView* Checkpoint::find(std::string_view name) const
{
    if (name == "lm_head.weight" && config().tiedEmbedding)
        name = "model.embed_tokens.weight";
    for (const TensorView& tensor : tensors())
        if (tensor.name == name)
            return &tensor;
    return nullptr;
}

Result<std::shared_ptr<const Checkpoint>> openCheckpoint(const fs::path& path)
{
    std::error_code code;
    const fs::file_status status = fs::status(path, code);
    if (status.type() == fs::file_type::not_found)
        return notFound(fmt::format("there is no model at {}", path.string()));
    if (fs::is_directory(status))
        return openHfCheckpoint(path);
    return openGgufCheckpoint(path);
}

Result<std::string> checkpointSha256(const fs::path& path)
{
    std::error_code code;
    if (!fs::is_directory(path, code))
        return sha256File(path);
    KOALA_TRY(const std::vector<fs::path> files, hfWeightFiles(path));
    Sha256 hash;
    for (const fs::path& file : files) {
        KOALA_TRY(const MappedFile mapped, MappedFile::open(file));
        const auto bytes = mapped.bytes();
        hash.update({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
    return hash.finishHex();
}

} // namespace koala
