//===- NamedFormat.cpp - Formats that options and recipes name -*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Dialect/SDQ/IR/NamedFormat.h"

#include "mlir/AsmParser/AsmParser.h"

using namespace mlir;
using namespace sdq;

namespace {

/// Loads a dialect along with sdq's.
class LoadDialect : public DialectExtensionBase, mlir::detail::FallbackTypeIDResolver {
public:
  explicit LoadDialect(StringRef name)
      : DialectExtensionBase(ArrayRef<StringRef>(SDQDialect::getDialectNamespace())), name(name.str()) {}

  void apply(MLIRContext *context, MutableArrayRef<Dialect *>) const override { context->getOrLoadDialect(name); }
  std::unique_ptr<DialectExtensionBase> clone() const override { return std::make_unique<LoadDialect>(name); }

  /// Registries know extensions apart by this; it is another one for every name.
  TypeID id() const { return registerImplicitTypeID("sdq::LoadDialect " + name); }

private:
  std::string name;
};

} // namespace

void sdq::dependOnFormat(DialectRegistry &registry, StringRef text) {
  StringRef name =
      text.ltrim().drop_while([](char c) { return c == '#'; }).take_until([](char c) { return c == '.' || c == '<'; });
  if (name.empty())
    return;
  auto extension = std::make_unique<LoadDialect>(name);
  TypeID id = extension->id();
  registry.addExtension(id, std::move(extension));
}

FailureOr<WeightFormat> sdq::parseFormat(MLIRContext *context, StringRef text) {
  // What the parser says has a place in a buffer that nobody knows: only its words are kept.
  std::string message;
  Attribute attribute;
  {
    ScopedDiagnosticHandler handler(context, [&](Diagnostic &diagnostic) {
      if (message.empty())
        message = diagnostic.str();
      return success();
    });
    attribute = parseAttribute(text, context);
  }
  if (auto format = dyn_cast_or_null<WeightFormat>(attribute))
    return format;
  InFlightDiagnostic error = emitError(UnknownLoc::get(context), "expected a weight format, found '") << text << "'";
  if (!attribute)
    error << ": " << message;
  return failure();
}
