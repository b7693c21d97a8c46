//===- WeightFormat.h - The interface of weight formats -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_DIALECT_SDQ_IR_WEIGHTFORMAT_H
#define SDQ_DIALECT_SDQ_IR_WEIGHTFORMAT_H

#include "sdq/Core/StoredWeight.h"
#include "sdq/Core/Tiled.h"

#include "mlir/IR/Attributes.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/Support/Error.h"

#include <functional>

namespace sdq {

/// Emits what happens at one visited element: (builder, location, column : index, value : f32, accumulators) → the
/// accumulators' new values.
using VisitBody = llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::OpBuilder &, mlir::Location, mlir::Value,
                                                                    mlir::Value, mlir::ValueRange)>;

/// Our kind of an element type, if it is one a weight can be stored in.
std::optional<ElementKind> elementKindOf(mlir::Type type);
/// The kind of a type's spelling: i4, f8E4M3FN, …
std::optional<ElementKind> elementKindNamed(llvm::StringRef spelling);
/// The MLIR type of a kind: int4 → i4, e2m1 → f4E2M1FN, …
mlir::Type typeOf(mlir::MLIRContext *context, ElementKind kind);
/// The type of a part's elements: i8, i16, i32, f16 or f32.
mlir::Type typeOf(mlir::MLIRContext *context, StorageType type);
/// The kind of a scale's type, if it is one.
std::optional<ScaleKind> scaleKindOf(mlir::Type type);
/// The MLIR type of a scale: e4m3 → f8E4M3FN, u8 → ui8, e8m0 → f8E8M0FNU, f16, f32; null for none.
mlir::Type typeOf(mlir::MLIRContext *context, ScaleKind kind);

/// The methods of `WeightFormat` for an attribute that has `getLayout()`: LayoutFormat.h, which defines them.
template <typename ConcreteAttr>
class LayoutMethods : public mlir::AttributeTrait::TraitBase<ConcreteAttr, LayoutMethods> {
public:
  mlir::LogicalResult verifyShape(Shape shape, llvm::function_ref<mlir::InFlightDiagnostic()> emitError) const;
  std::vector<PartSpec> getParts(Shape shape) const;
  llvm::Error verifyContent(Shape shape, llvm::ArrayRef<PartView> parts) const;
  void decodeRow(Shape shape, llvm::ArrayRef<PartView> parts, int64_t row, llvm::MutableArrayRef<float> out) const;
  bool storesValues() const;
  llvm::Error storeRow(Shape shape, llvm::MutableArrayRef<Part> parts, int64_t row,
                       llvm::ArrayRef<float> values) const;
  llvm::SmallVector<mlir::Value> emitVisitRow(mlir::OpBuilder &builder, mlir::Location location, Shape shape,
                                              mlir::ValueRange parts, mlir::Value row, mlir::Value first,
                                              mlir::Value step, mlir::ValueRange accumulators, VisitBody body) const;
  mlir::Value emitElement(mlir::OpBuilder &builder, mlir::Location location, Shape shape, mlir::ValueRange parts,
                          mlir::Value row, mlir::Value column) const;

private:
  const ConcreteAttr &format() const { return static_cast<const ConcreteAttr &>(*this); }
};

/// weight_c3: a CSR tells at most 2^31 columns apart. The other built-in formats take every shape.
mlir::LogicalResult verifyShape(const CSRFormat &format, Shape shape,
                                llvm::function_ref<mlir::InFlightDiagnostic()> emitError);

} // namespace sdq

#include "sdq/Dialect/SDQ/IR/SDQInterfaces.h.inc"

#endif // SDQ_DIALECT_SDQ_IR_WEIGHTFORMAT_H
