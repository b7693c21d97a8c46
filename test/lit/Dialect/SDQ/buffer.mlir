// sdq.buffer gives the place of a constant, whose extents its type may leave open.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: %check_roundtrips

// CHECK-LABEL: func.func @buffers
func.func @buffers() -> (memref<2x3xi8>, memref<?xf16>, memref<2xf32>, memref<2xf32>) {
  // CHECK: sdq.buffer dense_resource<codes> : tensor<2x3xi8> -> memref<2x3xi8>
  %a = sdq.buffer dense_resource<codes> : tensor<2x3xi8> -> memref<2x3xi8>
  // CHECK: sdq.buffer dense<[1.000000e+00, 2.000000e+00, 3.000000e+00]> : tensor<3xf16> -> memref<?xf16>
  %b = sdq.buffer dense<[1.0, 2.0, 3.0]> : tensor<3xf16> -> memref<?xf16>
  // CHECK: sdq.buffer dense<1.000000e+00> : tensor<2xf32> -> memref<2xf32>
  %c = sdq.buffer dense<1.0> : tensor<2xf32> -> memref<2xf32>
  // CHECK: sdq.buffer device dense<1.000000e+00> : tensor<2xf32> -> memref<2xf32>
  %d = sdq.buffer device dense<1.0> : tensor<2xf32> -> memref<2xf32>
  return %a, %b, %c, %d : memref<2x3xi8>, memref<?xf16>, memref<2xf32>, memref<2xf32>
}

// CHECK: codes: "0x10000000010203040506"
{-#
  dialect_resources: {
    builtin: {
      codes: "0x10000000010203040506"
    }
  }
#-}
