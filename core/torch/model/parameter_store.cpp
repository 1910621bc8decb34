#include "core/torch/model/parameter_store.h"

#include <algorithm>

#include <ATen/ops/zeros.h>

#include "core/base/check.h"

namespace koala {

void ParameterStore::declare(std::string name, std::vector<std::int64_t> shape)
{
    std::int64_t count = 1;
    for (const std::int64_t extent : shape)
        count *= extent;
    m_declared.push_back({std::move(name), std::move(shape), m_size});
    m_size += count;
}

void ParameterStore::allocate()
{
    m_values = at::zeros({m_size}, at::kFloat);
    m_gradients = at::zeros({m_size}, at::kFloat);
    for (const Declared& entry : m_declared)
        m_parameters.push_back(view(entry.name, entry.offset, entry.shape));
}

NamedParameter ParameterStore::view(
    std::string name, std::int64_t offset, at::IntArrayRef shape) const
{
    const std::int64_t count = c10::multiply_integers(shape);
    return {std::move(name), m_values.narrow(0, offset, count).view(shape),
        m_gradients.narrow(0, offset, count).view(shape)};
}

const ParameterStore::Declared& ParameterStore::declared(std::string_view name) const
{
    const auto found = std::find_if(m_declared.begin(), m_declared.end(),
        [&](const Declared& entry) { return entry.name == name; });
    KOALA_CHECK(found != m_declared.end());
    return *found;
}

const NamedParameter& ParameterStore::at(std::string_view name) const
{
    return m_parameters[std::size_t(&declared(name) - m_declared.data())];
}

NamedParameter ParameterStore::span(
    std::string_view first, std::int64_t rows, std::int64_t columns) const
{
    return view(std::string(first), declared(first).offset, {rows, columns});
}

} // namespace koala
