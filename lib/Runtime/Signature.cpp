//===- Signature.cpp - What a model takes and returns ---------------------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "sdq/Runtime/Signature.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace sdq;

template <typename... Ts>
static llvm::Error invalidInput(const char *format, Ts &&...values) {
  return llvm::createStringError(llvm::formatv(format, std::forward<Ts>(values)...).str());
}

/// The symbol of dimension `i`, or "".
static llvm::StringRef symbolOf(const TensorSpec &spec, size_t i) {
  return i < spec.symbols.size() ? llvm::StringRef(spec.symbols[i]) : llvm::StringRef();
}

std::string TensorSpec::format() const {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << sdq::name(dtype) << '[';
  for (size_t i = 0; i < shape.size(); ++i) {
    os << (i ? ", " : "");
    if (shape[i] != kDynamicSize)
      os << shape[i];
    else
      os << (symbolOf(*this, i).empty() ? "?" : symbolOf(*this, i));
  }
  os << ']';
  return text;
}

static std::string format(const TensorView &tensor) { return (name(tensor.dtype) + formatExtents(tensor.shape)).str(); }

/// call_c2 to call_c4 for one input.
static llvm::Error checkInput(const TensorSpec &spec, const TensorView &input, Device place) {
  auto mismatch = [&](const llvm::Twine &what) {
    return invalidInput("input '{0}': {1} (expected {2}, got {3})", spec.name, what.str(), spec.format(),
                        format(input));
  };
  if (input.device != place && place == Device{})
    return mismatch("the data is not in CPU memory");
  if (input.device != place)
    return mismatch("the data is not in the memory of GPU " + llvm::Twine(place.id));
  if (input.dtype != spec.dtype)
    return mismatch("expected dtype " + name(spec.dtype) + ", got " + name(input.dtype));
  if (input.shape.size() != spec.shape.size())
    return mismatch("expected rank " + llvm::Twine(spec.shape.size()) + ", got " + llvm::Twine(input.shape.size()));
  if (input.strides.size() != input.shape.size())
    return mismatch("expected " + llvm::Twine(input.shape.size()) + " strides, got " +
                    llvm::Twine(input.strides.size()));
  for (auto [i, size] : llvm::enumerate(input.shape))
    if (size < 0)
      return mismatch("dimension " + llvm::Twine(i) + " is negative");
  if (!input.data && input.numElements() != 0)
    return mismatch("no data");
  for (auto [i, expected, size] : llvm::enumerate(spec.shape, input.shape))
    if (expected != kDynamicSize && size != expected)
      return mismatch("expected size " + llvm::Twine(expected) + " in dimension " + llvm::Twine(i) + ", got " +
                      llvm::Twine(size));
  return llvm::Error::success();
}

/// A list of names for a message.
static std::string listNames(llvm::ArrayRef<TensorSpec> specs) {
  return llvm::join(llvm::map_range(specs, [](const TensorSpec &spec) { return spec.name; }), ", ");
}

llvm::Error sdq::checkInputs(const Signature &signature, llvm::ArrayRef<TensorView> inputs, Device place) {
  if (inputs.size() != signature.inputs.size())
    return invalidInput("expected {0} inputs ({1}), got {2}", signature.inputs.size(), listNames(signature.inputs),
                        inputs.size());
  struct Binding {
    int64_t size;
    llvm::StringRef input;
    size_t dimension;
  };
  llvm::StringMap<Binding> bindings;
  for (auto [spec, input] : llvm::zip_equal(signature.inputs, inputs)) {
    if (llvm::Error error = checkInput(spec, input, place))
      return error;
    for (auto [i, size] : llvm::enumerate(input.shape)) {
      llvm::StringRef symbol = symbolOf(spec, i);
      if (symbol.empty())
        continue;
      const Binding &bound = bindings.try_emplace(symbol, Binding{size, spec.name, i}).first->second;
      if (bound.size != size)
        return invalidInput(
            "input '{0}': expected dimension {1} '{2}' to be {3} as in dimension {4} of input '{5}', got {6}",
            spec.name, i, symbol, bound.size, bound.dimension, bound.input, size);
    }
  }
  return llvm::Error::success();
}
