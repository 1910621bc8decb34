#include "core/torch/model/fused_linear.h"

#include <cmath>

#include <ATen/Parallel.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/zeros.h>

#include "core/base/check.h"
#include "core/base/counter_random.h"
#include "core/torch/ops/row_ops.h"
#include "core/weights/adapter.h"

namespace koala {

std::string adapterName(const std::string& target, char matrix)
{
    return peftTensorName(target, matrix);
}

at::ScalarType computeType(Precision precision)
{
    return precision == Precision::Bf16 ? at::kBFloat16 : at::kFloat;
}

at::Tensor loadTensor(const Checkpoint& checkpoint, const std::string& name)
{
    const TensorView* view = checkpoint.find(name);
    KOALA_CHECK(view != nullptr); // openCheckpoint saw that it is there
    at::Tensor out = at::empty(view->shape, at::kFloat);
    auto* data = out.data_ptr<float>();
    at::parallel_for(0, view->rows(), 64, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t row = begin; row < end; ++row)
            dequantizeRow(*view, row, data + row * view->columns());
    });
    return out;
}

FusedLinear::FusedLinear(std::vector<Part> parts, std::int64_t inputs, const ModelOptions& options,
    ParameterStore& store)
    : m_parts(std::move(parts)), m_inputs(inputs), m_options(options),
      m_scale(options.lora.alpha / double(options.lora.rank))
{
    const std::int64_t rank = options.lora.rank;
    for (const Part& part : m_parts) {
        if (options.method == TrainMethod::Full) {
            store.declare(part.name, {part.rows, inputs});
        } else if (part.adapted) {
            store.declare(adapterName(part.name, 'A'), {rank, inputs});
            store.declare(adapterName(part.name, 'B'), {part.rows, rank});
            m_adapters.push_back({m_outputs, part.rows, m_columns, rank, {}, {}});
            m_columns += rank;
        }
        m_outputs += part.rows;
    }
    m_columns += m_columns % 2; // products of pairs want an even count; the odd column stays 0
}

void FusedLinear::fill(const Checkpoint& checkpoint, const ParameterStore& store)
{
    const at::ScalarType type = computeType(m_options.precision);
    if (m_options.method == TrainMethod::Full) {
        m_whole = store.span(m_parts.front().name, m_outputs, m_inputs);
        m_working = type == at::kFloat ? m_whole.value : at::empty({m_outputs, m_inputs}, type);
    } else {
        m_working = at::zeros({m_outputs, m_inputs + m_columns}, type);
    }
    const at::Tensor& base = m_whole.value.defined() ? m_whole.value : m_working;
    std::int64_t row = 0;
    for (const Part& part : m_parts) {
        base.narrow(0, row, part.rows)
            .narrow(1, 0, m_inputs)
            .copy_(loadTensor(checkpoint, part.name));
        row += part.rows;
    }
    std::size_t next = 0;
    for (const Part& part : m_parts) {
        if (m_options.method == TrainMethod::Full || !part.adapted)
            continue;
        Adapter& adapter = m_adapters[next++];
        adapter.a = store.at(adapterName(part.name, 'A'));
        adapter.b = store.at(adapterName(part.name, 'B'));
        // Kaiming-uniform with a = sqrt(5): bound sqrt(6 / ((1 + 5) inputs)).
        const auto bound = float(1.0 / std::sqrt(double(m_inputs)));
        const std::uint64_t key = joinKeys(m_options.seed, keyOf(adapter.a.name));
        auto* a = adapter.a.value.data_ptr<float>();
        for (std::int64_t i = 0; i < adapter.a.value.numel(); ++i)
            a[i] = uniformAt(key, std::uint64_t(i), bound);
    }
    if (m_columns > 0)
        m_a = at::zeros({m_columns, m_inputs}, type);
    refresh();
}

void FusedLinear::refresh()
{
    if (m_whole.value.defined() && !m_working.is_same(m_whole.value))
        m_working.copy_(m_whole.value);
    for (const Adapter& adapter : m_adapters) {
        m_a.narrow(0, adapter.firstColumn, adapter.rank).copy_(adapter.a.value);
        m_working.narrow(0, adapter.firstRow, adapter.rows)
            .narrow(1, m_inputs + adapter.firstColumn, adapter.rank)
            .copy_(adapter.b.value * m_scale);
    }
}

at::Tensor FusedLinear::input(std::int64_t tokens) const
{
    return at::empty({tokens, m_inputs + m_columns}, m_working.options());
}

at::Tensor FusedLinear::forward(
    const at::Tensor& input, const at::Tensor& out, const Dropout& dropout) const
{
    at::Tensor middle;
    if (m_columns > 0) {
        at::Tensor x = input.narrow(1, 0, m_inputs);
        if (dropout.drop > 0)
            x = dropoutRows(x, dropout.drop, dropout.key);
        middle = at::mm(x, m_a.t());
        input.narrow(1, m_inputs, m_columns).copy_(middle);
    }
    at::Tensor result = out;
    at::mm_out(result, input, m_working.t());
    return middle;
}

FusedLinear::InputGradient FusedLinear::backward(const at::Tensor& dy, const at::Tensor& x,
    const at::Tensor& middle, const Dropout& dropout, Need need) const
{
    if (m_whole.gradient.defined())
        m_whole.gradient.add_(at::mm(dy.t(), x));
    InputGradient to;
    at::Tensor dMiddle;
    if (need == Need::ParametersAndInput) {
        const at::Tensor dInput = at::mm(dy, m_working);
        to.dx = dInput.narrow(1, 0, m_inputs);
        if (m_columns > 0)
            dMiddle = dInput.narrow(1, m_inputs, m_columns).contiguous();
    } else if (m_columns > 0) {
        dMiddle = at::mm(dy, m_working.narrow(1, m_inputs, m_columns));
    }
    if (m_columns == 0)
        return to;
    adapterGradients(
        dy, dropout.drop > 0 ? dropoutRows(x, dropout.drop, dropout.key) : x, middle, dMiddle);
    if (need == Need::ParametersAndInput) {
        to.addend = at::mm(dMiddle, m_a);
        if (dropout.drop > 0)
            to.addend = dropoutRows(to.addend, dropout.drop, dropout.key);
    }
    return to;
}

void FusedLinear::adapterGradients(const at::Tensor& dy, const at::Tensor& x,
    const at::Tensor& middle, const at::Tensor& dMiddle) const
{
    const at::Tensor dA = at::mm(dMiddle.t(), x);
    for (const Adapter& adapter : m_adapters) {
        at::Tensor gradientA = adapter.a.gradient;
        at::Tensor gradientB = adapter.b.gradient;
        gradientA.add_(dA.narrow(0, adapter.firstColumn, adapter.rank));
        gradientB.add_(at::mm(dy.narrow(1, adapter.firstRow, adapter.rows).t(),
                           middle.narrow(1, adapter.firstColumn, adapter.rank)),
            m_scale);
    }
}

} // namespace koala
