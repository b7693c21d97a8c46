//===- LayoutFormat.h - From a plain struct to a weight format -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A *layout* is a plain struct that says how a weight is stored (`NMFormat{6, 8, …}`), and some functions beside it, in
// its own namespace. Everything that a weight format must do follows from those, for the built-in formats and for
// formats from outside alike:
//
//   partsOf(layout, shape)                                        its buffers
//   verifyStored(layout, shape, parts)                            is their content valid?
//   elementAt(b, layout, shape, parts, row, column)               how an element is read, over any backend (Decode.h):
//                                                                 run over buffers, emitted for the CPU and for a GPU
//   visitRow(b, layout, shape, parts, row, first, step, inits, body)
//                                                                 the same for all of a row: instead, where finding an
//                                                                 element takes a search, or as well, where it is
//                                                                 faster
//   storeRow(layout, shape, parts, row, values)       (optional)  values to codes; without it, the format is made by
//                                                                 a pass of its own
//   decodeRow(layout, shape, parts, row, out)         (optional)  a faster way to read a row from buffers
//   verifyShape(layout, shape, emitError)             (optional)  which shapes it can store; all, without it
//
// An attribute becomes a weight format by the traits `WeightFormat` and `LayoutMethods`, and a `getLayout()`. The
// built-in ones are declared in TableGen, which `include "sdq/Dialect/SDQ/IR/SDQInterfaces.td"` opens to others.
// Without TableGen, a format from outside is `LayoutFormatAttr<Layout>` in a `FormatDialect<Layout, …>`, for which the
// layout also has
//
//   static constexpr llvm::StringLiteral name = "toy.sign";       its dialect and mnemonic
//   static mlir::FailureOr<Layout> parse(mlir::AsmParser &)       what follows the mnemonic
//   void print(mlir::AsmPrinter &) const
//   mlir::LogicalResult verify(llvm::function_ref<mlir::InFlightDiagnostic()>) const
//   bool operator==, hash_value(layout)
//
// docs/add-a-format.md adds one, start to end.
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_DIALECT_SDQ_IR_LAYOUTFORMAT_H
#define SDQ_DIALECT_SDQ_IR_LAYOUTFORMAT_H

#include "sdq/Core/BufferBackend.h"
#include "sdq/Core/Decode.h"
#include "sdq/Core/Pack.h"
#include "sdq/Core/Verify.h"
#include "sdq/Dialect/SDQ/IR/IRBackend.h"
#include "sdq/Dialect/SDQ/IR/SDQ.h"

#include "mlir/IR/DialectImplementation.h"

namespace sdq::layout {

template <typename Layout>
mlir::LogicalResult verifyShapeOf(const Layout &layout, Shape shape,
                                  llvm::function_ref<mlir::InFlightDiagnostic()> emitError) {
  if constexpr (requires { verifyShape(layout, shape, emitError); })
    return verifyShape(layout, shape, emitError);
  return mlir::success();
}

/// Whether elements are found one by one, as IR at least.
template <typename Layout>
concept HasElements = requires(IRBackend &b, const Layout &layout, Shape shape, llvm::ArrayRef<mlir::Value> parts,
                               IRBackend::Index at) { elementAt(b, layout, shape, parts, at, at); };

/// The layout's own visitRow, or column by column.
template <typename B, typename Layout, typename Part, typename Body>
typename B::Accumulators visit(B &b, const Layout &layout, Shape shape, llvm::ArrayRef<Part> parts,
                               typename B::Index row, typename B::Index first, typename B::Index step,
                               typename B::Accumulators inits, const Body &body) {
  if constexpr (requires { visitRow(b, layout, shape, parts, row, first, step, inits, body); })
    return visitRow(b, layout, shape, parts, row, first, step, inits, body);
  else
    return sdq::detail::visitColumns(b, layout, shape, parts, row, first, step, inits, body);
}

/// out[c] += W[row, c].
template <typename Layout>
void addRow(const Layout &layout, Shape shape, llvm::ArrayRef<PartView> parts, int64_t row,
            llvm::MutableArrayRef<float> out) {
  if constexpr (requires { decodeRow(layout, shape, parts, row, out); }) {
    decodeRow(layout, shape, parts, row, out);
  } else {
    BufferBackend backend;
    auto handles = llvm::map_to_vector<4>(parts, [](const PartView &part) { return BufferPart(part); });
    visit(backend, layout, shape, llvm::ArrayRef<BufferPart>(handles), row, int64_t(0), int64_t(1),
          BufferBackend::Accumulators(), [&](int64_t column, float value, BufferBackend::Accumulators carried) {
            out[column] += value;
            return carried;
          });
  }
}

template <typename Layout>
concept StoresValues = requires(const Layout &layout, Shape shape, llvm::MutableArrayRef<Part> parts, int64_t row,
                                llvm::ArrayRef<float> values) { storeRow(layout, shape, parts, row, values); };

template <typename Layout>
llvm::Error store(const Layout &layout, Shape shape, llvm::MutableArrayRef<Part> parts, int64_t row,
                  llvm::ArrayRef<float> values) {
  if constexpr (StoresValues<Layout>)
    return storeRow(layout, shape, parts, row, values);
  llvm_unreachable("asked before: storesValues()");
}

/// An attribute's storage: its layout, uniqued by value.
template <typename Layout>
struct Storage : mlir::AttributeStorage {
  static_assert(std::is_trivially_destructible_v<Layout>, "a context frees its attributes without destroying them");
  using KeyTy = Layout;
  explicit Storage(const Layout &layout) : layout(layout) {}
  bool operator==(const Layout &other) const { return layout == other; }
  static llvm::hash_code hashKey(const Layout &layout) { return hash_value(layout); }
  static Storage *construct(mlir::AttributeStorageAllocator &allocator, const Layout &layout) {
    return new (allocator.allocate<Storage>()) Storage(layout);
  }
  Layout layout;
};

} // namespace sdq::layout

