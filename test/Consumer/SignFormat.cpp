//===- SignFormat.cpp - A weight format from outside SDQ -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// `#toy.sign<Q>`: a weight is its sign, times a scale that every Q consecutive inputs of a row share. The best scale is
// their mean magnitude (XNOR-Net, arXiv 1603.05279 §3.1). One bit and a Qth of a float a weight:
//
//   signs i8 [R, ⌈C/8⌉], lowest bit first, 1 for minus; scales f32 [R, ⌈C/Q⌉];   W[r,c] = ±scales[r, c div Q]
//
//===----------------------------------------------------------------------===//

#include "sdq/Core/BitStream.h"
#include "sdq/Dialect/SDQ/IR/LayoutFormat.h"

#include "mlir/Tools/Plugins/DialectPlugin.h"

#include <cmath>

namespace toy {

struct SignLayout {
  int64_t vector = 0;

  static constexpr llvm::StringLiteral name = "toy.sign";
  bool operator==(const SignLayout &) const = default;

  static mlir::FailureOr<SignLayout> parse(mlir::AsmParser &parser) {
    SignLayout layout;
    if (parser.parseLess() || parser.parseInteger(layout.vector) || parser.parseGreater())
      return mlir::failure();
    return layout;
  }
  void print(mlir::AsmPrinter &printer) const { printer << "<" << vector << ">"; }

  mlir::LogicalResult verify(llvm::function_ref<mlir::InFlightDiagnostic()> emitError) const {
    if (vector >= 1)
      return mlir::success();
    return emitError() << "sign_c1: expected a vector of at least 1, found " << vector;
  }
};

llvm::hash_code hash_value(const SignLayout &layout) { return llvm::hash_value(layout.vector); }

std::vector<sdq::PartSpec> partsOf(const SignLayout &layout, sdq::Shape shape) {
  int64_t vectors = llvm::divideCeil(shape.columns, layout.vector);
  return {{"signs", sdq::PartKind::Values, sdq::StorageType::I8, {shape.rows, sdq::bitStreamBytes(shape.columns, 1)}},
          {"scales", sdq::PartKind::Scales, sdq::StorageType::F32, {shape.rows, vectors}}};
}

llvm::Error verifyStored(const SignLayout &layout, sdq::Shape shape, llvm::ArrayRef<sdq::PartView> parts) {
  if (llvm::Error error = verifyParts(partsOf(layout, shape), parts))
    return error;
  return verifyFinite(sdq::ElementKind::F32, parts[1], /*notNegative=*/true);
}

/// Values to codes, one row.
llvm::Error storeRow(const SignLayout &layout, sdq::Shape shape, llvm::MutableArrayRef<sdq::Part> parts, int64_t row,
                     llvm::ArrayRef<float> values) {
  std::vector<uint8_t> signs(values.size());
  for (auto [sign, value] : llvm::zip_equal(signs, values))
    sign = std::signbit(value);
  sdq::packBits(signs, 1, parts[0].row<uint8_t>(row));
  for (float &scale : parts[1].row<float>(row)) {
    llvm::ArrayRef<float> vector = values.take_front(layout.vector);
    values = values.drop_front(vector.size());
    double sum = 0;
    for (float value : vector)
      sum += std::fabs(value);
    scale = float(sum / vector.size());
  }
  return llvm::Error::success();
}

/// Codes to values: run over buffers here, and emitted as IR for a CPU and for a GPU.
template <typename B, typename Part>
typename B::Real elementAt(B &b, const SignLayout &layout, sdq::Shape shape, llvm::ArrayRef<Part> parts,
                           typename B::Index row, typename B::Index column) {
  auto minus = loadCode(b, parts[0], row, column, 1, sdq::bitStreamBytes(shape.columns, 1));
  auto scale = b.loadReal(parts[1], row, b.div(column, b.index(layout.vector)));
  return b.bitcast(b.xor_(b.bitsOf(scale), b.shl(minus, b.bits(31))));
}

} // namespace toy

using ToyDialect = sdq::FormatDialect<toy::SignLayout>;

extern "C" LLVM_ATTRIBUTE_VISIBILITY_DEFAULT mlir::DialectPluginLibraryInfo mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "toy", "1", [](mlir::DialectRegistry *registry) { registry->insert<ToyDialect>(); }};
}
