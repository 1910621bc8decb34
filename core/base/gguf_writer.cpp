#include "core/base/gguf_writer.h"

#include <limits>

namespace koala {
namespace {

// The format's numbers of value types (spec 05 section 6).
constexpr std::uint32_t kU32 = 4, kI32 = 5, kF32 = 6, kBool = 7, kString = 8, kArray = 9, kI64 = 11;

class Bytes {
public:
    template <typename T>
    void number(T value)
    {
        m_text.append(reinterpret_cast<const char*>(&value), sizeof value);
    }
    void text(std::string_view value)
    {
        number(std::uint64_t(value.size()));
        m_text.append(value);
    }
    std::string& text() { return m_text; }

private:
    std::string m_text;
};

struct ValueWriter {
    Bytes& out;

    void operator()(std::int64_t value) const
    {
        if (value >= 0 && value <= std::numeric_limits<std::uint32_t>::max()) {
            out.number(kU32);
            out.number(static_cast<std::uint32_t>(value));
            return;
        }
        out.number(kI64);
        out.number(value);
    }
    void operator()(double value) const
    {
        out.number(kF32);
        out.number(static_cast<float>(value));
    }
    void operator()(bool value) const
    {
        out.number(kBool);
        out.number(std::uint8_t(value));
    }
    void operator()(const std::string& value) const
    {
        out.number(kString);
        out.text(value);
    }
    void operator()(const std::vector<std::int64_t>& items) const
    {
        list(kI32, items.size());
        for (const std::int64_t item : items)
            out.number(static_cast<std::int32_t>(item));
    }
    void operator()(const std::vector<double>& items) const
    {
        list(kF32, items.size());
        for (const double item : items)
            out.number(static_cast<float>(item));
    }
    void operator()(const std::vector<std::string>& items) const
    {
        list(kString, items.size());
        for (const std::string& item : items)
            out.text(item);
    }
    void list(std::uint32_t type, std::size_t count) const
    {
        out.number(kArray);
        out.number(type);
        out.number(std::uint64_t(count));
    }
};

} // namespace

std::string ggufHeaderBytes(
    const GgufMetadata& metadata, const std::vector<GgufTensorInfo>& tensors)
{
    Bytes out;
    out.text() = "GGUF";
    out.number(std::uint32_t(3));
    out.number(std::uint64_t(tensors.size()));
    out.number(std::uint64_t(metadata.size()));
    for (const auto& [key, value] : metadata) {
        out.text(key);
        std::visit(ValueWriter{out}, value);
    }
    for (const GgufTensorInfo& tensor : tensors) {
        out.text(tensor.name);
        out.number(static_cast<std::uint32_t>(tensor.extents.size()));
        for (const std::uint64_t extent : tensor.extents)
            out.number(extent);
        out.number(tensor.type);
        out.number(tensor.offset);
    }
    std::string& text = out.text();
    text.resize((text.size() + kGgufAlignment - 1) / kGgufAlignment * kGgufAlignment, '\0');
    return std::move(text);
}

} // namespace koala