namespace sdq {

//===----------------------------------------------------------------------===//
// The methods of `WeightFormat`, by way of a layout
//===----------------------------------------------------------------------===//

template <typename ConcreteAttr>
mlir::LogicalResult
LayoutMethods<ConcreteAttr>::verifyShape(Shape shape, llvm::function_ref<mlir::InFlightDiagnostic()> emitError) const {
  return layout::verifyShapeOf(format().getLayout(), shape, emitError);
}

template <typename ConcreteAttr>
std::vector<PartSpec> LayoutMethods<ConcreteAttr>::getParts(Shape shape) const {
  return partsOf(format().getLayout(), shape);
}

template <typename ConcreteAttr>
llvm::Error LayoutMethods<ConcreteAttr>::verifyContent(Shape shape, llvm::ArrayRef<PartView> parts) const {
  return verifyStored(format().getLayout(), shape, parts);
}

template <typename ConcreteAttr>
void LayoutMethods<ConcreteAttr>::decodeRow(Shape shape, llvm::ArrayRef<PartView> parts, int64_t row,
                                            llvm::MutableArrayRef<float> out) const {
  layout::addRow(format().getLayout(), shape, parts, row, out);
}

template <typename ConcreteAttr>
llvm::Error LayoutMethods<ConcreteAttr>::storeRow(Shape shape, llvm::MutableArrayRef<Part> parts, int64_t row,
                                                  llvm::ArrayRef<float> values) const {
  return layout::store(format().getLayout(), shape, parts, row, values);
}

template <typename ConcreteAttr>
bool LayoutMethods<ConcreteAttr>::storesValues() const {
  return layout::StoresValues<std::decay_t<decltype(format().getLayout())>>;
}

template <typename ConcreteAttr>
llvm::SmallVector<mlir::Value>
LayoutMethods<ConcreteAttr>::emitVisitRow(mlir::OpBuilder &builder, mlir::Location location, Shape shape,
                                          mlir::ValueRange parts, mlir::Value row, mlir::Value first, mlir::Value step,
                                          mlir::ValueRange accumulators, VisitBody body) const {
  IRBackend backend(builder, location);
  llvm::SmallVector<mlir::Value> handles(parts);
  return layout::visit(backend, format().getLayout(), shape, llvm::ArrayRef<mlir::Value>(handles),
                       IRBackend::Index{row}, IRBackend::Index{first}, IRBackend::Index{step},
                       IRBackend::Accumulators(accumulators),
                       [&](IRBackend::Index column, IRBackend::Real value, IRBackend::Accumulators carried) {
                         return body(builder, location, column.value, value.value, carried);
                       });
}

template <typename ConcreteAttr>
mlir::Value LayoutMethods<ConcreteAttr>::emitElement(mlir::OpBuilder &builder, mlir::Location location, Shape shape,
                                                     mlir::ValueRange parts, mlir::Value row,
                                                     mlir::Value column) const {
  if constexpr (layout::HasElements<std::decay_t<decltype(format().getLayout())>>) {
    IRBackend backend(builder, location);
    llvm::SmallVector<mlir::Value> handles(parts);
    return elementAt(backend, format().getLayout(), shape, llvm::ArrayRef<mlir::Value>(handles), IRBackend::Index{row},
                     IRBackend::Index{column})
        .value;
  }
  return {};
}

//===----------------------------------------------------------------------===//
// Formats from outside
//===----------------------------------------------------------------------===//

/// `#dialect.mnemonic…`, the format that a layout describes.
template <typename Layout>
class LayoutFormatAttr : public mlir::Attribute::AttrBase<LayoutFormatAttr<Layout>, mlir::Attribute,
                                                          layout::Storage<Layout>, WeightFormat::Trait, LayoutMethods> {
public:
  using Base = typename mlir::Attribute::AttrBase<LayoutFormatAttr<Layout>, mlir::Attribute, layout::Storage<Layout>,
                                                  WeightFormat::Trait, LayoutMethods>;
  using Base::Base;
  static constexpr llvm::StringLiteral name = Layout::name;
  static llvm::StringRef mnemonic() { return llvm::StringRef(name).split('.').second; }

  const Layout &getLayout() const { return this->getImpl()->layout; }
  static mlir::LogicalResult verifyInvariants(llvm::function_ref<mlir::InFlightDiagnostic()> emitError,
                                              const Layout &layout) {
    return layout.verify(emitError);
  }
};

/// The dialect of the formats that these layouts describe; it has nothing else. Register it beside SDQ's.
template <typename First, typename... Rest>
class FormatDialect : public mlir::Dialect {
public:
  explicit FormatDialect(mlir::MLIRContext *context)
      : Dialect(getDialectNamespace(), context, mlir::TypeID::get<FormatDialect<First, Rest...>>()) {
    // A format is met where a weight is.
    context->getOrLoadDialect<SDQDialect>();
    this->template addAttributes<LayoutFormatAttr<First>, LayoutFormatAttr<Rest>...>();
  }

