#include "core/weights/torch_archive.h"

#include <cstring>

#include <fmt/format.h>

#include "core/base/utf8.h"
#include "core/weights/restricted_pickle.h"
#include "core/weights/stored_zip.h"

namespace koala {
namespace {

constexpr std::size_t kMaxTensors = 100'000;
constexpr std::size_t kMaxPickleBytes = std::size_t(64) << 20;
constexpr std::size_t kMaxKeyBytes = 1024;
constexpr int kMaxDepth = 64;
constexpr std::size_t kMaxVisited = 1'000'000;

using Entries = std::map<std::string, ZipEntry, std::less<>>;

std::size_t valueBytesOf(std::string_view dtype)
{
    static const std::map<std::string_view, std::size_t> kSizes{{"Bool", 1}, {"Byte", 1},
        {"Char", 1}, {"Short", 2}, {"Half", 2}, {"BFloat16", 2}, {"Int", 4}, {"Float", 4},
        {"Long", 8}, {"Double", 8}};
    const auto found = kSizes.find(dtype);
    return found == kSizes.end() ? 0 : found->second;
}

// The one data.pkl and the prefix it stands under.
Result<std::string> prefixOf(const Entries& entries, std::string_view what)
{
    std::string prefix;
    bool found = false;
    for (const auto& [name, entry] : entries) {
        if (name.find("/code/") != std::string::npos || name.ends_with("/constants.pkl"))
            return invalidInput(fmt::format(
                "{} is a TorchScript archive, which is a program and not read; save the state_dict "
                "instead",
                what));
        if (name != "data.pkl" && !name.ends_with("/data.pkl"))
            continue;
        if (found)
            return invalidInput(fmt::format("{}: holds two data.pkl", what));
        prefix = name.substr(0, name.size() - std::string_view("data.pkl").size());
        found = true;
    }
    if (!found)
        return invalidInput(
            fmt::format("{}: holds no data.pkl; it is no file that torch.save wrote", what));
    return prefix;
}

class Collector {
public:
    Collector(const Entries& entries, std::string prefix, std::string_view what)
        : m_entries(entries), m_prefix(std::move(prefix)), m_what(what)
    {
    }

    Status collect(const PickleValue& value, const std::string& key, int depth)
    {
        if (depth > kMaxDepth || key.size() > kMaxKeyBytes)
            return invalidInput(fmt::format(
                "{}: is nested deeper than {} levels or has names above 1 KiB", m_what, kMaxDepth));
        if (++m_visited > kMaxVisited) // lists may hold each other many times over
            return invalidInput(fmt::format("{}: holds more than a million values", m_what));
        switch (value.kind) {
        case PickleValue::Kind::Dictionary:
            return collectDictionary(value, key, depth);
        case PickleValue::Kind::List:
        case PickleValue::Kind::Tuple:
            for (std::size_t i = 0; i < value.items->size(); ++i)
                KOALA_RETURN_IF_ERROR(
                    collect((*value.items)[i], joined(key, std::to_string(i)), depth + 1));
            return {};
        case PickleValue::Kind::Tensor:
            return addTensor(*value.tensor, key);
        case PickleValue::Kind::Integer:
            m_archive.values[key] = value.integer;
            return {};
        case PickleValue::Kind::Boolean:
            m_archive.values[key] = value.integer != 0;
            return {};
        case PickleValue::Kind::Real:
            m_archive.values[key] = value.real;
            return {};
        case PickleValue::Kind::Text:
            m_archive.values[key] = elided(toValidUtf8(value.text), 4096);
            return {};
        default:
            return {};
        }
    }

    TorchArchive take() { return std::move(m_archive); }

private:
    static std::string joined(const std::string& key, const std::string& part)
    {
        return key.empty() ? part : key + "/" + part;
    }

    Status collectDictionary(const PickleValue& value, const std::string& key, int depth)
    {
        for (std::size_t i = 0; i + 1 < value.items->size(); i += 2) {
            const PickleValue& name = (*value.items)[i];
            if (name.kind != PickleValue::Kind::Text && name.kind != PickleValue::Kind::Integer)
                return invalidInput(fmt::format(
                    "{}: a dictionary has a key that is neither text nor number", m_what));
            const std::string part = name.kind == PickleValue::Kind::Text
                                         ? toValidUtf8(name.text)
                                         : std::to_string(name.integer);
            KOALA_RETURN_IF_ERROR(collect((*value.items)[i + 1], joined(key, part), depth + 1));
        }
        return {};
    }

