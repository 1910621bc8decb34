#include "core/torch/ops/row_ops.h"

#include <cmath>

#include <ATen/ops/empty.h>
#include <ATen/ops/zeros.h>

#include "core/torch/ops/storage.h"

namespace koala {

void addRmsNorm(const at::Tensor& x, const at::Tensor& delta, const at::Tensor& xOut,
    const at::Tensor& weight, double epsilon, const at::Tensor& y, const at::Tensor& rstd)
{
    const rows::AddNormArguments arguments{
        .x = dataOf<float>(x),
        .delta = delta.defined() ? delta.data_ptr() : nullptr,
        .deltaLd = delta.defined() ? std::size_t(delta.stride(0)) : 0,
        .xOut = dataOf<float>(xOut),
        .weight = dataOf<float>(weight),
        .y = y.data_ptr(),
        .yLd = std::size_t(y.stride(0)),
        .rstd = dataOf<float>(rstd),
        .width = std::size_t(x.size(1)),
        .epsilon = float(epsilon),
    };
    withStorage(y, [&]<typename V>(V) {
        forRows(x.size(0), [&](std::size_t begin, std::size_t end) {
            rows::addRmsNorm<V>(arguments, begin, end);
        });
    });
}

void applyNorm(
    const at::Tensor& x, const at::Tensor& rstd, const at::Tensor& weight, const at::Tensor& y)
{
    withStorage(y, [&]<typename V>(V) {
        forRows(x.size(0), [&](std::size_t begin, std::size_t end) {
            rows::applyNorm<V>(dataOf<float>(x), dataOf<float>(rstd), dataOf<float>(weight),
                dataOf<V>(y), std::size_t(y.stride(0)), std::size_t(x.size(1)), begin, end);
        });
    });
}

void rmsNormBackward(const at::Tensor& dy, const at::Tensor& addend, const at::Tensor& x,
    const at::Tensor& rstd, const at::Tensor& weight, const at::Tensor& dx,
    const at::Tensor& dxCopy, const at::Tensor& dWeight)
{
    const rows::NormBackwardArguments arguments{
        .dy = dy.data_ptr(),
        .dyLd = std::size_t(dy.stride(0)),
        .addend = addend.defined() ? addend.data_ptr() : nullptr,
        .x = dataOf<float>(x),
        .rstd = dataOf<float>(rstd),
        .weight = dataOf<float>(weight),
        .dx = dataOf<float>(dx),
        .dxCopy = dxCopy.defined() ? dxCopy.data_ptr() : nullptr,
        .width = std::size_t(x.size(1)),
    };
    const std::int64_t count = x.size(0);
    if (!dWeight.defined()) {
        withStorage(dy, [&]<typename V>(V) {
            forRows(count, [&](std::size_t begin, std::size_t end) {
                rows::rmsNormBackward<V>(arguments, nullptr, begin, end);
            });
        });
        return;
    }
    // Chunks of 64 rows have a sum each, added in order: the same bits with any thread count.
    constexpr std::int64_t kChunk = 64;
    const std::int64_t chunks = (count + kChunk - 1) / kChunk;
    const at::Tensor partial = at::zeros({chunks, x.size(1)}, at::kFloat);
    withStorage(dy, [&]<typename V>(V) {
        at::parallel_for(0, chunks, 1, [&](std::int64_t begin, std::int64_t end) {
            for (std::int64_t c = begin; c < end; ++c)
                rows::rmsNormBackward<V>(arguments, dataOf<float>(partial) + c * x.size(1),
                    std::size_t(c * kChunk), std::size_t(std::min(count, (c + 1) * kChunk)));
        });
    });
    for (std::int64_t c = 0; c < chunks; ++c)
        rows::addRows<float>(dataOf<float>(dWeight), std::size_t(x.size(1)),
            dataOf<float>(partial) + c * x.size(1), std::size_t(x.size(1)), 0, 1);
}

void swiglu(const at::Tensor& gateUp, const at::Tensor& h)
{
    withStorage(gateUp, [&]<typename V>(V) {
        forRows(gateUp.size(0), [&](std::size_t begin, std::size_t end) {
            rows::swiglu<V>(dataOf<V>(gateUp), dataOf<V>(h), std::size_t(h.stride(0)),
                std::size_t(gateUp.size(1) / 2), begin, end);
        });
    });
}

void swigluBackward(const at::Tensor& dh, const at::Tensor& addend, const at::Tensor& gateUp,
    const at::Tensor& dGateUp)
{
    withStorage(gateUp, [&]<typename V>(V) {
        const V* more = addend.defined() ? dataOf<V>(addend) : nullptr;
        forRows(gateUp.size(0), [&](std::size_t begin, std::size_t end) {
            rows::swigluBackward<V>(dataOf<V>(dh), std::size_t(dh.stride(0)), more,
                dataOf<V>(gateUp), dataOf<V>(dGateUp), std::size_t(gateUp.size(1) / 2), begin, end);
        });
    });
}

RopeTables ropeTables(std::int64_t positions, std::int64_t headSize, double base, bool interleaved)
{
    const std::int64_t half = headSize / 2;
    RopeTables tables{at::empty({positions, half}, at::kFloat),
        at::empty({positions, half}, at::kFloat), interleaved};
    float* cosines = dataOf<float>(tables.cosines);
    float* sines = dataOf<float>(tables.sines);
    for (std::int64_t i = 0; i < half; ++i) {
        const double frequency = std::pow(base, -2.0 * double(i) / double(headSize));
        for (std::int64_t p = 0; p < positions; ++p) {
            cosines[p * half + i] = float(std::cos(double(p) * frequency));
            sines[p * half + i] = float(std::sin(double(p) * frequency));
        }
    }
    return tables;
}

void rope(const at::Tensor& x, std::int64_t heads, std::int64_t headSize, const RopeTables& tables,
    const std::vector<std::int32_t>& positions, Turn turn)
{
    const rows::RopeArguments arguments{
        .ld = std::size_t(x.stride(0)),
        .heads = std::size_t(heads),
        .headSize = std::size_t(headSize),
        .cosines = dataOf<float>(tables.cosines),
        .sines = dataOf<float>(tables.sines),
        .positions = positions.data(),
        .sign = turn == Turn::Forward ? 1.0F : -1.0F,
        .interleaved = tables.interleaved,
    };
    withStorage(x, [&]<typename V>(V) {
        forRows(x.size(0), [&](std::size_t begin, std::size_t end) {
            rows::rope<V>(dataOf<V>(x), arguments, begin, end);
        });
    });
}

void addRows(const at::Tensor& a, const at::Tensor& b)
{
    withStorage(a, [&]<typename V>(V) {
        forRows(a.size(0), [&](std::size_t begin, std::size_t end) {
            rows::addRows<V>(dataOf<V>(a), std::size_t(a.stride(0)), dataOf<V>(b),
                std::size_t(a.size(1)), begin, end);
        });
    });
}

at::Tensor dropoutRows(const at::Tensor& in, double drop, std::uint64_t key)
{
    at::Tensor out = at::empty({in.size(0), in.size(1)}, in.options());
    withStorage(in, [&]<typename V>(V) {
        forRows(in.size(0), [&](std::size_t begin, std::size_t end) {
            rows::dropoutRows<V>(dataOf<V>(in), std::size_t(in.stride(0)), dataOf<V>(out),
                std::size_t(in.size(1)), key, float(drop), begin, end);
        });
    });
    return out;
}

} // namespace koala
