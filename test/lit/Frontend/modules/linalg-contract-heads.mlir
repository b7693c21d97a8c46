// linalg.contract as attention writes it: projections whose weight has the heads as an extent of its own, on the way in
// (outputs h, d; the result transposed to heads first) and on the way out (inputs h, d, the activations transposed).

// RUN: %check_module %t %s --weights 2

#x = affine_map<(b, t, h, d, m) -> (b, t, m)>
#wq = affine_map<(b, t, h, d, m) -> (h, d, m)>
#q = affine_map<(b, t, h, d, m) -> (b, h, t, d)>
#ctx = affine_map<(b, t, m, h, d) -> (b, h, t, d)>
#wo = affine_map<(b, t, m, h, d) -> (h, d, m)>
#y = affine_map<(b, t, m, h, d) -> (b, t, m)>
func.func @main_graph(%arg0: tensor<?x?x32xf32>) -> (tensor<?x4x?x8xf32>, tensor<?x?x16xf32>) {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %b = tensor.dim %arg0, %c0 : tensor<?x?x32xf32>
  %t = tensor.dim %arg0, %c1 : tensor<?x?x32xf32>
  %wq = arith.constant dense_resource<q_proj> : tensor<4x8x32xf32>
  %wo = arith.constant dense_resource<o_proj> : tensor<4x8x16xf32>
  %e0 = tensor.empty(%b, %t) : tensor<?x4x?x8xf32>
  %i0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32>
  %q = linalg.contract indexing_maps = [#x, #wq, #q]
      ins(%arg0, %wq : tensor<?x?x32xf32>, tensor<4x8x32xf32>) outs(%i0 : tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32>
  %e1 = tensor.empty(%b, %t) : tensor<?x?x16xf32>
  %i1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<?x?x16xf32>) -> tensor<?x?x16xf32>
  %y = linalg.contract indexing_maps = [#ctx, #wo, #y]
      ins(%q, %wo : tensor<?x4x?x8xf32>, tensor<4x8x16xf32>) outs(%i1 : tensor<?x?x16xf32>) -> tensor<?x?x16xf32>
  return %q, %y : tensor<?x4x?x8xf32>, tensor<?x?x16xf32>
}
