#include "core/torch/ops/small_gemm.h"

#include <ATen/native/CPUBlas.h>

namespace koala {

namespace {

bool probePairs()
{
    c10::BFloat16 a[4] = {1.0F, 2.0F, 3.0F, 4.0F};
    c10::BFloat16 b[4] = {1.0F, 0.0F, 0.0F, 1.0F};
    float c[4] = {};
    try {
        at::native::cpublas::brgemm(2, 2, 2, 2, 2, 2, false, a, b, c, true);
        at::native::cpublas::brgemm_release(true);
    } catch (const c10::Error&) {
        return false; // no such instructions here
    }
    return true;
}

} // namespace

template <>
bool packsPairs<rows::Bfloat>()
{
    static const bool pairs = probePairs();
    return pairs;
}
template <>
bool packsPairs<float>()
{
    return false;
}

template <>
void smallGemm<rows::Bfloat>(std::int64_t m, std::int64_t n, std::int64_t k, const rows::Bfloat* a,
    std::int64_t lda, const rows::Bfloat* b, float* c, std::int64_t ldc, Sum sum)
{
    static_assert(sizeof(rows::Bfloat) == sizeof(c10::BFloat16));
    at::native::cpublas::brgemm(m, n, k, lda, n, ldc, sum == Sum::Add,
        reinterpret_cast<const c10::BFloat16*>(a), reinterpret_cast<const c10::BFloat16*>(b), c,
        packsPairs<rows::Bfloat>());
}
template <>
void smallGemm<float>(std::int64_t m, std::int64_t n, std::int64_t k, const float* a,
    std::int64_t lda, const float* b, float* c, std::int64_t ldc, Sum sum)
{
    at::native::cpublas::brgemm(m, n, k, lda, n, ldc, sum == Sum::Add, a, b, c, false);
}

template <>
void finishSmallGemms<rows::Bfloat>()
{
    at::native::cpublas::brgemm_release(packsPairs<rows::Bfloat>());
}
template <>
void finishSmallGemms<float>()
{
    at::native::cpublas::brgemm_release(false);
}

} // namespace koala
