// Which format a model is in, by its content.
#include <fmt/format.h>

#include "core/base/mapped_file.h"
#include "core/weights/easylm_file.h"
#include "core/weights/flax_tree.h"
#include "core/weights/llama2c_file.h"
#include "core/weights/pickled_model.h"
#include "core/weights/source_model.h"

namespace koala {
namespace {

bool begins(std::span<const std::byte> file, std::string_view mark)
{
    return std::string_view(reinterpret_cast<const char*>(file.data()), file.size())
        .starts_with(mark);
}

} // namespace

Result<SourceModel> openSourceModel(const fs::path& path, const SourceOptions& options)
{
    std::error_code code;
    if (fs::is_directory(path, code)) {
        if (hasMetaShards(path))
            return openMetaModel(path, options);
        if (hasHfBin(path) && !fs::exists(path / "model.safetensors", code) &&
            !fs::exists(path / "model.safetensors.index.json", code))
            return openHfBinModel(path);
        KOALA_TRY(std::shared_ptr<const Checkpoint> checkpoint, openCheckpoint(path));
        return sourceFrom(std::move(checkpoint));
    }
    KOALA_TRY(const MappedFile file, MappedFile::open(path));
    const std::span<const std::byte> bytes = file.bytes();
    if (begins(bytes, "GGUF")) {
        KOALA_TRY(std::shared_ptr<const Checkpoint> checkpoint, openCheckpoint(path));
        return sourceFrom(std::move(checkpoint));
    }
    const std::string name = path.filename().string();
    const bool isPickle = begins(bytes, "PK\x03\x04") || begins(bytes, "\x80\x02") ||
                          begins(bytes, "\x80\x04") || begins(bytes, "7z\xbc\xaf");
    if (isPickle || name.ends_with(".pth") || name.ends_with(".pt"))
        return openMetaModel(path, options);
    if (looksLikeLlama2c(bytes))
        return openLlama2c(path);
    if (looksLikeEasyLm(bytes) || looksLikeFlax(bytes))
        return openEasyLm(path, options);
    return invalidInput(fmt::format(
        "{} is no model of a known form: GGUF, a Hugging Face folder, Meta's consolidated.*.pth, "
        "llama2.c, EasyLM or flax",
        path.string()));
}

} // namespace koala
