# libtorch as imported targets torch::c10 and torch::cpu, from the tree that packaging/quickstart.sh
# unpacks out of the Python wheel. find_package(Torch) is not used: it insists on CUDA.
if(DEFINED ENV{XDG_CACHE_HOME})
    set(koala_cache $ENV{XDG_CACHE_HOME}/koala-workbench)
else()
    set(koala_cache $ENV{HOME}/.cache/koala-workbench)
endif()
set(KOALA_TORCH_DIR ${koala_cache}/libtorch CACHE PATH "Folder that holds torch/lib and torch/include")
set(koala_torch_lib ${KOALA_TORCH_DIR}/torch/lib)
set(koala_torch_include ${KOALA_TORCH_DIR}/torch/include)
if(NOT EXISTS ${koala_torch_lib}/libtorch_cpu.so)
    message(FATAL_ERROR
        "libtorch was not found in ${KOALA_TORCH_DIR}. packaging/quickstart.sh deps fetches it; "
        "-DKOALA_TORCH_DIR=DIR names another place; the light preset builds without training.")
endif()

add_library(torch::c10 SHARED IMPORTED GLOBAL)
# Searched after the system's folders: the wheel brings headers of libraries, fmt for one, whose other
# version is the one that is linked.
set_target_properties(torch::c10 PROPERTIES
    IMPORTED_LOCATION ${koala_torch_lib}/libc10.so
    INTERFACE_INCLUDE_DIRECTORIES ${koala_torch_include}/torch/csrc/api/include
    INTERFACE_COMPILE_OPTIONS "SHELL:-idirafter ${koala_torch_include}")
add_library(torch::cpu SHARED IMPORTED GLOBAL)
set_target_properties(torch::cpu PROPERTIES
    IMPORTED_LOCATION ${koala_torch_lib}/libtorch_cpu.so
    INTERFACE_COMPILE_DEFINITIONS "USE_DISTRIBUTED;USE_C10D_GLOO"
    INTERFACE_LINK_LIBRARIES torch::c10)
# libtorch_cpu needs the CUDA runtime's libraries even without a GPU; where no toolkit is installed
# they lie beside it.
file(GLOB koala_cuda_runtime_dirs ${KOALA_TORCH_DIR}/nvidia/*/lib)
foreach(dir IN LISTS koala_cuda_runtime_dirs)
    set_property(TARGET torch::cpu APPEND PROPERTY INTERFACE_LINK_OPTIONS "-Wl,-rpath-link,${dir}")
endforeach()
