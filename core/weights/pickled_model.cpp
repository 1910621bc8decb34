#include "core/weights/pickled_model.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "core/base/check.h"
#include "core/base/json.h"
#include "core/base/utf8.h"
#include "core/weights/hf_folder.h"
#include "core/weights/model_names.h"
#include "core/weights/torch_archive.h"
#include "core/weights/weight_config.h"

namespace koala {
namespace {

struct Archive {
    std::shared_ptr<const MappedFile> file;
    TorchArchive contents;
};

Result<Archive> openArchive(const fs::path& path)
{
    KOALA_TRY(MappedFile mapped, MappedFile::open(path));
    Archive archive;
    archive.file = std::make_shared<const MappedFile>(std::move(mapped));
    KOALA_TRY(archive.contents, readTorchArchive(*archive.file, path.string()));
    return archive;
}

// One shard of a tensor; the mapping stays open as long as any tensor of it.
struct Shard {
    std::shared_ptr<const MappedFile> file;
    ArchivedTensor tensor;
};
using ShardMap = std::map<std::string, std::vector<Shard>>;

std::optional<TensorType> typeOf(std::string_view dtype)
{
    if (dtype == "Float")
        return TensorType::F32;
    if (dtype == "Half")
        return TensorType::F16;
    if (dtype == "BFloat16")
        return TensorType::BF16;
    return std::nullopt;
}

std::size_t bytesOf(const ArchivedTensor& tensor)
{
    std::size_t bytes = tensor.valueBytes;
    for (const std::int64_t extent : tensor.shape)
        bytes *= static_cast<std::size_t>(extent);
    return bytes;
}

// Shards side by side along `axis` of a matrix; norms and single shards come from the first alone.
void joinShards(const std::vector<Shard>& shards, std::size_t axis, std::span<std::byte> out)
{
    if (shards.size() == 1)
        return shards.front().tensor.copyTo(out);
    std::size_t rowBytesAll = 0;
    for (const Shard& shard : shards)
        rowBytesAll += shard.tensor.valueBytes * static_cast<std::size_t>(shard.tensor.shape[1]);
    std::size_t at = 0;
    for (const Shard& shard : shards) {
        std::vector<std::byte> part(bytesOf(shard.tensor));
        shard.tensor.copyTo(part);
        if (axis == 0) {
            std::copy(part.begin(), part.end(), out.begin() + std::ptrdiff_t(at));
            at += part.size();
            continue;
        }
        const auto rows = static_cast<std::size_t>(shard.tensor.shape[0]);
        const std::size_t width = part.size() / rows;
        for (std::size_t row = 0; row < rows; ++row)
            std::copy_n(part.begin() + std::ptrdiff_t(row * width), width,
                out.begin() + std::ptrdiff_t(row * rowBytesAll + at));
        at += width;
    }
}

// Spec 05 section 3: which way a matrix was cut.
std::size_t shardAxis(
    std::string_view metaName, const std::vector<Shard>& shards, const ModelConfig& config)
{
    if (metaName ==
        "tok_embeddings.weight") // LLaMA-3 cuts the vocabulary, its forerunners the width
        return shards.front().tensor.shape[1] == config.width ? 0 : 1;
    return metaName.ends_with("attention.wo.weight") || metaName.ends_with("feed_forward.w2.weight")
               ? 1
               : 0;
}

std::vector<std::int64_t> joinedShape(const std::vector<Shard>& shards, std::size_t axis)
{
    std::vector<std::int64_t> shape = shards.front().tensor.shape;
    for (std::size_t i = 1; i < shards.size() && shape.size() == 2; ++i)
        shape[axis] += shards[i].tensor.shape.size() == 2 ? shards[i].tensor.shape[axis] : 0;
    return shape;
}

bool isLeftOut(std::string_view name)
{
    return name == "rope.freqs" || name.ends_with("rotary_emb.inv_freq") ||
           name.ends_with("attention.mask") ||
           name.ends_with("attention.inner_attention.rope.freqs");
}

// Takes the tensors that the configuration asks for, under `nameOf` an expected tensor, out of
// `shards`; says what is missing, misshapen or too much.
template <typename NameOf>
Result<std::vector<SourceTensor>> takeTensors(
    ShardMap shards, const ModelConfig& config, std::string_view what, NameOf nameOf)
{
    std::vector<SourceTensor> tensors;
    for (const ExpectedTensor& expected : expectedTensors(config)) {
        const std::string& name = nameOf(expected);
        auto found = shards.find(name);
        if (found == shards.end())
            return invalidInput(
                fmt::format("{}: {} is missing; the file is incomplete or of another architecture",
                    what, name));
        std::vector<Shard>& parts = found->second;
        if (expected.shape.size() == 1)
            parts.resize(1); // norms are the same in every shard
        for (const Shard& part : parts)
            if (part.tensor.shape.size() != expected.shape.size() ||
                part.tensor.dtype != parts.front().tensor.dtype)
                return invalidInput(
                    fmt::format("{}: the shards of {} do not fit together", what, name));
        const std::size_t axis = shardAxis(expected.metaName, parts, config);
        KOALA_RETURN_IF_ERROR(checkShape(what, name, joinedShape(parts, axis), expected.shape));
        for (const Shard& part : parts)
            if (part.tensor.shape.size() == 2 &&
                part.tensor.shape[1 - axis] != parts.front().tensor.shape[1 - axis])
                return invalidInput(
                    fmt::format("{}: the shards of {} do not fit together", what, name));
        const auto type = typeOf(parts.front().tensor.dtype);
        if (!type)
            return invalidInput(fmt::format("{}: {} is stored as {}; Float, Half and BFloat16 are "
                                            "read",
                what, name, parts.front().tensor.dtype));
        tensors.push_back({expected.name, *type, expected.shape,
            [parts = std::move(parts), axis](std::span<std::byte> out) -> Status {
                joinShards(parts, axis, out);
                return {};
            }});
        shards.erase(found);
    }
    for (const auto& [name, parts] : shards)
        if (!isLeftOut(name))
            return invalidInput(
                fmt::format("{}: holds {}, which a LLaMA of this configuration has not", what,
                    elided(toValidUtf8(name), 120)));
    return tensors;
}

Status readSizes(const Json& json, ModelConfig& config, std::string_view what)
{
    struct Field {
        std::string_view key;
        std::int32_t& value;
    };
    for (const Field& field : {Field{"dim", config.width}, Field{"n_layers", config.layers},
             Field{"n_heads", config.heads}}) {
        KOALA_TRY(const std::int64_t value, integerAt(json, field.key, what));
        if (value <= 0 || value > (1 << 24))
            return invalidInput(
                fmt::format("{}: {} is {}, which cannot be", what, field.key, value));
        field.value = static_cast<std::int32_t>(value);
    }
    return {};
}

// params.json, or the model_args of a llama2.c checkpoint. Vocabulary and MLP width come from the
// tensors, which are always right.
Result<ModelConfig> configFromParams(
    const Json& json, const ShardMap& shards, std::string_view what)
{
    ModelConfig config;
    KOALA_RETURN_IF_ERROR(readSizes(json, config, what));
    config.keyValueHeads = static_cast<std::int32_t>(integerOr(json, "n_kv_heads", config.heads));
    config.headSize = config.width / config.heads;
    config.contextTokens = static_cast<std::int32_t>(integerOr(json, "max_seq_len", 2048));
    config.normEpsilon = numberOr(json, "norm_eps", 1e-5);
    config.ropeBase = numberOr(json, "rope_theta", 10000.0);
    config.ropeLayout = RopeLayout::Interleaved;
    const auto embedding = shards.find("tok_embeddings.weight");
    const auto gate = shards.find("layers.0.feed_forward.w1.weight");
    if (embedding == shards.end() || gate == shards.end() ||
        embedding->second.front().tensor.shape.size() != 2 ||
        gate->second.front().tensor.shape.size() != 2)
        return invalidInput(fmt::format(
            "{}: holds no tok_embeddings.weight or no layers.0.feed_forward.w1.weight; it is no "
            "model of Meta's form",
            what));
    const std::size_t axis = shardAxis("tok_embeddings.weight", embedding->second, config);
    const std::int64_t vocabulary = joinedShape(embedding->second, axis)[0];
    const std::int64_t mlpWidth = joinedShape(gate->second, 0)[0];
    if (vocabulary > (1 << 24) || mlpWidth > (1 << 24))
        return invalidInput(fmt::format("{}: its shapes cannot be", what));
    config.vocabularySize = static_cast<std::int32_t>(vocabulary);
    config.mlpWidth = static_cast<std::int32_t>(mlpWidth);
    KOALA_RETURN_IF_ERROR(checkConfig(config, what));
    return config;
}

// The names of torch.compile's and llama2.c's wrappers are dropped.
std::string plainName(const std::string& key)
{
    std::string_view name = key;
    for (const std::string_view prefix : {"model/", "_orig_mod."})
        if (name.starts_with(prefix))
            name.remove_prefix(prefix.size());
    return std::string(name);
}

void addShards(const Archive& archive, ShardMap& shards)
{
    for (const auto& [key, tensor] : archive.contents.tensors) {
        if (key.find('/') != std::string::npos && !key.starts_with("model/"))
            continue; // optimiser state
        if (key == "best_val_loss" || key == "iter_num")
            continue;
        shards[plainName(key)].push_back({archive.file, tensor});
    }
}

bool sameValues(const Shard& one, const Shard& other)
{
    if (one.tensor.shape != other.tensor.shape || one.tensor.dtype != other.tensor.dtype)
        return false;
    if (one.tensor.storage == other.tensor.storage && one.tensor.offset == other.tensor.offset)
        return true;
    std::vector<std::byte> a(bytesOf(one.tensor));
    std::vector<std::byte> b(a.size());
    one.tensor.copyTo(a);
    other.tensor.copyTo(b);
    return a == b;
}

// A head that is the embedding over again is tied to it.
void tieHead(ShardMap& shards, ModelConfig& config)
{
    const auto head = shards.find("output.weight");
    if (head == shards.end()) {
        config.tiedEmbedding = true;
        return;
    }
    const auto embedding = shards.find("tok_embeddings.weight");
    if (head->second.size() != 1 || embedding->second.size() != 1 ||
        !sameValues(head->second.front(), embedding->second.front()))
        return;
    config.tiedEmbedding = true;
    shards.erase(head);
}

// model_args of a llama2.c checkpoint, as if they were a params.json.
Json modelArguments(const TorchArchive& archive)
{
    Json json = Json::object();
    constexpr std::string_view kPrefix = "model_args/";
    for (const auto& [key, value] : archive.values)
        if (key.starts_with(kPrefix))
            json[key.substr(kPrefix.size())] = value;
    return json;
}

Result<std::vector<fs::path>> metaFiles(const fs::path& path)
{
    std::error_code code;
    if (!fs::is_directory(path, code))
        return std::vector<fs::path>{path};
    KOALA_TRY(const std::vector<fs::path> all, listDirectory(path));
    std::vector<fs::path> shards;
    for (const fs::path& file : all)
        if (file.filename().string().starts_with("consolidated.") && file.extension() == ".pth")
            shards.push_back(file);
    return shards;
}

Result<Json> paramsOf(const fs::path& path, const SourceOptions& options, const Archive& first)
{
    if (!options.config.empty())
        return readJsonFile(options.config);
    Json json = modelArguments(first.contents);
    if (!json.empty())
        return json;
    std::error_code code;
    const fs::path folder = fs::is_directory(path, code) ? path : path.parent_path();
    if (!fs::exists(folder / "params.json", code))
        return invalidInput(fmt::format(
            "{} says nothing of its heads and layers, and no params.json lies beside it; name that "
            "file with --config",
            path.string()));
    return readJsonFile(folder / "params.json");
}

Result<std::vector<fs::path>> binFiles(const fs::path& folder)
{
    std::error_code code;
    const fs::path index = folder / "pytorch_model.bin.index.json";
    if (!fs::exists(index, code))
        return std::vector<fs::path>{folder / "pytorch_model.bin"};
    KOALA_TRY(const Json json, readJsonFile(index));
    std::set<fs::path> files;
    for (const auto& [tensor, file] : memberOr(json, "weight_map").items()) {
        if (!file.is_string() || !isSafeName(file.get<std::string>()))
            return invalidInput(fmt::format("{}: the file of tensor {} is no plain file name",
                index.string(), elided(tensor, 80)));
        files.insert(folder / file.get<std::string>());
    }
    return std::vector<fs::path>(files.begin(), files.end());
}

} // namespace

bool hasMetaShards(const fs::path& folder)
{
    const auto files = metaFiles(folder);
    return files.ok() && !files->empty();
}

bool hasHfBin(const fs::path& folder)
{
    std::error_code code;
    return fs::exists(folder / "pytorch_model.bin", code) ||
           fs::exists(folder / "pytorch_model.bin.index.json", code);
}

Result<SourceModel> openMetaModel(const fs::path& path, const SourceOptions& options)
{
    const std::string what = path.string();
    KOALA_TRY(const std::vector<fs::path> files, metaFiles(path));
    ShardMap shards;
    std::optional<Archive> first;
    for (const fs::path& file : files) {
        KOALA_TRY(Archive archive, openArchive(file));
        addShards(archive, shards);
        if (!first)
            first = std::move(archive);
    }
    if (!first)
        return invalidInput(what + ": holds no consolidated.*.pth");
    KOALA_TRY(const Json params, paramsOf(path, options, *first));
    SourceModel model;
    model.format = modelArguments(first->contents).empty() ? "Meta" : "llama2.c checkpoint";
    KOALA_TRY(model.config, configFromParams(params, shards, what));
    if (memberOr(params, "norm_eps").is_null())
        model.notes.push_back("its settings do not say norm_eps; 1e-05 is assumed");
    tieHead(shards, model.config);
    KOALA_TRY(model.tensors, takeTensors(std::move(shards), model.config, what,
                                 [](const ExpectedTensor& expected) -> const std::string& {
                                     return expected.metaName;
                                 }));
    return model;
}

Result<SourceModel> openHfBinModel(const fs::path& folder)
{
    const std::string what = folder.string();
    KOALA_TRY(const Json json, readJsonFile(folder / "config.json"));
    SourceModel model;
    model.format = "Hugging Face .bin";
    KOALA_TRY(model.config, configFromHf(json, (folder / "config.json").string()));
    KOALA_TRY(const std::vector<fs::path> files, binFiles(folder));
    ShardMap shards;
    for (const fs::path& file : files) {
        KOALA_TRY(const Archive archive, openArchive(file));
        for (const auto& [key, tensor] : archive.contents.tensors)
            if (!shards[key].empty())
                return invalidInput(fmt::format("{}: {} is there twice", what, elided(key, 120)));
            else
                shards[key].push_back({archive.file, tensor});
    }
    if (model.config.tiedEmbedding)
        shards.erase("lm_head.weight");
    // Enlarged after the configuration was written: the tensor is right.
    if (const auto embedding = shards.find("model.embed_tokens.weight");
        embedding != shards.end() && embedding->second.front().tensor.shape.size() == 2) {
        const std::int64_t rows = embedding->second.front().tensor.shape[0];
        if (rows != model.config.vocabularySize && rows > 0 && rows < (1 << 24)) {
            model.notes.push_back(
                fmt::format("the vocabulary has {} rows, not the {} of the configuration", rows,
                    model.config.vocabularySize));
            model.config.vocabularySize = static_cast<std::int32_t>(rows);
        }
    }
    KOALA_RETURN_IF_ERROR(checkConfig(model.config, what));
    KOALA_TRY(model.tensors,
        takeTensors(std::move(shards), model.config, what,
            [](const ExpectedTensor& expected) -> const std::string& { return expected.name; }));
    return model;
}

} // namespace koala
