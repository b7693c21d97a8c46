# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Finds what SDQ builds against: LLVM/MLIR 22.1, protobuf, ONNX's wire format.

# Debian keeps each LLVM in a prefix of its own that find_package does not search.
list(APPEND CMAKE_PREFIX_PATH /usr/lib/llvm-22)
set(MLIR_VERSION_WANTED 22.1)
find_package(MLIR ${MLIR_VERSION_WANTED} REQUIRED CONFIG)

set(LLVM_RUNTIME_OUTPUT_INTDIR ${CMAKE_BINARY_DIR}/bin)
set(LLVM_LIBRARY_OUTPUT_INTDIR ${CMAKE_BINARY_DIR}/lib)
set(MLIR_BINARY_DIR ${CMAKE_BINARY_DIR})
list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
include(TableGen)
include(AddLLVM)
include(AddMLIR)

find_package(Protobuf REQUIRED)
find_package(Eigen3 REQUIRED)
find_package(Threads REQUIRED)

set(SDQ_LLVM_BIN ${LLVM_TOOLS_BINARY_DIR})
set(SDQ_CUDA_TOOLKIT "/usr/local/cuda" CACHE PATH "CUDA toolkit whose ptxas assembles kernels")

option(SDQ_ENABLE_ASAN "Build with AddressSanitizer and UndefinedBehaviorSanitizer" OFF)
add_compile_options(-Wall -Wextra -Wno-unused-parameter -fdiagnostics-color)
if(SDQ_ENABLE_ASAN)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize=vptr -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # Keeps a precompiled header's content independent of when it was made, so that ccache can share it.
  add_compile_options("$<$<COMPILE_LANGUAGE:CXX>:SHELL:-Xclang -fno-pch-timestamp>")
endif()
