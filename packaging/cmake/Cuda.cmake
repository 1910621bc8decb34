# nvcc 13: from CUDA_HOME, from PATH, or from the usual place. Says what is missing and where to get it.
find_program(KOALA_NVCC nvcc HINTS $ENV{CUDA_HOME}/bin /usr/local/cuda/bin)
if(NOT KOALA_NVCC)
    message(FATAL_ERROR
        "KOALA_WITH_CUDA needs nvcc 13, which was not found. Install NVIDIA's CUDA 13 toolkit and set "
        "CUDA_HOME or PATH, or use the dev preset, which needs no GPU.")
endif()
execute_process(COMMAND ${KOALA_NVCC} --version OUTPUT_VARIABLE nvcc_version)
if(NOT nvcc_version MATCHES "release ([0-9]+)\\." OR CMAKE_MATCH_1 LESS 13)
    message(FATAL_ERROR "KOALA_WITH_CUDA needs nvcc 13 or newer; ${KOALA_NVCC} says: ${nvcc_version}")
endif()
set(CMAKE_CUDA_COMPILER ${KOALA_NVCC})
if(NOT CMAKE_CUDA_ARCHITECTURES)
    set(CMAKE_CUDA_ARCHITECTURES 80 90 100)
endif()
enable_language(CUDA)
set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION "-std=c++20") # CMake 3.25 does not know CUDA 20
set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION "-std=c++20")
set(CMAKE_CUDA_STANDARD 20)
find_package(CUDAToolkit REQUIRED)
