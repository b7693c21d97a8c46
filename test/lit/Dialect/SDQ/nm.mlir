// N:M formats print as they were written, store the smallest of grid, mask and indices, and survive bytecode.
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// RUN: %check_roundtrips

// CHECK: attributes {a = #sdq.nm<7:8, f16>, b = #sdq.nm<4:8, pairwise, bf16>, c = #sdq.nm<1:8, i8, vector = 16, scale = f8E4M3FN>, d = #sdq.nm<32:32, pairwise, f4E2M1FN, vector = 64, scale = f16>, e = #sdq.nm<1:1, f32>}
func.func private @formats() attributes {
  a = #sdq.nm<7:8, f16>,
  b = #sdq.nm<4:8, pairwise, bf16>,
  c = #sdq.nm<1:8, i8, scale = f8E4M3FN, vector = 16>,
  d = #sdq.nm<32:32, pairwise, f4E2M1FN, vector = 64, scale = f16>,
  e = #sdq.nm<1:1, f32>
}

// Grid: 6:8 in 4 bits costs 32 bits a block either way, and the grid decodes faster.
// CHECK: sdq.parameter @grid : !sdq.weight<1x8xf16, #sdq.nm<6:8, i4, vector = 8, scale = f16>>
// CHECK-SAME: {scales = dense<{{.*}}> : tensor<1x1xf16>, values = dense<{{.*}}> : tensor<1x4xi8>}
sdq.parameter @grid : !sdq.weight<1x8xf16, #sdq.nm<6:8, i4, vector = 8, scale = f16>> =
  {values = dense<[[1, 16, 1, 16]]> : tensor<1x4xi8>, scales = dense<1.0> : tensor<1x1xf16>}

// Mask: 7:8 in 16 bits, 120 bits a block. 13 inputs are two blocks: 14 slots, two masks.
// CHECK: sdq.parameter @mask : !sdq.weight<1x13xf16, #sdq.nm<7:8, f16>>
// CHECK-SAME: {mask = dense<{{.*}}> : tensor<1x2xi8>, values = dense<{{.*}}> : tensor<1x14xf16>}
sdq.parameter @mask : !sdq.weight<1x13xf16, #sdq.nm<7:8, f16>> =
  {values = dense<1.0> : tensor<1x14xf16>, mask = dense<[[127, -2]]> : tensor<1x2xi8>}

// CHECK: sdq.parameter @mask16 : {{.*}} = {mask = dense<{{.*}}> : tensor<2x1xi16>, values = dense<{{.*}}> : tensor<2x14xf16>}
sdq.parameter @mask16 : !sdq.weight<2x16xf16, #sdq.nm<14:16, f16>> =
  {values = dense<1.0> : tensor<2x14xf16>, mask = dense<[[16383], [-4]]> : tensor<2x1xi16>}

// CHECK: sdq.parameter @mask32 : {{.*}} = {mask = dense<{{.*}}> : tensor<1x1xi32>, values = dense<{{.*}}> : tensor<1x28xf16>}
sdq.parameter @mask32 : !sdq.weight<1x32xf16, #sdq.nm<28:32, f16>> =
  {values = dense<1.0> : tensor<1x28xf16>, mask = dense<268435455> : tensor<1x1xi32>}

// Indices: 1:8 in 8 bits, 3 bits of index a block; three blocks take two bytes.
// CHECK: sdq.parameter @indices : !sdq.weight<1x24xf16, #sdq.nm<1:8, i8, vector = 16, scale = f8E4M3FN>>
// CHECK-SAME: {indices = dense<{{.*}}> : tensor<1x2xi8>, row_scale = dense<{{.*}}> : tensor<1xf32>, scales = dense<{{.*}}> : tensor<1x2xi8>, values = dense<{{.*}}> : tensor<1x3xi8>}
sdq.parameter @indices : !sdq.weight<1x24xf16, #sdq.nm<1:8, i8, vector = 16, scale = f8E4M3FN>> =
  {values = dense<[[1, 2, 3]]> : tensor<1x3xi8>, scales = dense<56> : tensor<1x2xi8>,
   row_scale = dense<1.0> : tensor<1xf32>, indices = dense<[[10, 1]]> : tensor<1x2xi8>}

// Pairs: 4:8 pairwise keeps two of four pairs, with two bits of index each.
// CHECK: sdq.parameter @pairs : !sdq.weight<1x16xf16, #sdq.nm<4:8, pairwise, i4, vector = 16, scale = f16>>
// CHECK-SAME: {indices = dense<{{.*}}> : tensor<1x1xi8>, scales = dense<{{.*}}> : tensor<1x1xf16>, values = dense<{{.*}}> : tensor<1x4xi8>}
sdq.parameter @pairs : !sdq.weight<1x16xf16, #sdq.nm<4:8, pairwise, i4, vector = 16, scale = f16>> =
  {values = dense<[[33, 67, 33, 67]]> : tensor<1x4xi8>, scales = dense<1.0> : tensor<1x1xf16>,
   indices = dense<-56> : tensor<1x1xi8>}
