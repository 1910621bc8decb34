// core/torch/ops/storage.h: the two number formats of a computation as the raw loops see them.
// Inside core/torch/ops.
#pragma once

#include <type_traits>

#include <ATen/Parallel.h>
#include <ATen/core/Tensor.h>

#include "core/torch/ops/row_kernels.h"

namespace koala {

// Calls body(V{}) with V = rows::Bfloat or float, by the tensor's type.
template <typename Body>
void withStorage(const at::Tensor& tensor, Body&& body)
{
    if (tensor.scalar_type() == at::kBFloat16)
        body(rows::Bfloat{});
    else
        body(float{});
}

template <typename V>
V* dataOf(const at::Tensor& tensor)
{
    return static_cast<V*>(tensor.data_ptr());
}

// Rows [begin, end) of `rows` on all threads; rows are independent of each other.
template <typename Body>
void forRows(std::int64_t rows, Body&& body)
{
    at::parallel_for(0, rows, 16,
        [&](std::int64_t begin, std::int64_t end) { body(std::size_t(begin), std::size_t(end)); });
}

} // namespace koala
