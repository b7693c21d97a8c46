//===- Npy.h - NumPy's array files ------------------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The format is numpy.lib.format, versions 1.0 to 3.0: magic, version, length of the header, a Python dictionary
// {'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }, the elements. Only little-endian numbers. NumPy has no
// bf16; as with the ml_dtypes package it is written, and read, as two opaque bytes: '<V2' (or '|V2').
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_RUNTIME_NPY_H
#define SDQ_RUNTIME_NPY_H

#include "sdq/Runtime/Tensor.h"

#include "llvm/Support/Error.h"

namespace sdq {

/// The array in the file at `path`, mapped where the file is large. Fortran order becomes strides.
llvm::Expected<OwnedTensor> readNpy(llvm::StringRef path);

/// Writes a tensor on the CPU, in C order, version 1.0. Atomic: the file appears when it is complete.
llvm::Error writeNpy(llvm::StringRef path, const TensorView &tensor);

} // namespace sdq

#endif // SDQ_RUNTIME_NPY_H
