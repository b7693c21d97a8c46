//===- Proto.h - ONNX's protobuf messages -----------------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The one place that includes the generated messages. Debian ships those of ONNX 1.12 (IR version 8). Newer models
// parse all the same: fields and enumerators it does not know are kept as numbers, so the numbers of newer element
// types are ours (ElementTypes.h).
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_IMPORT_ONNX_PROTO_H
#define SDQ_LIB_IMPORT_ONNX_PROTO_H

#include <onnx/onnx_pb.h>

#endif // SDQ_LIB_IMPORT_ONNX_PROTO_H
