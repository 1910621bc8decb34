#include "core/weights/safetensors.h"

#include <cstring>
#include <unordered_set>

#include <fmt/format.h>

#include "core/base/check.h"
#include "core/base/json.h"
#include "core/base/utf8.h"

namespace koala {
namespace {

constexpr std::uint64_t kMaxHeaderBytes = 100'000'000;

struct DtypeSize {
    std::string_view name;
    std::size_t bytes;
};
constexpr std::array kDtypes{DtypeSize{"BOOL", 1}, DtypeSize{"U8", 1}, DtypeSize{"I8", 1},
    DtypeSize{"F8_E5M2", 1}, DtypeSize{"F8_E4M3", 1}, DtypeSize{"U16", 2}, DtypeSize{"I16", 2},
    DtypeSize{"F16", 2}, DtypeSize{"BF16", 2}, DtypeSize{"U32", 4}, DtypeSize{"I32", 4},
    DtypeSize{"F32", 4}, DtypeSize{"U64", 8}, DtypeSize{"I64", 8}, DtypeSize{"F64", 8}};

// Remembers a key that stands twice in one object; refuses deep nesting.
class RepeatedKeys final : public nlohmann::json_sax<Json> {
public:
    std::string repeated;

    bool null() override { return true; }
    bool boolean(bool) override { return true; }
    bool number_integer(std::int64_t) override { return true; }
    bool number_unsigned(std::uint64_t) override { return true; }
    bool number_float(double, const std::string&) override { return true; }
    bool string(std::string&) override { return true; }
    bool binary(Json::binary_t&) override { return true; }
    bool start_object(std::size_t) override
    {
        m_open.emplace_back();
        return m_open.size() < kMaxDepth;
    }
    bool key(std::string& name) override
    {
        if (!m_open.back().insert(name).second)
            repeated = name;
        return true;
    }
    bool end_object() override
    {
        m_open.pop_back();
        return true;
    }
    bool start_array(std::size_t) override { return ++m_arrays < kMaxDepth; }
    bool end_array() override
    {
        --m_arrays;
        return true;
    }
    bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override
    {
        return false;
    }

private:
    static constexpr std::size_t kMaxDepth = 16;
    std::vector<std::unordered_set<std::string>> m_open;
    std::size_t m_arrays = 0;
};

// Parses the header and refuses a key that stands twice in one object. Two passes: the library's
// own callback looks through the whole object again after each member.
Result<Json> parseHeader(std::string_view text, std::string_view what)
{
    RepeatedKeys keys;
    Json header(Json::value_t::discarded);
    if (Json::sax_parse(text, &keys))
        header = Json::parse(text, nullptr, false);
    if (header.is_discarded() || !header.is_object())
        return invalidInput(
            fmt::format("{}: its header is not a JSON object; the file is damaged", what));
    if (!keys.repeated.empty())
        return invalidInput(fmt::format(
            "{}: its header names {} twice; the file is damaged", what, elided(keys.repeated, 80)));
    return header;
}

// The size that shape and dtype ask for, or nothing if it overflows.
std::optional<std::uint64_t> bytesOf(const std::vector<std::int64_t>& shape, std::size_t valueBytes)
{
    std::uint64_t bytes = valueBytes;
    for (const std::int64_t extent : shape)
        if (extent < 0 || __builtin_mul_overflow(bytes, std::uint64_t(extent), &bytes))
            return std::nullopt;
    return bytes;
}

bool isWhole(const Json& value)
{
    return value.is_number_unsigned() ||
           (value.is_number_integer() && value.get<std::int64_t>() >= 0);
}

Result<SafetensorsEntry> readEntry(const std::string& name, const Json& value,
    std::span<const std::byte> data, std::string_view what)
{
    const auto broken = [&](std::string_view reason) {
        return invalidInput(
            fmt::format("{}: tensor {}: {}; the file is damaged", what, elided(name, 80), reason));
    };
    const auto dtype = value.find("dtype");
    const auto shape = value.find("shape");
    const auto offsets = value.find("data_offsets");
    if (dtype == value.end() || !dtype->is_string() || shape == value.end() || !shape->is_array() ||
        offsets == value.end() || !offsets->is_array() || offsets->size() != 2)
        return broken("dtype, shape or data_offsets is missing");
    SafetensorsEntry entry;
    entry.name = name;
    entry.dtype = dtype->get<std::string>();
    for (const Json& extent : *shape) {
        if (!isWhole(extent))
            return broken("its shape is not a list of whole numbers");
        entry.shape.push_back(extent.get<std::int64_t>());
    }
    if (!isWhole((*offsets)[0]) || !isWhole((*offsets)[1]))
        return broken("its offsets are not whole numbers");
    const auto begin = (*offsets)[0].get<std::uint64_t>();
    const auto end = (*offsets)[1].get<std::uint64_t>();
    if (begin > end)
        return broken("its offsets run backwards");
    if (end > data.size())
        return invalidInput(
            fmt::format("{}: tensor {} ends {} bytes past the end of the file; it is "
                        "incomplete, fetch or copy it again",
                what, elided(name, 80), end - data.size()));
    const std::size_t valueBytes = safetensorsDtypeBytes(entry.dtype);
    if (valueBytes == 0)
        return broken(fmt::format("dtype {} is not known", elided(entry.dtype, 20)));
    const auto bytes = bytesOf(entry.shape, valueBytes);
    if (!bytes || *bytes != end - begin)
        return broken("its size does not agree with its shape");
    entry.data = data.subspan(begin, end - begin);
    return entry;
}

// Tensors cover the data without holes or overlaps, and to its end.
Status checkCoverage(const std::vector<SafetensorsEntry>& entries, std::span<const std::byte> data,
    std::string_view what)
{
    std::vector<std::pair<const std::byte*, std::size_t>> parts;
    for (const SafetensorsEntry& entry : entries)
        if (!entry.data.empty())
            parts.emplace_back(entry.data.data(), entry.data.size());
    std::sort(parts.begin(), parts.end());
    const std::byte* at = data.data();
    for (const auto& [begin, size] : parts) {
        if (begin != at)
            return invalidInput(
                fmt::format("{}: its tensors overlap or leave holes; the file is damaged", what));
        at = begin + size;
    }
    if (at != data.data() + data.size())
        return invalidInput(
            fmt::format("{}: {} bytes after its last tensor belong to none; the file is damaged",
                what, data.data() + data.size() - at));
    return {};
}

std::string headerText(
    std::span<const SafetensorsHeading> tensors, const std::map<std::string, std::string>& metadata)
{
    OrderedJson header = OrderedJson::object();
    if (!metadata.empty())
        header["__metadata__"] = metadata;
    std::uint64_t at = 0;
    for (const SafetensorsHeading& tensor : tensors) {
        const auto bytes = bytesOf(tensor.shape, safetensorsDtypeBytes(tensor.dtype));
        KOALA_CHECK(bytes.has_value());
        KOALA_CHECK(!header.contains(tensor.name));
        header[tensor.name] = {
            {"dtype", tensor.dtype}, {"shape", tensor.shape}, {"data_offsets", {at, at + *bytes}}};
        at += *bytes;
    }
    std::string text = toLine(header);
    text.resize((text.size() + 7) / 8 * 8, ' ');
    return text;
}

} // namespace

std::size_t safetensorsDtypeBytes(std::string_view dtype)
{
    for (const DtypeSize& known : kDtypes)
        if (known.name == dtype)
            return known.bytes;
    return 0;
}

Result<SafetensorsFile> SafetensorsFile::open(const fs::path& path)
{
    KOALA_TRY(MappedFile mapped, MappedFile::open(path));
    const std::string what = path.string();
    const std::span<const std::byte> bytes = mapped.bytes();
    std::uint64_t headerBytes = 0;
    if (bytes.size() < sizeof headerBytes)
        return invalidInput(fmt::format("{} is too short to be a safetensors file", what));
    std::memcpy(&headerBytes, bytes.data(), sizeof headerBytes);
    if (headerBytes > kMaxHeaderBytes)
        return invalidInput(fmt::format(
            "{} is not a safetensors file: its header would be {} bytes", what, headerBytes));
    if (headerBytes > bytes.size() - sizeof headerBytes)
        return invalidInput(fmt::format(
            "{}: the file ends inside its header; it is incomplete, fetch or copy it again", what));
    const auto* text = reinterpret_cast<const char*>(bytes.data() + sizeof headerBytes);
    if (headerBytes == 0 || *text != '{')
        return invalidInput(
            fmt::format("{} is not a safetensors file: its header is no JSON object", what));
    KOALA_TRY(const Json header, parseHeader({text, headerBytes}, what));

    SafetensorsFile file(std::move(mapped));
    const std::span<const std::byte> data = bytes.subspan(sizeof headerBytes + headerBytes);
    for (const auto& [name, value] : header.items()) {
        if (!value.is_object())
            return invalidInput(
                fmt::format("{}: {} is no object; the file is damaged", what, elided(name, 80)));
        if (name == "__metadata__") {
            for (const auto& [key, word] : value.items()) {
                if (!word.is_string())
                    return invalidInput(
                        fmt::format("{}: its metadata {} is no text; the file is damaged", what,
                            elided(key, 80)));
                file.m_metadata.emplace(key, word.get<std::string>());
            }
            continue;
        }
        KOALA_TRY(SafetensorsEntry entry, readEntry(name, value, data, what));
        file.m_entries.push_back(std::move(entry));
    }
    std::stable_sort(file.m_entries.begin(), file.m_entries.end(),
        [](const SafetensorsEntry& a, const SafetensorsEntry& b) {
            return a.data.data() < b.data.data();
        });
    KOALA_RETURN_IF_ERROR(checkCoverage(file.m_entries, data, what));
    return file;
}

const SafetensorsEntry* SafetensorsFile::find(std::string_view name) const
{
    const auto found = std::find_if(m_entries.begin(), m_entries.end(),
        [&](const SafetensorsEntry& entry) { return entry.name == name; });
    return found == m_entries.end() ? nullptr : &*found;
}

Result<AtomicFile> beginSafetensors(const fs::path& path,
    std::span<const SafetensorsHeading> tensors, const std::map<std::string, std::string>& metadata)
{
    KOALA_TRY(AtomicFile file, AtomicFile::create(path));
    const std::string header = headerText(tensors, metadata);
    const std::uint64_t length = header.size();
    KOALA_RETURN_IF_ERROR(file.write(std::as_bytes(std::span(&length, 1))));
    KOALA_RETURN_IF_ERROR(file.write(header));
    return file;
}

Status writeSafetensors(const fs::path& path, std::span<const SafetensorsTensor> tensors,
    const std::map<std::string, std::string>& metadata)
{
    std::vector<SafetensorsHeading> headings;
    for (const SafetensorsTensor& tensor : tensors) {
        const auto bytes = bytesOf(tensor.shape, safetensorsDtypeBytes(tensor.dtype));
        KOALA_CHECK(bytes && *bytes == tensor.data.size());
        headings.push_back({tensor.name, tensor.dtype, tensor.shape});
    }
    KOALA_TRY(AtomicFile file, beginSafetensors(path, headings, metadata));
    for (const SafetensorsTensor& tensor : tensors)
        KOALA_RETURN_IF_ERROR(file.write(tensor.data));
    return file.commit();
}

} // namespace koala
