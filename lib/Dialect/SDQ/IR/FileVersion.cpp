//===- FileVersion.cpp - The version of the dialect in a file -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Dialect/SDQ/IR/FileVersion.h"

#include "sdq/Dialect/SDQ/IR/SDQ.h"

using namespace mlir;
using namespace sdq;

namespace {

struct VersionInterface : BytecodeDialectInterface {
  explicit VersionInterface(Dialect *dialect) : BytecodeDialectInterface(dialect) {}

  void writeVersion(DialectBytecodeWriter &writer) const override {
    // Who configures the writer may ask for another version.
    FailureOr<const DialectVersion *> asked = writer.getDialectVersion(SDQDialect::getDialectNamespace());
    writer.writeVarInt(succeeded(asked) ? static_cast<const FileVersion *>(*asked)->number : FileVersion::kCurrent);
  }

  std::unique_ptr<DialectVersion> readVersion(DialectBytecodeReader &reader) const override {
    uint64_t number;
    if (failed(reader.readVarInt(number)))
      return nullptr;
    if (number > FileVersion::kCurrent) {
      reader.emitError() << "expected a file of version " << FileVersion::kCurrent << " or earlier, found version "
                         << number << ": a newer SDQ wrote it";
      return nullptr;
    }
    return std::make_unique<FileVersion>(number);
  }
};

} // namespace

void SDQDialect::addFileVersion() { addInterfaces<VersionInterface>(); }
