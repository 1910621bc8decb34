// core/torch/model/fused_linear.h: the linears that read the same input (q, k, v; gate, up; or one
// alone) as one matrix, frozen with adapters or trained. Inside core/torch/model.
//
// With adapters the matrix that is multiplied with is [W | s B]: the base's columns, then for each
// adapted linear its B times s = alpha / rank in its own rows. The input carries x A^T in those
// columns, so one product does base and adapters, and one product of the backward pass gives the
// gradients of x and of x A^T together. Legend: T = tokens, K = inputs, N = outputs, R = adapter
// columns (rank times adapted linears).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/torch/model/parameter_store.h"

namespace koala {

// Of one fused linear in one micro-batch; drop 0 is none.
struct Dropout {
    double drop = 0;
    std::uint64_t key = 0;
};

class FusedLinear {
public:
    struct Part {
        std::string name; // "model.layers.0.self_attn.q_proj.weight"
        std::int64_t rows = 0;
        bool adapted = false;
    };

    // Declares what is trained: the matrices themselves, or A and B of adapted parts.
    FusedLinear(std::vector<Part> parts, std::int64_t inputs, const ModelOptions& options,
        ParameterStore& store);
    // After the store's memory was made: takes the weights and gives A its first values.
    void fill(const Checkpoint& checkpoint, const ParameterStore& store);
    void refresh();

    std::int64_t inputs() const { return m_inputs; }
    std::int64_t outputs() const { return m_outputs; }
    bool trained() const { return m_options.method == TrainMethod::Full || m_columns > 0; }
    // An uninitialised input [T, K + R]; the caller fills the first K columns.
    at::Tensor input(std::int64_t tokens) const;

    // out [T, N] is set. Returns x A^T [T, R], undefined without adapters: backward wants it.
    at::Tensor forward(
        const at::Tensor& input, const at::Tensor& out, const Dropout& dropout) const;

    enum class Need { Parameters, ParametersAndInput };
    struct InputGradient {
        at::Tensor dx;     // [T, K], rows may lie apart
        at::Tensor addend; // contiguous, to be added to dx; undefined where there is none
    };
    // x [T, K] as forward had it; may be undefined where nothing is trained.
    InputGradient backward(const at::Tensor& dy, const at::Tensor& x, const at::Tensor& middle,
        const Dropout& dropout, Need need) const;

private:
    struct Adapter {
        std::int64_t firstRow = 0;
        std::int64_t rows = 0;
        std::int64_t firstColumn = 0; // of R
        std::int64_t rank = 0;
        NamedParameter a;
        NamedParameter b;
    };
    void adapterGradients(const at::Tensor& dy, const at::Tensor& x, const at::Tensor& middle,
        const at::Tensor& dMiddle) const;

    std::vector<Part> m_parts;
    std::int64_t m_inputs = 0;
    std::int64_t m_outputs = 0;
    std::int64_t m_columns = 0;
    ModelOptions m_options;
    double m_scale = 1;
    std::vector<Adapter> m_adapters;
    NamedParameter m_whole; // of a full fine-tune: all parts, fp32
    at::Tensor m_working;   // [N, K + R] in the type of the computation
    at::Tensor m_a;         // [R, K] likewise
};

// PEFT's name of an adapter matrix of a base tensor.
std::string adapterName(const std::string& target, char matrix);
at::ScalarType computeType(Precision precision);
// Rows of a stored tensor as fp32, [rows, columns] or [n].
at::Tensor loadTensor(const Checkpoint& checkpoint, const std::string& name);

} // namespace koala
