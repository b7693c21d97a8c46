// A bf16 checkpoint: matmuls transposed by their indexing maps that accumulate in f32, a weight widened in front of the
// product, one stored flat and expanded; the second product continues an accumulator.

// RUN: %check_module %t %s --weights 3 --tolerance 1e-2

#mk = affine_map<(m, n, k) -> (m, k)>
#nk = affine_map<(m, n, k) -> (n, k)>
#mn = affine_map<(m, n, k) -> (m, n)>
#id = affine_map<(i, j) -> (i, j)>
func.func @main_graph(%x: tensor<?x32xbf16>, %y: tensor<?x32xf32>) -> (tensor<?x16xf32>, tensor<?x8xf32>) {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %gate = arith.constant dense_resource<gate> : tensor<16x32xbf16>
  %wide = arith.constant dense_resource<wide> : tensor<32x16xbf16>
  %flat = arith.constant dense_resource<flat> : tensor<256xf32>
  %m = tensor.dim %x, %c0 : tensor<?x32xbf16>
  %e0 = tensor.empty(%m) : tensor<?x16xf32>
  %i0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<?x16xf32>) -> tensor<?x16xf32>
  %0 = linalg.matmul indexing_maps = [#mk, #nk, #mn] ins(%x, %gate : tensor<?x32xbf16>, tensor<16x32xbf16>) outs(%i0 : tensor<?x16xf32>) -> tensor<?x16xf32>
  %e1 = tensor.empty() : tensor<32x16xf32>
  %w = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]} ins(%wide : tensor<32x16xbf16>) outs(%e1 : tensor<32x16xf32>) {
  ^bb0(%in: bf16, %out: f32):
    %f = arith.extf %in : bf16 to f32
    linalg.yield %f : f32
  } -> tensor<32x16xf32>
  %1 = linalg.matmul ins(%y, %w : tensor<?x32xf32>, tensor<32x16xf32>) outs(%0 : tensor<?x16xf32>) -> tensor<?x16xf32>
  %matrix = tensor.expand_shape %flat [[0, 1]] output_shape [8, 32] : tensor<256xf32> into tensor<8x32xf32>
  %e2 = tensor.empty(%m) : tensor<?x8xf32>
  %i2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<?x8xf32>) -> tensor<?x8xf32>
  %2 = linalg.matmul indexing_maps = [#mk, #nk, #mn] ins(%y, %matrix : tensor<?x32xf32>, tensor<8x32xf32>) outs(%i2 : tensor<?x8xf32>) -> tensor<?x8xf32>
  return %1, %2 : tensor<?x16xf32>, tensor<?x8xf32>
}