    Status addTensor(const PickledTensor& pickled, const std::string& key)
    {
        const std::string shown = elided(key, 120);
        const auto wrong = [&](std::string_view reason) {
            return invalidInput(
                fmt::format("{}: tensor {}: {}; the file is damaged or was tampered with", m_what,
                    shown, reason));
        };
        ArchivedTensor tensor;
        tensor.dtype = pickled.storage.dtype;
        tensor.valueBytes = valueBytesOf(tensor.dtype);
        tensor.storage = m_prefix + "data/" + pickled.storage.key;
        const auto entry = m_entries.find(tensor.storage);
        if (entry == m_entries.end())
            return wrong(fmt::format("its storage {} is missing", pickled.storage.key));
        std::uint64_t storageBytes = 0;
        if (__builtin_mul_overflow(
                std::uint64_t(pickled.storage.count), tensor.valueBytes, &storageBytes) ||
            storageBytes != entry->second.data.size())
            return wrong("its storage has another size than it says");
        // The last value it reaches must lie inside the storage.
        std::uint64_t last = pickled.offset;
        bool isEmpty = false;
        for (std::size_t i = 0; i < pickled.shape.size(); ++i) {
            std::uint64_t reach = 0;
            if (pickled.shape[i] == 0)
                isEmpty = true;
            else if (__builtin_mul_overflow(std::uint64_t(pickled.shape[i] - 1),
                         std::uint64_t(pickled.strides[i]), &reach) ||
                     __builtin_add_overflow(last, reach, &last))
                return wrong("its extent overflows");
        }
        if (!isEmpty && last >= std::uint64_t(pickled.storage.count))
            return wrong("it reaches past its storage");
        if (m_archive.tensors.size() >= kMaxTensors)
            return invalidInput(fmt::format("{}: holds more than {} tensors", m_what, kMaxTensors));
        tensor.shape = pickled.shape;
        tensor.strides = pickled.strides;
        tensor.offset = pickled.offset;
        tensor.data = entry->second.data;
        if (!m_archive.tensors.emplace(key, std::move(tensor)).second)
            return wrong("it is there twice");
        return {};
    }

    const Entries& m_entries;
    std::string m_prefix;
    std::string_view m_what;
    TorchArchive m_archive;
    std::size_t m_visited = 0;
};

} // namespace

void ArchivedTensor::copyTo(std::span<std::byte> out) const
{
    // A tensor may be a view: strides are followed, whole rows at once where they are contiguous.
    if (out.empty())
        return;
    std::vector<std::int64_t> index(shape.size(), 0);
    const bool rowsAreWhole = !shape.empty() && strides.back() == 1;
    const std::size_t run = rowsAreWhole ? static_cast<std::size_t>(shape.back()) : 1;
    const std::size_t outer = rowsAreWhole ? shape.size() - 1 : shape.size();
    for (std::size_t done = 0; done < out.size(); done += run * valueBytes) {
        std::uint64_t from = offset;
        for (std::size_t i = 0; i < outer; ++i)
            from += static_cast<std::uint64_t>(index[i] * strides[i]);
        std::memcpy(out.data() + done, data.data() + from * valueBytes, run * valueBytes);
        for (std::size_t i = outer; i-- > 0;) {
            if (++index[i] < shape[i])
                break;
            index[i] = 0;
        }
    }
}

Result<TorchArchive> readTorchArchive(const MappedFile& file, std::string_view what)
{
    KOALA_TRY(const Entries entries, readStoredZip(file.bytes(), what));
    KOALA_TRY(const std::string prefix, prefixOf(entries, what));
    if (const auto order = entries.find(prefix + "byteorder"); order != entries.end())
        if (std::string_view(reinterpret_cast<const char*>(order->second.data.data()),
                order->second.data.size()) != "little")
            return invalidInput(fmt::format("{}: its numbers are big-endian", what));
    const ZipEntry& pickle = entries.find(prefix + "data.pkl")->second;
    if (pickle.data.size() > kMaxPickleBytes)
        return invalidInput(fmt::format("{}: its data.pkl is larger than 64 MiB", what));
    for (const auto& [name, entry] : entries)
        KOALA_RETURN_IF_ERROR(checkCrc(entry, name, what));
    KOALA_TRY(const PickleTree tree, readPickle(pickle.data, what));
    Collector collector(entries, prefix, what);
    KOALA_RETURN_IF_ERROR(collector.collect(tree.root, "", 0));
    return collector.take();
}

} // namespace koala
