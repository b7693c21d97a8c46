//===- WriteKernels.cpp - The pass sdq-write-kernels -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LinearKernel.h"

#include "sdq/Conversion/SDQToNVGPU/Passes.h"

#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/Path.h"

namespace sdq {
#define GEN_PASS_DEF_WRITEKERNELS
#include "sdq/Conversion/SDQToNVGPU/Passes.h.inc"
} // namespace sdq

using namespace mlir;
using namespace sdq;
namespace json = llvm::json;

namespace {

template <typename T>
std::string spelled(T thing) {
  std::string text;
  llvm::raw_string_ostream(text) << thing;
  return text;
}

json::Object describeArgument(DictionaryAttr argument) {
  Type type = argument.getAs<TypeAttr>("type").getValue();
  json::Object description{{"name", argument.getAs<StringAttr>("name").getValue()}};
  auto buffer = dyn_cast<MemRefType>(type);
  description["type"] = spelled(buffer ? buffer.getElementType() : type);
  if (buffer) {
    json::Array shape;
    for (int64_t extent : buffer.getShape())
      shape.push_back(ShapedType::isDynamic(extent) ? json::Value(nullptr) : json::Value(extent));
    description["shape"] = std::move(shape);
  }
  return description;
}

json::Value describeValue(Attribute value) {
  if (auto integer = dyn_cast<IntegerAttr>(value))
    return integer.getInt();
  if (auto extents = dyn_cast<DenseI64ArrayAttr>(value))
    return json::Array(extents.asArrayRef());
  auto list = dyn_cast<ArrayAttr>(value);
  if (!list)
    return spelled(value);
  json::Array elements;
  for (Attribute element : list) {
    auto argument = dyn_cast<DictionaryAttr>(element);
    elements.push_back(argument ? json::Value(describeArgument(argument)) : describeValue(element));
  }
  return elements;
}

json::Object describe(StringRef name, DictionaryAttr kernel) {
  json::Object description{{"name", name}};
  for (NamedAttribute entry : kernel)
    description[entry.getName().getValue()] = describeValue(entry.getValue());
  return description;
}

StringRef extensionOf(gpu::CompilationTarget format) {
  switch (format) {
  case gpu::CompilationTarget::Offload:
    return "bc";
  case gpu::CompilationTarget::Assembly:
    return "ptx";
  case gpu::CompilationTarget::Binary:
    return "cubin";
  case gpu::CompilationTarget::Fatbin:
    return "fatbin";
  }
  llvm_unreachable("every format is listed");
}

class WriteKernelsPass : public sdq::impl::WriteKernelsBase<WriteKernelsPass> {
public:
  using Base::Base;

  void runOnOperation() override {
    if (std::error_code error = llvm::sys::fs::create_directories(directory)) {
      emitError(getOperation().getLoc(), "cannot make the folder '") << directory << "': " << error.message();
      return signalPassFailure();
    }
    for (auto binary : getOperation().getOps<gpu::BinaryOp>())
      for (auto object : binary.getObjects().getAsRange<gpu::ObjectAttr>())
        if (failed(writeObject(binary, object)))
          return signalPassFailure();
  }

private:
  LogicalResult writeObject(gpu::BinaryOp binary, gpu::ObjectAttr object) {
    auto target = dyn_cast<NVVM::NVVMTargetAttr>(object.getTarget());
    if (!target)
      return emitError(binary.getLoc(), "expected code for #nvvm.target, found ") << object.getTarget();
    json::Array kernels;
    // The kernels' attributes are gone with their module; their launches carry the same.
    DenseSet<Attribute> known;
    getOperation().walk([&](gpu::LaunchFuncOp launch) {
      auto description = launch->getAttrOfType<DictionaryAttr>(kKernelAttributeName);
      if (description && launch.getKernelModuleName() == binary.getSymNameAttr() &&
          known.insert(launch.getKernelName()).second)
        kernels.push_back(describe(launch.getKernelName().getValue(), description));
    });
    json::Value description = json::Object{{"chip", target.getChip()}, {"kernels", std::move(kernels)}};
    std::string stem = (binary.getSymName() + "." + target.getChip()).str();
    StringRef code = object.getObject().getValue();
    if (object.getFormat() == gpu::CompilationTarget::Assembly)
      code = code.rtrim('\0'); // the attribute's text ends in the zero that the driver wants
    return failure(failed(writeFile(stem + "." + extensionOf(object.getFormat()), [&](raw_ostream &os) { os << code; })) ||
                   failed(writeFile(stem + ".json", [&](raw_ostream &os) {
                     os << llvm::formatv("{0:2}\n", description);
                   })));
  }

  LogicalResult writeFile(const Twine &name, llvm::function_ref<void(raw_ostream &)> write) {
    SmallString<128> path(directory);
    llvm::sys::path::append(path, name);
    llvm::Error error = llvm::writeToOutput(path, [&](raw_ostream &os) {
      write(os);
      return llvm::Error::success();
    });
    if (!error)
      return success();
    return emitError(getOperation().getLoc(), "cannot write '") << path << "': " << llvm::toString(std::move(error));
  }
};

} // namespace
