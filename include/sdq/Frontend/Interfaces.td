// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef SDQ_FRONTEND_INTERFACES
#define SDQ_FRONTEND_INTERFACES

include "mlir/IR/OpBase.td"

/// An interface whose models also serve operations that MLIR knows by name only: NamedModels.h.
class SDQ_FrontendInterface<string name> : OpInterface<name> {
  let cppNamespace = "::sdq";
  let extraClassDeclaration = [{
    /// The model for an operation: one that its dialect attached, else the one attached to its name.
    static Concept *getInterfaceFor(::mlir::Operation *op) {
      Concept *own = Base::getInterfaceFor(op);
      return own ? own : static_cast<Concept *>(::sdq::NamedModels::find(op, getInterfaceID()));
    }
  }];
}

def SDQ_ProductOpInterface : SDQ_FrontendInterface<"ProductOpInterface"> {
  let description = [{
    An operation with one result that multiplies two tensors and sums: what `--sdq-raise` makes an `sdq.linear` of where
    one of the two is a constant. Whatever has to stand around the `sdq.linear` is made by the methods below; by default
    it is linalg and tensor.
  }];
  let methods = [
    InterfaceMethod<[{
        The operands and how they are read. Failure, and a reason, where the operation is a product that cannot be
        described; failure without a reason where it is no product at all.
      }],
      "::mlir::FailureOr<::sdq::Product>", "getProduct", (ins "std::string &":$reason)>,
    InterfaceMethod<[{
        The shape and element type of an operand or result; null where they are not known.
      }],
      "::mlir::RankedTensorType", "getTensorType", (ins "::mlir::Type":$type), "", [{
        return ::llvm::dyn_cast<::mlir::RankedTensorType>(type);
      }]>,
    InterfaceMethod<[{
        An operand as a builtin tensor.
      }],
      "::mlir::Value", "enter", (ins "::mlir::ImplicitLocOpBuilder &":$builder, "::mlir::Value":$value), "", [{
        return value;
      }]>,
    InterfaceMethod<[{
        A builtin tensor as a value of the operation's own result type.
      }],
      "::mlir::Value", "leave",
      (ins "::mlir::ImplicitLocOpBuilder &":$builder, "::mlir::Value":$value, "::mlir::Type":$type), "", [{
        return ::sdq::castTensor(builder, value, type);
      }]>,
    InterfaceMethod<[{
        `value` with its extents permuted: extent i of the result is extent `permutation[i]` of `value`.
      }],
      "::mlir::Value", "transpose",
      (ins "::mlir::ImplicitLocOpBuilder &":$builder, "::mlir::Value":$value,
           "::llvm::ArrayRef<int64_t>":$permutation), "", [{
        return ::sdq::transposeTensor(builder, value, permutation);
      }]>,
    InterfaceMethod<[{
        `value` widened to a float type that holds every value of its own.
      }],
      "::mlir::Value", "widen",
      (ins "::mlir::ImplicitLocOpBuilder &":$builder, "::mlir::Value":$value, "::mlir::Type":$element), "", [{
        return ::sdq::widenTensor(builder, value, element);
      }]>,
    InterfaceMethod<[{
        What takes the place of the result, given the product: scaling, bias, accumulation. Of the result's shape,
        perhaps known more precisely.
      }],
      "::mlir::Value", "finish",
      (ins "::mlir::ImplicitLocOpBuilder &":$builder, "::mlir::Value":$product), "", [{
        return product;
      }]>,
  ];
}

def SDQ_WeightSourceOpInterface : SDQ_FrontendInterface<"WeightSourceOpInterface"> {
  let description = [{
    An operation that gives a constant, or derives a tensor from another one without computing anything new: what may
    stand between a weight and its product.
  }];
  let methods = [
    InterfaceMethod<[{
        How the operation's first result comes about; nullopt where this is none of the ways that a weight takes.
      }],
      "std::optional<::sdq::WeightStep>", "getStep">,
    InterfaceMethod<[{
        Whether the operation may be erased once it is unused, though MLIR knows nothing of its effects.
      }],
      "bool", "isErasable", (ins), "", [{ return false; }]>,
  ];
}

#endif // SDQ_FRONTEND_INTERFACES
