#include "core/weights/quantized.h"

#include <cmath>
#include <cstring>

#include "core/base/check.h"

namespace koala {
namespace {

constexpr std::size_t kBlock = 32;

std::uint16_t load16(const std::byte* at)
{
    std::uint16_t value = 0;
    std::memcpy(&value, at, sizeof value);
    return value;
}

std::byte* store16(std::byte* at, std::uint16_t value)
{
    std::memcpy(at, &value, sizeof value);
    return at + sizeof value;
}

int lowNibble(std::byte b)
{
    return std::to_integer<int>(b & std::byte{15});
}
int highNibble(std::byte b)
{
    return std::to_integer<int>(b >> 4);
}

// Nibbles: low = element j (0-15), high = element j + 16.
std::byte packed(int low, int high)
{
    return static_cast<std::byte>(low | high << 4);
}

int quarterStep(float value)
{
    return std::min(15, static_cast<int>(value));
}

std::byte* quantizeQ8(const float* x, std::byte* out)
{
    float largest = 0;
    for (std::size_t i = 0; i < kBlock; ++i)
        largest = std::max(largest, std::fabs(x[i]));
    const float d = largest / 127.0F;
    const float inverse = d == 0 ? 0.0F : 1.0F / d;
    out = store16(out, halfFromFloat(d));
    for (std::size_t i = 0; i < kBlock; ++i)
        *out++ = static_cast<std::byte>(static_cast<std::int8_t>(std::round(x[i] * inverse)));
    return out;
}

std::byte* quantizeQ40(const float* x, std::byte* out)
{
    float extreme = 0;
    for (std::size_t i = 0; i < kBlock; ++i)
        if (std::fabs(x[i]) > std::fabs(extreme))
            extreme = x[i];
    const float d = extreme / -8.0F;
    const float inverse = d == 0 ? 0.0F : 1.0F / d;
    out = store16(out, halfFromFloat(d));
    for (std::size_t i = 0; i < kBlock / 2; ++i)
        *out++ =
            packed(quarterStep(x[i] * inverse + 8.5F), quarterStep(x[i + 16] * inverse + 8.5F));
    return out;
}

std::byte* quantizeQ41(const float* x, std::byte* out)
{
    const auto [least, most] = std::minmax_element(x, x + kBlock);
    const float d = (*most - *least) / 15.0F;
    const float m = *least;
    const float inverse = d == 0 ? 0.0F : 1.0F / d;
    out = store16(out, halfFromFloat(d));
    out = store16(out, halfFromFloat(m));
    for (std::size_t i = 0; i < kBlock / 2; ++i)
        *out++ = packed(quarterStep((x[i] - m) * inverse + 0.5F),
            quarterStep((x[i + 16] - m) * inverse + 0.5F));
    return out;
}

} // namespace

void dequantize(TensorType type, const std::byte* data, std::size_t values, float* out)
{
    if (type == TensorType::F32) {
        std::memcpy(out, data, values * sizeof(float));
        return;
    }
    if (type == TensorType::F16 || type == TensorType::BF16) {
        const auto convert = type == TensorType::F16 ? floatFromHalf : floatFromBfloat;
        for (std::size_t i = 0; i < values; ++i)
            out[i] = convert(load16(data + 2 * i));
        return;
    }
    KOALA_CHECK(values % kBlock == 0);
    for (std::size_t block = 0; block < values / kBlock; ++block, out += kBlock) {
        const float d = floatFromHalf(load16(data));
        data += 2;
        if (type == TensorType::Q8_0) {
            for (std::size_t i = 0; i < kBlock; ++i)
                out[i] = d * static_cast<float>(static_cast<std::int8_t>(data[i]));
            data += kBlock;
            continue;
        }
        float m = -8.0F * d; // Q4_0: d * (q - 8), exact in fp32 either way
        if (type == TensorType::Q4_1) {
            m = floatFromHalf(load16(data));
            data += 2;
        }
        for (std::size_t i = 0; i < kBlock / 2; ++i) {
            out[i] = d * static_cast<float>(lowNibble(data[i])) + m;
            out[i + 16] = d * static_cast<float>(highNibble(data[i])) + m;
        }
        data += kBlock / 2;
    }
}

void quantize(TensorType type, std::span<const float> in, std::byte* out)
{
    if (type == TensorType::F32) {
        std::memcpy(out, in.data(), in.size_bytes());
        return;
    }
    if (type == TensorType::F16 || type == TensorType::BF16) {
        const auto convert = type == TensorType::F16 ? halfFromFloat : bfloatFromFloat;
        for (const float value : in)
            out = store16(out, convert(value));
        return;
    }
    KOALA_CHECK(in.size() % kBlock == 0);
    for (std::size_t i = 0; i < in.size(); i += kBlock)
        out = type == TensorType::Q8_0   ? quantizeQ8(in.data() + i, out)
              : type == TensorType::Q4_0 ? quantizeQ40(in.data() + i, out)
                                         : quantizeQ41(in.data() + i, out);
}

} // namespace koala
