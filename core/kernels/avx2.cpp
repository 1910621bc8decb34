// core/kernels/avx2.cpp: the kernels for AVX2 with FMA and F16C. Only choose.cpp hands them out, on
// machines that have these.
#if defined(__x86_64__)
#include <cstddef>
#include <cstdint>

#include <immintrin.h>

#include "core/kernels/forms.h"

#pragma GCC target("avx2,fma,f16c")

namespace koala {
namespace {

struct V {
    using F = __m256;
    static constexpr std::size_t kWidth = 8;
    static constexpr std::size_t kTileRows = 3; // 4 x 3 sums and 4 operands in 16 registers
    static constexpr int kMaxSums = 8;

    static F zero() { return _mm256_setzero_ps(); }
    static F set1(float value) { return _mm256_set1_ps(value); }
    static F load(const float* at) { return _mm256_loadu_ps(at); }
    static void store(float* at, F v) { _mm256_storeu_ps(at, v); }
    static __m256i mask(std::size_t count)
    {
        const __m256i lanes = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
        return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(count)), lanes);
    }
    static F loadPart(const float* at, std::size_t count)
    {
        return _mm256_maskload_ps(at, mask(count));
    }
    static void storePart(float* at, std::size_t count, F v)
    {
        _mm256_maskstore_ps(at, mask(count), v);
    }
    static F add(F a, F b) { return _mm256_add_ps(a, b); }
    static F sub(F a, F b) { return _mm256_sub_ps(a, b); }
    static F mul(F a, F b) { return _mm256_mul_ps(a, b); }
    static F div(F a, F b) { return _mm256_div_ps(a, b); }
    static F fma(F a, F b, F c) { return _mm256_fmadd_ps(a, b, c); }

    static void reduce4(F a, F b, F c, F d, float* out)
    {
        const F sums = _mm256_hadd_ps(_mm256_hadd_ps(a, b), _mm256_hadd_ps(c, d));
        _mm_storeu_ps(
            out, _mm_add_ps(_mm256_castps256_ps128(sums), _mm256_extractf128_ps(sums, 1)));
    }

    // e^x = 2^n e^r with |r| <= ln 2 / 2; the polynomial is Cephes' for expf, about 1 ulp. The
    // order of operands lets NaN through.
    static F exp(F x)
    {
        x = _mm256_max_ps(set1(-87.3365478515625F), _mm256_min_ps(set1(88.3762626647950F), x));
        const F n = _mm256_round_ps(_mm256_mul_ps(x, set1(1.44269504088896341F)),
            _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
        F r = _mm256_fnmadd_ps(n, set1(0.693359375F), x);
        r = _mm256_fnmadd_ps(n, set1(-2.12194440e-4F), r);
        F p = set1(1.9875691500e-4F);
        p = fma(p, r, set1(1.3981999507e-3F));
        p = fma(p, r, set1(8.3334519073e-3F));
        p = fma(p, r, set1(4.1665795894e-2F));
        p = fma(p, r, set1(1.6666665459e-1F));
        p = fma(p, r, set1(5.0000001201e-1F));
        p = fma(p, _mm256_mul_ps(r, r), _mm256_add_ps(r, set1(1.0F)));
        const __m256i power =
            _mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23);
        return _mm256_mul_ps(p, _mm256_castsi256_ps(power));
    }

    template <WeightType T>
    static constexpr std::size_t blockBytes()
    {
        return T == WeightType::F32                              ? 128
               : (T == WeightType::F16 || T == WeightType::BF16) ? 64
               : T == WeightType::Q4_0                           ? 18
               : T == WeightType::Q4_1                           ? 20
                                                                 : 34;
    }

    // q d is exact in fp32, so the fused q d + m is rounded once, as the plain definition does.
    static void decodeNibbles(const std::byte* packed, F d, F m, F* out)
    {
        const __m128i q = _mm_loadu_si128(reinterpret_cast<const __m128i*>(packed));
        const __m128i low = _mm_and_si128(q, _mm_set1_epi8(15));
        const __m128i high = _mm_and_si128(_mm_srli_epi16(q, 4), _mm_set1_epi8(15));
        out[0] = _mm256_fmadd_ps(d, _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(low)), m);
        out[1] =
            _mm256_fmadd_ps(d, _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_srli_si128(low, 8))), m);
        out[2] = _mm256_fmadd_ps(d, _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(high)), m);
        out[3] = _mm256_fmadd_ps(
            d, _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_srli_si128(high, 8))), m);
    }

    static __m128 loadHalves(const std::byte* at) // two of them
    {
        int raw;
        __builtin_memcpy(&raw, at, 4);
        return _mm_cvtph_ps(_mm_cvtsi32_si128(raw));
    }

    template <WeightType T>
    static void decode(const std::byte* at, F* out)
    {
        const auto* bytes = reinterpret_cast<const __m128i*>(at);
        if constexpr (T == WeightType::F32) {
            for (int i = 0; i < 4; ++i)
                out[i] = _mm256_castsi256_ps(
                    _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at) + i));
        } else if constexpr (T == WeightType::F16) {
            for (int i = 0; i < 4; ++i)
                out[i] = _mm256_cvtph_ps(_mm_loadu_si128(bytes + i));
        } else if constexpr (T == WeightType::BF16) {
            for (int i = 0; i < 4; ++i)
                out[i] = _mm256_castsi256_ps(
                    _mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128(bytes + i)), 16));
        } else if constexpr (T == WeightType::Q8_0) {
            const F d = _mm256_broadcastss_ps(loadHalves(at));
            for (int i = 0; i < 4; ++i)
                out[i] = _mm256_mul_ps(d, _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(
                                              reinterpret_cast<const __m128i*>(at + 2 + 8 * i)))));
        } else if constexpr (T == WeightType::Q4_1) {
            const __m128 dm = loadHalves(at);
            decodeNibbles(
                at + 4, _mm256_broadcastss_ps(dm), _mm256_broadcastss_ps(_mm_movehdup_ps(dm)), out);
        } else {
            const F d = _mm256_broadcastss_ps(loadHalves(at));
            decodeNibbles(at + 2, d, _mm256_mul_ps(d, set1(-8.0F)), out);
        }
    }
};

} // namespace
} // namespace koala

#include "core/kernels/simd_impl.h"

namespace koala {
const Kernels kAvx2Kernels{"avx2", matmul, silu, attention, raise};
} // namespace koala
#endif
