//===- MatMulNBits.cpp - onnxruntime's product with a packed weight -------===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MatMulNBits.h"

#include "ConstantNumbers.h"
#include "ConstantView.h"

#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace sdq;

/// Code `i` of a row of `bits` each that begins at byte `begin`.
static unsigned codeAt(const Numbers &numbers, int64_t begin, int64_t i, int64_t bits) {
  unsigned byte = uint8_t(numbers.integer(begin + i * bits / 8));
  return bits == 8 ? byte : (byte >> (i % 2 * 4)) & 15;
}

FailureOr<Product> sdq::matMulNBits(const ONNXNode &node, std::string &reason) {
  Operation *op = node.operation();
  auto because = [&](const Twine &text) {
    reason = ("MatMulNBits: " + text).str();
    return failure();
  };
  auto K = node.integer("K", 0), N = node.integer("N", 0), bits = node.integer("bits", 4),
       block = node.integer("block_size", 0);
  if (!K || !N || !bits || !block || *K < 1 || *N < 1 || *block < 1 || op->getNumResults() != 1)
    return because("expected K, N and block_size above 0");
  if (*bits != 4 && *bits != 8)
    return because("expected 4 or 8 bits, found " + Twine(*bits));
  if (node.has(4) || node.has(5))
    return because("expected neither g_idx nor bias");
  if (!node.has(2))
    return because("expected A, B and scales");
  std::optional<Numbers> codes = numbersOf(op->getOperand(1)), scales = numbersOf(op->getOperand(2)), zeros;
  if (node.has(3))
    zeros = numbersOf(op->getOperand(3));
  if (!codes || !scales || (node.has(3) && !zeros))
    return because("expected constants as B, scales and zero points");

  int64_t blocks = llvm::divideCeil(*K, *block), blob = llvm::divideCeil(*block * *bits, 8),
          zeroBytes = llvm::divideCeil(blocks * *bits, 8);
  RankedTensorType input = ONNXNode::tensorType(op->getOperand(0).getType());
  std::optional<ElementKind> kind = input ? floatKind(input.getElementType()) : std::nullopt,
                             scaleKind = floatKind(scales->type.getElementType()), zeroKind;
  if (zeros)
    zeroKind = floatKind(zeros->type.getElementType());
  auto isBytes = [](const Numbers &numbers) {
    return isa<IntegerType>(numbers.type.getElementType()) && numbers.type.getElementTypeBitWidth() == 8;
  };
  if (!kind || input.getRank() < 1 || !isBytes(*codes) || !scaleKind ||
      codes->type.getNumElements() != *N * blocks * blob || scales->type.getNumElements() != *N * blocks ||
      (zeros && !(zeroKind ? zeros->type.getNumElements() == *N * blocks
                           : isBytes(*zeros) && zeros->type.getNumElements() == *N * zeroBytes)))
    return because("the types of its operands do not fit K, N, bits and block_size");

  WeightConstant weight{findOrigin(op->getOperand(1)).constant->owner,
                        RankedTensorType::get({*N, *K}, input.getElementType()), nullptr};
  weight.compute = [=](std::string &) -> std::optional<AlignedBytes> {
    SmallVector<float> steps = scales->floats(*scaleKind);
    SmallVector<float> offsets = zeroKind ? zeros->floats(*zeroKind) : SmallVector<float>();
    auto at = [](ArrayRef<float> numbers, int64_t i) { return numbers[numbers.size() == 1 ? 0 : i]; };
    std::vector<float> floats;
    floats.reserve(*N * *K);
    for (int64_t n = 0; n < *N; ++n)
      for (int64_t k = 0; k < *K; ++k) {
        int64_t group = n * blocks + k / *block;
        float zero = zeroKind ? at(offsets, group)
                     : zeros  ? codeAt(*zeros, n * zeroBytes, k / *block, *bits)
                              : 1 << (*bits - 1);
        floats.push_back((float(codeAt(*codes, group * blob, k % *block, *bits)) - zero) * at(steps, group));
      }
    return stored(floats, *kind);
  };

  unsigned tokens = input.getRank() - 1;
  auto with = [&](unsigned last) {
    auto extents = llvm::to_vector(llvm::seq<unsigned>(tokens));
    extents.push_back(last);
    return AffineMap::getMultiDimMapWithTargets(tokens + 2, extents, op->getContext());
  };
  Product product{op->getOperand(0), op->getOperand(1), with(tokens + 1),
                  AffineMap::getMultiDimMapWithTargets(tokens + 2, {tokens, tokens + 1}, op->getContext()),
                  with(tokens)};
  product.rightWeight = std::move(weight);
  return product;
}
