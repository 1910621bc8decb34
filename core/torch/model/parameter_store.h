// core/torch/model/parameter_store.h: the trained values of a model and their gradients, each in
// one flat fp32 tensor. Names and shapes are declared first, then the memory is made, then views
// are handed out; they stay valid as long as the store.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/torch/model/llama.h"

namespace koala {

class ParameterStore {
public:
    void declare(std::string name, std::vector<std::int64_t> shape);
    void allocate();

    const std::vector<NamedParameter>& parameters() const { return m_parameters; }
    const NamedParameter& at(std::string_view name) const; // must have been declared
    // Parameters that lie one after another, beginning with `first`, as one [rows, columns] matrix.
    NamedParameter span(std::string_view first, std::int64_t rows, std::int64_t columns) const;

    const at::Tensor& values() const { return m_values; }
    const at::Tensor& gradients() const { return m_gradients; }

private:
    struct Declared {
        std::string name;
        std::vector<std::int64_t> shape;
        std::int64_t offset;
    };
    const Declared& declared(std::string_view name) const;
    NamedParameter view(std::string name, std::int64_t offset, at::IntArrayRef shape) const;

    std::vector<Declared> m_declared;
    std::int64_t m_size = 0;
    std::vector<NamedParameter> m_parameters;
    at::Tensor m_values;
    at::Tensor m_gradients;
};

} // namespace koala
