# Apache Arrow's C++ library as imported targets arrow::arrow and arrow::parquet, out of the Python
# wheel "pyarrow": Debian 12 has none. A wheel is a zip archive:
#   python3 -m pip download --no-deps pyarrow && unzip pyarrow-*.whl -d DIR
# and then -DKOALA_WITH_ARROW=ON -DKOALA_ARROW_DIR=DIR/pyarrow.
if(DEFINED ENV{XDG_CACHE_HOME})
    set(koala_cache $ENV{XDG_CACHE_HOME}/koala-workbench)
else()
    set(koala_cache $ENV{HOME}/.cache/koala-workbench)
endif()
set(KOALA_ARROW_DIR ${koala_cache}/arrow/pyarrow CACHE PATH "Folder pyarrow of the unpacked wheel")
# The wheel has the libraries under their full names only.
file(GLOB koala_arrow_library ${KOALA_ARROW_DIR}/libarrow.so.*)
file(GLOB koala_parquet_library ${KOALA_ARROW_DIR}/libparquet.so.*)
if(NOT koala_arrow_library OR NOT koala_parquet_library OR
   NOT EXISTS ${KOALA_ARROW_DIR}/include/parquet/arrow/reader.h)
    message(FATAL_ERROR
        "Arrow was not found in ${KOALA_ARROW_DIR}. Unpack the wheel pyarrow (see packaging/cmake/"
        "Arrow.cmake) and name its folder with -DKOALA_ARROW_DIR=DIR, or build without Parquet: "
        "-DKOALA_WITH_ARROW=OFF.")
endif()
list(GET koala_arrow_library 0 koala_arrow_library)
list(GET koala_parquet_library 0 koala_parquet_library)

foreach(part arrow parquet)
    add_library(arrow::${part} SHARED IMPORTED GLOBAL)
    # Searched after the system's folders, and its warnings are not ours.
    set_target_properties(arrow::${part} PROPERTIES
        IMPORTED_LOCATION ${koala_${part}_library}
        INTERFACE_COMPILE_OPTIONS "SHELL:-idirafter ${KOALA_ARROW_DIR}/include"
        INTERFACE_COMPILE_DEFINITIONS KOALA_WITH_ARROW)
endforeach()
set_property(TARGET arrow::parquet PROPERTY INTERFACE_LINK_LIBRARIES arrow::arrow)
