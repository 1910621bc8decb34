// tests/support/torch_archives.h: files as torch.save writes them, and as nobody should: a pickle
// put together opcode by opcode, and a ZIP whose every field can be wrong.
#pragma once

#include <cstdint>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include <zlib.h>

namespace koala::test {

template <typename T>
void appendNumber(std::string& out, T value)
{
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

struct ZipPart {
    std::string name;
    std::string data;
    // Hooks for damage: applied to the finished local and central headers.
    std::function<void(std::string& header)> changeLocal = {};
    std::function<void(std::string& header)> changeCentral = {};
};

// Offsets of the fields that tests change.
constexpr std::size_t kLocalMethod = 8, kLocalCrc = 14, kLocalSize = 22, kLocalName = 30;
constexpr std::size_t kCentralFlags = 8, kCentralMethod = 10, kCentralCrc = 16, kCentralStored = 20,
                      kCentralSize = 24, kCentralOffset = 42;

template <typename T>
void setField(std::string& bytes, std::size_t offset, T value)
{
    std::memcpy(bytes.data() + offset, &value, sizeof value);
}

inline std::string zipOf(const std::vector<ZipPart>& parts)
{
    std::string out;
    std::string directory;
    for (const ZipPart& part : parts) {
        const auto crc = static_cast<std::uint32_t>(::crc32(0,
            reinterpret_cast<const Bytef*>(part.data.data()), static_cast<uInt>(part.data.size())));
        const auto size = static_cast<std::uint32_t>(part.data.size());
        std::string local;
        appendNumber(local, std::uint32_t(0x04034b50));
        local.append(10, '\0'); // version, flags, method, time, date
        appendNumber(local, crc);
        appendNumber(local, size);
        appendNumber(local, size);
        appendNumber(local, static_cast<std::uint16_t>(part.name.size()));
        appendNumber(local, std::uint16_t(0));
        local += part.name;
        if (part.changeLocal)
            part.changeLocal(local);
        std::string central;
        appendNumber(central, std::uint32_t(0x02014b50));
        central.append(12, '\0');
        appendNumber(central, crc);
        appendNumber(central, size);
        appendNumber(central, size);
        appendNumber(central, static_cast<std::uint16_t>(part.name.size()));
        central.append(12, '\0');
        appendNumber(central, static_cast<std::uint32_t>(out.size()));
        central += part.name;
        if (part.changeCentral)
            part.changeCentral(central);
        directory += central;
        out += local + part.data;
    }
    const auto offset = static_cast<std::uint32_t>(out.size());
    out += directory;
    appendNumber(out, std::uint32_t(0x06054b50));
    appendNumber(out, std::uint32_t(0));
    appendNumber(out, static_cast<std::uint16_t>(parts.size()));
    appendNumber(out, static_cast<std::uint16_t>(parts.size()));
    appendNumber(out, static_cast<std::uint32_t>(directory.size()));
    appendNumber(out, offset);
    appendNumber(out, std::uint16_t(0));
    return out;
}

// Opcodes, appended to one another.
inline std::string pickleText(const std::string& text)
{
    std::string out = "X";
    appendNumber(out, static_cast<std::uint32_t>(text.size()));
    return out + text;
}
inline std::string pickleNumber(std::int32_t value)
{
    std::string out = "J";
    appendNumber(out, value);
    return out;
}
inline std::string pickleGlobal(const std::string& module, const std::string& name)
{
    return "c" + module + "\n" + name + "\n";
}
inline std::string pickleTuple(const std::string& items)
{
    return "(" + items + "t";
}
inline std::string pickleStorage(
    const std::string& key, std::int32_t count, const std::string& type = "FloatStorage")
{
    return pickleTuple(pickleText("storage") + pickleGlobal("torch", type) + pickleText(key) +
                       pickleText("cpu") + pickleNumber(count)) +
           "Q";
}
inline std::string pickleTensor(const std::string& storage, std::int32_t offset,
    const std::vector<std::int32_t>& shape, const std::vector<std::int32_t>& strides)
{
    std::string sizes;
    for (const std::int32_t extent : shape)
        sizes += pickleNumber(extent);
    std::string steps;
    for (const std::int32_t stride : strides)
        steps += pickleNumber(stride);
    return pickleGlobal("torch._utils", "_rebuild_tensor_v2") +
           pickleTuple(storage + pickleNumber(offset) + pickleTuple(sizes) + pickleTuple(steps) +
                       "\x89" + pickleGlobal("collections", "OrderedDict") + ")R") +
           "R";
}
// {key: value, …} from pairs already in opcodes.
inline std::string pickleDictionary(const std::string& pairs)
{
    return "}(" + pairs + "u";
}
inline std::string pickleFile(const std::string& body)
{
    return "\x80\x02" + body + ".";
}

inline std::string floatBytes(const std::vector<float>& values)
{
    return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

// An archive with one fp32 storage "0".
inline std::string torchFile(const std::string& pickle, const std::vector<float>& storage)
{
    return zipOf({{"a/data.pkl", pickle}, {"a/byteorder", "little"},
        {"a/data/0", floatBytes(storage)}, {"a/version", "3\n"}});
}

} // namespace koala::test