  /// What stands before the dot in the layouts' names.
  static llvm::StringRef getDialectNamespace() { return llvm::StringRef(First::name).split('.').first; }

  mlir::Attribute parseAttribute(mlir::DialectAsmParser &parser, mlir::Type) const override {
    llvm::SMLoc place = parser.getCurrentLocation();
    llvm::StringRef mnemonic;
    if (parser.parseKeyword(&mnemonic))
      return {};
    mlir::Attribute format;
    if (!(parseAs<First>(parser, place, mnemonic, format) || ... || parseAs<Rest>(parser, place, mnemonic, format)))
      parser.emitError(place, "expected a format of '")
          << getNamespace() << "': " << llvm::join(mnemonics(), " or ") << ", found '" << mnemonic << "'";
    return format;
  }

  void printAttribute(mlir::Attribute attribute, mlir::DialectAsmPrinter &printer) const override {
    (void)(printAs<First>(attribute, printer) || ... || printAs<Rest>(attribute, printer));
  }

private:
  static llvm::SmallVector<std::string> mnemonics() {
    return {LayoutFormatAttr<First>::mnemonic().str(), LayoutFormatAttr<Rest>::mnemonic().str()...};
  }

  /// Whether the mnemonic is this layout's; `format` stays null after an error.
  template <typename Layout>
  static bool parseAs(mlir::AsmParser &parser, llvm::SMLoc place, llvm::StringRef mnemonic, mlir::Attribute &format) {
    if (mnemonic != LayoutFormatAttr<Layout>::mnemonic())
      return false;
    mlir::FailureOr<Layout> layout = Layout::parse(parser);
    if (mlir::succeeded(layout))
      format = parser.getChecked<LayoutFormatAttr<Layout>>(place, parser.getContext(), *layout);
    return true;
  }

  template <typename Layout>
  static bool printAs(mlir::Attribute attribute, mlir::AsmPrinter &printer) {
    auto format = llvm::dyn_cast<LayoutFormatAttr<Layout>>(attribute);
    if (format) {
      printer << LayoutFormatAttr<Layout>::mnemonic();
      format.getLayout().print(printer);
    }
    return bool(format);
  }
};

} // namespace sdq

#endif // SDQ_DIALECT_SDQ_IR_LAYOUTFORMAT_H
