# Language, warnings, sanitizers, and the compiler cache.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_AUTOMOC OFF) # ui/ turns it on for itself

if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")

add_library(koala_options INTERFACE)
target_compile_options(koala_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Wno-missing-field-initializers
                       -Werror -ffp-contract=off -fstack-protector-strong)
target_include_directories(koala_options INTERFACE ${CMAKE_SOURCE_DIR})

if(KOALA_SANITIZE)
    set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1") # a quarter less to compile, and truer stacks
    target_compile_options(koala_options INTERFACE -fsanitize=${KOALA_SANITIZE}
                           -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(koala_options INTERFACE -fsanitize=${KOALA_SANITIZE})
endif()

# Precompiled headers and ccache get along only with these sloppiness settings.
find_program(KOALA_CCACHE ccache)
if(KOALA_CCACHE)
    set(CMAKE_CXX_COMPILER_LAUNCHER
        ${CMAKE_COMMAND} -E env
        CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
        CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1 ${KOALA_CCACHE})
endif()
