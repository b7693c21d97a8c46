//===- CompiledModel.h - Small compiled models for tests --------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_TEST_UNIT_RUNTIME_COMPILEDMODEL_H
#define SDQ_TEST_UNIT_RUNTIME_COMPILEDMODEL_H

#include "sdq/Runtime/Compile.h"
#include "sdq/Runtime/Executable.h"

#include "llvm/AsmParser/Parser.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/MemoryBufferRef.h"
#include "llvm/Support/SourceMgr.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace sdq::test {

inline constexpr llvm::StringLiteral kEntry = "_mlir_ciface_main_graph";

/// Declarations and types that the test programs share: a memref of rank 1 and a way to return one.
inline constexpr llvm::StringLiteral kPrelude = R"(
%memref1 = type { ptr, ptr, i64, [1 x i64], [1 x i64] }
declare ptr @malloc(i64)
declare void @free(ptr)
declare i32 @puts(ptr)
declare void @abort() noreturn

define private ptr @data(ptr %memref) {
  %field = getelementptr %memref1, ptr %memref, i32 0, i32 1
  %pointer = load ptr, ptr %field
  ret ptr %pointer
}
define private i64 @size(ptr %memref) {
  %field = getelementptr %memref1, ptr %memref, i32 0, i32 3
  %size = load i64, ptr %field
  ret i64 %size
}
define private void @store(ptr %memref, ptr %allocated, i64 %offset, i64 %size, i64 %stride) {
  %field1 = getelementptr %memref1, ptr %memref, i32 0, i32 1
  %field2 = getelementptr %memref1, ptr %memref, i32 0, i32 2
  %field3 = getelementptr %memref1, ptr %memref, i32 0, i32 3
  %field4 = getelementptr %memref1, ptr %memref, i32 0, i32 4
  store ptr %allocated, ptr %memref
  store ptr %allocated, ptr %field1
  store i64 %offset, ptr %field2
  store i64 %size, ptr %field3
  store i64 %stride, ptr %field4
  ret void
}
)";

/// y[i] = x[i] · weight[0] + weight[i mod 4 + 1], f32; one weight buffer of 5 floats.
inline constexpr llvm::StringLiteral kScaleAndShift = R"(
@sdq_buffers = global [1 x ptr] zeroinitializer
define void @_mlir_ciface_main_graph(ptr %result, ptr %x) {
entry:
  %data = call ptr @data(ptr %x)
  %size = call i64 @size(ptr %x)
  %bytes = mul i64 %size, 4
  %out = call ptr @malloc(i64 %bytes)
  %weight = load ptr, ptr @sdq_buffers
  %scale = load float, ptr %weight
  call void @store(ptr %result, ptr %out, i64 0, i64 %size, i64 1)
  %empty = icmp eq i64 %size, 0
  br i1 %empty, label %exit, label %loop
loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %from = getelementptr float, ptr %data, i64 %i
  %value = load float, ptr %from
  %mod = and i64 %i, 3
  %index = add i64 %mod, 1
  %shift.address = getelementptr float, ptr %weight, i64 %index
  %shift = load float, ptr %shift.address
  %scaled = fmul float %value, %scale
  %sum = fadd float %scaled, %shift
  %to = getelementptr float, ptr %out, i64 %i
  store float %sum, ptr %to
  %next = add i64 %i, 1
  %done = icmp eq i64 %next, %size
  br i1 %done, label %exit, label %loop
exit:
  ret void
}
)";

inline llvm::Expected<llvm::SmallVector<char, 0>> compile(llvm::StringRef program, unsigned optLevel = 3,
                                                          const CPUTarget &target = CPUTarget::host()) {
  llvm::LLVMContext context;
  llvm::SMDiagnostic diagnostic;
  auto module = llvm::parseAssemblyString((kPrelude + program).str(), diagnostic, context);
  if (!module)
    return llvm::createStringError(diagnostic.getMessage());
  return compileObject(std::move(module), kEntry, target, optLevel);
}

inline llvm::Expected<std::unique_ptr<Executable>>
load(llvm::StringRef program, Signature signature, llvm::ArrayRef<const void *> buffers = {}, unsigned optLevel = 3) {
  auto object = compile(program, optLevel);
  if (!object)
    return object.takeError();
  return Executable::load(llvm::MemoryBufferRef(llvm::StringRef(object->data(), object->size()), "model"), kEntry,
                          std::move(signature), buffers);
}

/// A signature over dynamic vectors.
inline Signature vectors(std::vector<std::string> inputs, std::vector<std::string> outputs, DType dtype = DType::F32) {
  Signature signature;
  for (const std::string &name : inputs)
    signature.inputs.push_back({name, dtype, {kDynamicSize}, {}});
  for (const std::string &name : outputs)
    signature.outputs.push_back({name, dtype, {kDynamicSize}, {}});
  return signature;
}

template <typename T>
std::vector<T> elements(const OwnedTensor &tensor) {
  const T *data = static_cast<const T *>(tensor.view.data);
  return std::vector<T>(data, data + tensor.view.numElements());
}

/// What went wrong, or "" if nothing did.
template <typename T>
std::string errorOf(llvm::Expected<T> &&value) {
  return value ? "" : llvm::toString(value.takeError());
}

template <typename T>
T expectValue(llvm::Expected<T> value) {
  if (!value) {
    ADD_FAILURE() << llvm::toString(value.takeError());
    std::exit(1);
  }
  return std::move(*value);
}

} // namespace sdq::test

#endif // SDQ_TEST_UNIT_RUNTIME_COMPILEDMODEL_H
