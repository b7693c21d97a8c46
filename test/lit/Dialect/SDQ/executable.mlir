// sdq.executable keeps code and the order of its buffers through text, the generic form and bytecode.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: %check_roundtrips

// CHECK: sdq.executable @cpu target("x86_64-pc-linux-gnu", "cascadelake", "+avx2,-sse4a") entry "_mlir_ciface_main_graph" code dense_resource<object> : tensor<4xi8> buffers [dense_resource<codes> : tensor<2xi8>, dense<1.000000e+00> : tensor<2x2xf32>] attributes {note = "from a test"}
sdq.executable @cpu target("x86_64-pc-linux-gnu", "cascadelake", "+avx2,-sse4a") entry "_mlir_ciface_main_graph"
  code dense_resource<object> : tensor<4xi8>
  buffers [dense_resource<codes> : tensor<2xi8>, dense<1.0> : tensor<2x2xf32>] attributes {note = "from a test"}

// CHECK: sdq.executable @empty target("", "", "") entry "" code dense<0> : tensor<1xi8> buffers []
sdq.executable @empty target("", "", "") entry "" code dense<0> : tensor<1xi8> buffers []

// CHECK-DAG: codes: "0x100000000102"
// CHECK-DAG: object: "0x100000007F454C46"
{-#
  dialect_resources: {
    builtin: {
      codes: "0x100000000102",
      object: "0x100000007F454C46"
    }
  }
#-}
