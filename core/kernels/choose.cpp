#include <cstdlib>

#include <fmt/format.h>

#include "core/kernels/forms.h"

namespace koala {

std::vector<const Kernels*> availableKernels()
{
    std::vector<const Kernels*> all{&kGenericKernels};
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
        __builtin_cpu_supports("f16c")) {
        all.push_back(&kAvx2Kernels);
        if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
            __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl"))
            all.push_back(&kAvx512Kernels);
    }
#endif
    return all;
}

Result<const Kernels*> chooseKernels()
{
    const std::vector<const Kernels*> all = availableKernels();
    const char* wanted = std::getenv("KOALA_KERNELS");
    if (wanted == nullptr || *wanted == '\0')
        return all.back();
    std::string names;
    for (const Kernels* kernels : all) {
        if (kernels->name == wanted)
            return kernels;
        names += names.empty() ? "" : ", ";
        names += kernels->name;
    }
    return invalidInput(fmt::format("KOALA_KERNELS is \"{}\"; this machine has {}", wanted, names));
}

} // namespace koala
