# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# How the parts of SDQ are built. A *room* is one folder under lib/: an object library whose objects end up in the
# one libSDQ.so that owns every type; tools and tests link that library and nothing else twice.

set_property(GLOBAL PROPERTY SDQ_ROOMS "")

# sdq_add_room(<name> [MLIR] [SOURCES f…]): every *.cpp of the current folder unless SOURCES is given. MLIR: uses
# MLIR headers (system include paths, the shared precompiled header, generated headers first).
function(sdq_add_room name)
  cmake_parse_arguments(ROOM "MLIR" "" "SOURCES" ${ARGN})
  if(NOT ROOM_SOURCES)
    file(GLOB ROOM_SOURCES CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  endif()
  if(NOT ROOM_SOURCES)
    return()
  endif()
  add_library(${name} OBJECT ${ROOM_SOURCES})
  sdq_includes(${name})
  if(ROOM_MLIR)
    target_precompile_headers(${name} PRIVATE ${PROJECT_SOURCE_DIR}/cmake/MLIRPrecompiled.h)
    add_dependencies(${name} SDQGenerated)
  endif()
  set_property(GLOBAL APPEND PROPERTY SDQ_ROOMS ${name})
endfunction()

# What this build compiles with; none of it is exported to those who find the installed package.
function(sdq_includes target)
  set(ours ${PROJECT_SOURCE_DIR}/include ${PROJECT_BINARY_DIR}/include)
  set(others ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS} ${EIGEN3_INCLUDE_DIRS})
  target_include_directories(${target} PUBLIC "$<BUILD_INTERFACE:${ours}>")
  target_include_directories(${target} SYSTEM PUBLIC "$<BUILD_INTERFACE:${others}>")
  separate_arguments(definitions NATIVE_COMMAND ${LLVM_DEFINITIONS})
  target_compile_options(${target} PUBLIC "$<BUILD_INTERFACE:${definitions}>")
endfunction()

# sdq_add_tool(<name> f…): a thin main over libSDQ.
function(sdq_add_tool name)
  add_executable(${name} ${ARGN})
  sdq_includes(${name})
  add_dependencies(${name} SDQGenerated)
  target_link_libraries(${name} PRIVATE SDQ MLIR LLVM)
endfunction()

# sdq_add_passes(<name>): declarations of the passes in the current folder's Passes.td.
function(sdq_add_passes name)
  set(LLVM_TARGET_DEFINITIONS Passes.td)
  mlir_tablegen(Passes.h.inc -gen-pass-decls -name ${name})
  add_public_tablegen_target(${name}PassesGenerated)
  add_dependencies(SDQGenerated ${name}PassesGenerated)
  sdq_add_doc(Passes.td ${name}Passes -gen-pass-doc)
endfunction()

# sdq_add_doc(<definitions>.td <page> <generator…>): a page of build/docs, written by TableGen; target sdq-docs.
function(sdq_add_doc definitions page)
  set(LLVM_TARGET_DEFINITIONS ${definitions})
  tablegen(MLIR ${page}.md ${ARGN})
  add_custom_command(
    OUTPUT ${PROJECT_BINARY_DIR}/docs/${page}.md
    COMMAND ${CMAKE_COMMAND} -E copy ${CMAKE_CURRENT_BINARY_DIR}/${page}.md ${PROJECT_BINARY_DIR}/docs/${page}.md
    DEPENDS ${CMAKE_CURRENT_BINARY_DIR}/${page}.md)
  add_custom_target(sdq-docs-${page} DEPENDS ${PROJECT_BINARY_DIR}/docs/${page}.md)
  add_dependencies(sdq-docs sdq-docs-${page})
endfunction()
