// RUN: sdq-opt %s --allow-unregistered-dialect --sdq-raise=min-size=1 | FileCheck %s
//
// Proves that linalg.matmul by a constant is raised in every form of its indexing maps, and that accumulators, mixed
// precision and the weight on the left are kept as linalg operations.

// CHECK-DAG: sdq.parameter @kn attributes {sdq.origin = "kn", sdq.origin_transposed} : !sdq.weight<3x2xf32, #sdq.dense<f32, transposed>> = {values = dense_resource<kn> : tensor<2x3xf32>}
// CHECK-DAG: sdq.parameter @nk attributes {sdq.origin = "nk"} : !sdq.weight<3x2xf32, #sdq.dense<f32>> = {values = dense_resource<nk> : tensor<3x2xf32>}
// CHECK-DAG: sdq.parameter @half attributes {sdq.origin = "half", sdq.origin_transposed} : !sdq.weight<3x2xf16, #sdq.dense<f16, transposed>>

#mk = affine_map<(m, n, k) -> (m, k)>
#km = affine_map<(m, n, k) -> (k, m)>
#kn = affine_map<(m, n, k) -> (k, n)>
#nk = affine_map<(m, n, k) -> (n, k)>
#mn = affine_map<(m, n, k) -> (m, n)>

// CHECK-LABEL: @zero_accumulator
func.func @zero_accumulator(%x: tensor<?x2xf32>, %into: tensor<?x3xf32>) -> tensor<?x3xf32> {
  // CHECK-NEXT: %[[Y:.*]] = sdq.linear %arg0, @kn : (tensor<?x2xf32>) -> tensor<?x3xf32>
  // CHECK-NEXT: return %[[Y]]
  %w = arith.constant dense_resource<kn> : tensor<2x3xf32> loc("kn")
  %zero = arith.constant 0.0 : f32
  %fill = linalg.fill ins(%zero : f32) outs(%into : tensor<?x3xf32>) -> tensor<?x3xf32>
  %y = linalg.matmul ins(%x, %w : tensor<?x2xf32>, tensor<2x3xf32>) outs(%fill : tensor<?x3xf32>) -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// CHECK-LABEL: @accumulator
func.func @accumulator(%x: tensor<?x2xf32>, %c: tensor<?x3xf32>) -> tensor<?x3xf32> {
  // CHECK-NEXT: %[[P:.*]] = sdq.linear %arg0, @kn
  // CHECK-NEXT: linalg.add ins(%[[P]], %arg1 : tensor<?x3xf32>, tensor<?x3xf32>) outs(%arg1 : tensor<?x3xf32>)
  // CHECK-NEXT: return
  %w = arith.constant dense_resource<kn> : tensor<2x3xf32> loc("kn")
  %y = linalg.matmul ins(%x, %w : tensor<?x2xf32>, tensor<2x3xf32>) outs(%c : tensor<?x3xf32>) -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// CHECK-LABEL: @maps
func.func @maps(%x: tensor<?x2xf32>, %t: tensor<2x?xf32>) {
  %kn = arith.constant dense_resource<kn> : tensor<2x3xf32> loc("kn")
  %nk = arith.constant dense_resource<nk> : tensor<3x2xf32> loc("nk")
  // CHECK: %[[ZERO:.*]] = "test.size"
  %n = "test.size"() : () -> index
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty(%n) : tensor<?x3xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<?x3xf32>) -> tensor<?x3xf32>
  %le = tensor.empty(%n) : tensor<3x?xf32>
  %lz = linalg.fill ins(%zero : f32) outs(%le : tensor<3x?xf32>) -> tensor<3x?xf32>
  // CHECK-NEXT: %[[Y0:.*]] = sdq.linear %arg0, @nk : (tensor<?x2xf32>) -> tensor<?x3xf32>
  %y0 = linalg.matmul indexing_maps = [#mk, #nk, #mn] ins(%x, %nk : tensor<?x2xf32>, tensor<3x2xf32>) outs(%z : tensor<?x3xf32>) -> tensor<?x3xf32>
  // CHECK: %[[D:.*]] = tensor.dim %arg1, %{{.*}} : tensor<2x?xf32>
  // CHECK: %[[E:.*]] = tensor.empty(%[[D]]) : tensor<?x2xf32>
  // CHECK: %[[T:.*]] = linalg.transpose ins(%arg1 : tensor<2x?xf32>) outs(%[[E]] : tensor<?x2xf32>) permutation = [1, 0]
  // CHECK-NEXT: %[[Y1:.*]] = sdq.linear %[[T]], @kn : (tensor<?x2xf32>) -> tensor<?x3xf32>
  %y1 = linalg.matmul indexing_maps = [#km, #kn, #mn] ins(%t, %kn : tensor<2x?xf32>, tensor<2x3xf32>) outs(%z : tensor<?x3xf32>) -> tensor<?x3xf32>
  // On the left: (m, k) of the weight is out × in.
  // CHECK: %[[L:.*]] = sdq.linear %arg0, @nk : (tensor<?x2xf32>) -> tensor<?x3xf32>
  // CHECK: %[[Y2:.*]] = linalg.transpose ins(%[[L]] : tensor<?x3xf32>) outs(%{{.*}} : tensor<3x?xf32>) permutation = [1, 0]
  %y2 = linalg.matmul indexing_maps = [#mk, #nk, #mn] ins(%nk, %x : tensor<3x2xf32>, tensor<?x2xf32>) outs(%lz : tensor<3x?xf32>) -> tensor<3x?xf32>
  // CHECK: sdq.linear %{{.*}}, @kn
  %y3 = linalg.matmul indexing_maps = [#km, #kn, #mn] ins(%kn, %t : tensor<2x3xf32>, tensor<2x?xf32>) outs(%lz : tensor<3x?xf32>) -> tensor<3x?xf32>
  // CHECK-NOT: linalg.fill
  // CHECK: "test.use"(%[[Y0]], %[[Y1]], %[[Y2]],
  "test.use"(%y0, %y1, %y2, %y3) : (tensor<?x3xf32>, tensor<?x3xf32>, tensor<3x?xf32>, tensor<3x?xf32>) -> ()
  return
}

// The weight behind a transpose, a widening generic, and casts of its type.
// CHECK-LABEL: @passages
func.func @passages(%x: tensor<?x2xf32>, %c: tensor<?x3xf32>) -> tensor<?x3xf32> {
  // CHECK-NEXT: %[[A:.*]] = sdq.linear %arg0, @nk
  // CHECK-NEXT: %[[B:.*]] = linalg.add ins(%[[A]],
  // CHECK-NEXT: sdq.linear %arg0, @half
  // CHECK-NOT: linalg.generic
  // CHECK: return
  %nk = arith.constant dense_resource<nk> : tensor<3x2xf32> loc("nk")
  %e = tensor.empty() : tensor<2x3xf32>
  %t = linalg.transpose ins(%nk : tensor<3x2xf32>) outs(%e : tensor<2x3xf32>) permutation = [1, 0]
  %dynamic = tensor.cast %t : tensor<2x3xf32> to tensor<?x3xf32>
  %static = tensor.cast %dynamic : tensor<?x3xf32> to tensor<2x3xf32>
  %y = linalg.matmul ins(%x, %static : tensor<?x2xf32>, tensor<2x3xf32>) outs(%c : tensor<?x3xf32>) -> tensor<?x3xf32>
  %half = arith.constant dense_resource<half> : tensor<6xf16> loc("half")
  %matrix = tensor.expand_shape %half [[0, 1]] output_shape [2, 3] : tensor<6xf16> into tensor<2x3xf16>
  %into = tensor.empty() : tensor<3x2xf32>
  %wide = linalg.generic {indexing_maps = [affine_map<(i, j) -> (j, i)>, affine_map<(i, j) -> (i, j)>], iterator_types = ["parallel", "parallel"]}
      ins(%matrix : tensor<2x3xf16>) outs(%into : tensor<3x2xf32>) {
  ^bb0(%in: f16, %out: f32):
    %f = arith.extf %in : f16 to f32
    linalg.yield %f : f32
  } -> tensor<3x2xf32>
  %z = linalg.matmul indexing_maps = [#mk, #nk, #mn] ins(%x, %wide : tensor<?x2xf32>, tensor<3x2xf32>) outs(%y : tensor<?x3xf32>) -> tensor<?x3xf32>
  return %z : tensor<?x3xf32>
}

// f16 operands that accumulate in f32: the activations are widened, as linalg.matmul does inside.
// CHECK-LABEL: @mixed
func.func @mixed(%x: tensor<?x2xf16>, %c: tensor<?x3xf32>) -> tensor<?x3xf32> {
  // CHECK: %[[X:.*]] = linalg.generic {{.*}} ins(%arg0 : tensor<?x2xf16>)
  // CHECK: arith.extf
  // CHECK: sdq.linear %[[X]], @half : (tensor<?x2xf32>) -> tensor<?x3xf32>
  %half = arith.constant dense_resource<half> : tensor<2x3xf16> loc("half")
  %y = linalg.matmul ins(%x, %half : tensor<?x2xf16>, tensor<2x3xf16>) outs(%c : tensor<?x3xf32>) -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

{-#
  dialect_resources: { builtin: {
    kn: "0x040000000000803f0000803f0000803f0000803f0000803f0000803f",
    nk: "0x040000000000803f0000803f0000803f0000803f0000803f0000803f",
    half: "0x04000000003c003c003c003c003c003c"
  } }
#-}
