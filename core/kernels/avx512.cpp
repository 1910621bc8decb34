// core/kernels/avx512.cpp: the kernels for AVX-512. Only choose.cpp hands them out, on machines
// that have F, DQ, BW and VL.
#if defined(__x86_64__)
#include <cstddef>
#include <cstdint>

#include <immintrin.h>

#include "core/kernels/forms.h"

// g++ 12 takes the deliberately undefined operands inside its own intrinsics for mistakes.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma,f16c")

namespace koala {
namespace {

struct V {
    using F = __m512;
    static constexpr std::size_t kWidth = 16;
    static constexpr std::size_t kTileRows = 6; // 4 x 6 sums and 7 operands in 32 registers
    static constexpr int kMaxSums = 16;

    static F zero() { return _mm512_setzero_ps(); }
    static F set1(float value) { return _mm512_set1_ps(value); }
    static F load(const float* at) { return _mm512_loadu_ps(at); }
    static void store(float* at, F v) { _mm512_storeu_ps(at, v); }
    static __mmask16 mask(std::size_t count) { return static_cast<__mmask16>((1U << count) - 1U); }
    static F loadPart(const float* at, std::size_t count)
    {
        return _mm512_maskz_loadu_ps(mask(count), at);
    }
    static void storePart(float* at, std::size_t count, F v)
    {
        _mm512_mask_storeu_ps(at, mask(count), v);
    }
    static F add(F a, F b) { return _mm512_add_ps(a, b); }
    static F sub(F a, F b) { return _mm512_sub_ps(a, b); }
    static F mul(F a, F b) { return _mm512_mul_ps(a, b); }
    static F div(F a, F b) { return _mm512_div_ps(a, b); }
    static F fma(F a, F b, F c) { return _mm512_fmadd_ps(a, b, c); }

    // Halves are added as (first 8 + last 8), then 4 + 4, then pairs; four vectors share the
    // shuffles.
    static void reduce4(F a, F b, F c, F d, float* out)
    {
        const F ab =
            _mm512_add_ps(_mm512_shuffle_f32x4(a, b, 0x44), _mm512_shuffle_f32x4(a, b, 0xee));
        const F cd =
            _mm512_add_ps(_mm512_shuffle_f32x4(c, d, 0x44), _mm512_shuffle_f32x4(c, d, 0xee));
        F all =
            _mm512_add_ps(_mm512_shuffle_f32x4(ab, cd, 0x88), _mm512_shuffle_f32x4(ab, cd, 0xdd));
        all = _mm512_add_ps(all, _mm512_permute_ps(all, 0x4e));
        all = _mm512_add_ps(all, _mm512_permute_ps(all, 0xb1));
        const __m512i firsts = _mm512_setr_epi32(0, 4, 8, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
        _mm_storeu_ps(out, _mm512_castps512_ps128(_mm512_permutexvar_ps(firsts, all)));
    }

    // e^x = 2^n e^r with |r| <= ln 2 / 2; the polynomial is Cephes' for expf, about 1 ulp. The
    // order of operands lets NaN through.
    static F exp(F x)
    {
        x = _mm512_max_ps(set1(-87.3365478515625F), _mm512_min_ps(set1(88.3762626647950F), x));
        const F n = _mm512_roundscale_ps(_mm512_mul_ps(x, set1(1.44269504088896341F)),
            _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
        F r = _mm512_fnmadd_ps(n, set1(0.693359375F), x);
        r = _mm512_fnmadd_ps(n, set1(-2.12194440e-4F), r);
        F p = set1(1.9875691500e-4F);
        p = fma(p, r, set1(1.3981999507e-3F));
        p = fma(p, r, set1(8.3334519073e-3F));
        p = fma(p, r, set1(4.1665795894e-2F));
        p = fma(p, r, set1(1.6666665459e-1F));
        p = fma(p, r, set1(5.0000001201e-1F));
        p = fma(p, _mm512_mul_ps(r, r), _mm512_add_ps(r, set1(1.0F)));
        return _mm512_scalef_ps(p, n);
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

    // A block has at most 16 different values: they make a table that the nibbles choose from. q d
    // is exact in fp32, so q d + m is rounded once, as the plain definition does.
    static void decodeNibbles(const std::byte* packed, F table, F* out)
    {
        const __m512i q =
            _mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(packed)));
        out[0] = _mm512_permutexvar_ps(q, table); // looks at the low four bits only
        out[1] = _mm512_permutexvar_ps(_mm512_srli_epi32(q, 4), table);
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
        const auto* bytes = reinterpret_cast<const __m256i*>(at);
        if constexpr (T == WeightType::F32) {
            out[0] = _mm512_loadu_ps(at);
            out[1] = _mm512_loadu_ps(at + 64);
        } else if constexpr (T == WeightType::F16) {
            out[0] = _mm512_cvtph_ps(_mm256_loadu_si256(bytes));
            out[1] = _mm512_cvtph_ps(_mm256_loadu_si256(bytes + 1));
        } else if constexpr (T == WeightType::BF16) {
            for (int i = 0; i < 2; ++i)
                out[i] = _mm512_castsi512_ps(
                    _mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256(bytes + i)), 16));
        } else if constexpr (T == WeightType::Q8_0) {
            const F d = _mm512_broadcastss_ps(loadHalves(at));
            const auto* q = reinterpret_cast<const __m128i*>(at + 2);
            for (int i = 0; i < 2; ++i)
                out[i] = _mm512_mul_ps(
                    d, _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(q + i))));
        } else if constexpr (T == WeightType::Q4_1) {
            const F steps = _mm512_setr_ps(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
            const __m128 dm = loadHalves(at);
            const F table = _mm512_fmadd_ps(
                _mm512_broadcastss_ps(dm), steps, _mm512_broadcastss_ps(_mm_movehdup_ps(dm)));
            decodeNibbles(at + 4, table, out);
        } else {
            const F steps = _mm512_setr_ps(-8, -7, -6, -5, -4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6, 7);
            decodeNibbles(at + 2, _mm512_mul_ps(_mm512_broadcastss_ps(loadHalves(at)), steps), out);
        }
    }
};

} // namespace
} // namespace koala

#include "core/kernels/simd_impl.h"

namespace koala {
const Kernels kAvx512Kernels{"avx512", matmul, silu, attention, raise};
} // namespace koala
#endif
