// core/kernels/forms.h: the forms of the kernels, for choose.cpp only.
#pragma once

#include "core/kernels/kernels.h"

namespace koala {

extern const Kernels kGenericKernels;
#if defined(__x86_64__)
extern const Kernels kAvx2Kernels;   // AVX2, FMA, F16C
extern const Kernels kAvx512Kernels; // AVX-512 F, DQ, BW, VL
#endif

} // namespace koala
