// After unit extents were folded and unfolded: a batch_matmul whose stack of one is an expanded matrix, a generic that
// reads the extents of 1 at 0, f32 activations by an f16 weight, a weight that a generic transposes and repeats in an
// order of its own, and casts that forget extents.

// RUN: %check_module %t %s --weights 4 --tolerance 1e-3

#mk = affine_map<(m, n, k) -> (0, m, k)>
#kn = affine_map<(m, n, k) -> (k, 0, n)>
#mn = affine_map<(m, n, k) -> (0, m, n)>
// Loops k, b, n: stored n × k, given as b × k × n.
#nk = affine_map<(k, b, n) -> (n, k)>
#bkn = affine_map<(k, b, n) -> (b, k, n)>
func.func @main_graph(%x: tensor<1x?x32xf32>, %s: tensor<3x5x32xf32>) -> (tensor<1x?x16xf32>, tensor<1x?x24xf32>, tensor<?x8xf32>, tensor<3x5x16xf32>) {
  %zero = arith.constant 0.0 : f32
  %c1 = arith.constant 1 : index
  %m = tensor.dim %x, %c1 : tensor<1x?x32xf32>
  %w0 = arith.constant dense_resource<w0> : tensor<32x16xf32>
  %stack = tensor.expand_shape %w0 [[0, 1], [2]] output_shape [1, 32, 16] : tensor<32x16xf32> into tensor<1x32x16xf32>
  %e0 = tensor.empty(%m) : tensor<1x?x16xf32>
  %i0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<1x?x16xf32>) -> tensor<1x?x16xf32>
  %0 = linalg.batch_matmul ins(%x, %stack : tensor<1x?x32xf32>, tensor<1x32x16xf32>) outs(%i0 : tensor<1x?x16xf32>) -> tensor<1x?x16xf32>
  %w1 = arith.constant dense_resource<w1> : tensor<32x1x24xf32>
  %e1 = tensor.empty(%m) : tensor<1x?x24xf32>
  %i1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<1x?x24xf32>) -> tensor<1x?x24xf32>
  %1 = linalg.generic {indexing_maps = [#mk, #kn, #mn], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w1 : tensor<1x?x32xf32>, tensor<32x1x24xf32>) outs(%i1 : tensor<1x?x24xf32>) {
  ^bb0(%a: f32, %b: f32, %acc: f32):
    %p = arith.mulf %a, %b : f32
    %q = arith.addf %acc, %p : f32
    linalg.yield %q : f32
  } -> tensor<1x?x24xf32>
  %rows = tensor.collapse_shape %x [[0, 1], [2]] : tensor<1x?x32xf32> into tensor<?x32xf32>
  %w2 = arith.constant dense_resource<w2> : tensor<32x8xf16>
  %forgets = tensor.cast %w2 : tensor<32x8xf16> to tensor<?x?xf16>
  %knows = tensor.cast %forgets : tensor<?x?xf16> to tensor<32x8xf16>
  %e2 = tensor.empty(%m) : tensor<?x8xf32>
  %i2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<?x8xf32>) -> tensor<?x8xf32>
  %2 = linalg.matmul ins(%rows, %knows : tensor<?x32xf32>, tensor<32x8xf16>) outs(%i2 : tensor<?x8xf32>) -> tensor<?x8xf32>
  %w3 = arith.constant dense_resource<w3> : tensor<16x32xf16>
  %e3 = tensor.empty() : tensor<3x32x16xf32>
  %3 = linalg.generic {indexing_maps = [#nk, #bkn], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%w3 : tensor<16x32xf16>) outs(%e3 : tensor<3x32x16xf32>) {
  ^bb0(%in: f16, %out: f32):
    %wide = arith.extf %in : f16 to f32
    linalg.yield %wide : f32
  } -> tensor<3x32x16xf32>
  %e4 = tensor.empty() : tensor<3x5x16xf32>
  %i4 = linalg.fill ins(%zero : f32) outs(%e4 : tensor<3x5x16xf32>) -> tensor<3x5x16xf32>
  %4 = linalg.batch_matmul ins(%s, %3 : tensor<3x5x32xf32>, tensor<3x32x16xf32>) outs(%i4 : tensor<3x5x16xf32>) -> tensor<3x5x16xf32>
  return %0, %1, %2, %4 : tensor<1x?x16xf32>, tensor<1x?x24xf32>, tensor<?x8xf32>, tensor<3x5x16xf32>
}
