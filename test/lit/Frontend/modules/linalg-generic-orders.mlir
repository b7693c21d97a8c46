// IREE's generalized contractions: linalg.generic with the loops in any order, f16 operands that the body widens to an
// f32 accumulator, and one product written transposed.

// RUN: %check_module %t %s --weights 3 --tolerance 1e-3

// Loops k, n, m and n, m, k.
#x_kn = affine_map<(k, n, m) -> (m, k)>
#w_kn = affine_map<(k, n, m) -> (k, n)>
#y_kn = affine_map<(k, n, m) -> (m, n)>
#x_nm = affine_map<(n, m, k) -> (m, k)>
#w_nm = affine_map<(n, m, k) -> (n, k)>
#y_nm = affine_map<(n, m, k) -> (n, m)>
func.func @main_graph(%x: tensor<?x32xf16>, %h: tensor<7x48xf32>) -> (tensor<?x48xf32>, tensor<16x?xf32>, tensor<16x7xf32>) {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %tokens = tensor.dim %x, %c0 : tensor<?x32xf16>
  %up = arith.constant dense_resource<up> : tensor<32x48xf16>
  %down = arith.constant dense_resource<down> : tensor<16x48xf32>
  %head = arith.constant dense_resource<head> : tensor<16x32xf16>
  %e0 = tensor.empty(%tokens) : tensor<?x48xf32>
  %i0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<?x48xf32>) -> tensor<?x48xf32>
  %0 = linalg.generic {indexing_maps = [#x_kn, #w_kn, #y_kn], iterator_types = ["reduction", "parallel", "parallel"]}
      ins(%x, %up : tensor<?x32xf16>, tensor<32x48xf16>) outs(%i0 : tensor<?x48xf32>) {
  ^bb0(%a: f16, %b: f16, %acc: f32):
    %wa = arith.extf %a : f16 to f32
    %wb = arith.extf %b : f16 to f32
    %p = arith.mulf %wa, %wb : f32
    %s = arith.addf %acc, %p : f32
    linalg.yield %s : f32
  } -> tensor<?x48xf32>
  // The weight comes first, and the result is 16 × tokens.
  %e1 = tensor.empty(%tokens) : tensor<16x?xf32>
  %i1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<16x?xf32>) -> tensor<16x?xf32>
  %1 = linalg.generic {indexing_maps = [#w_nm, #x_nm, #y_nm], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%head, %x : tensor<16x32xf16>, tensor<?x32xf16>) outs(%i1 : tensor<16x?xf32>) {
  ^bb0(%b: f16, %a: f16, %acc: f32):
    %wa = arith.extf %a : f16 to f32
    %wb = arith.extf %b : f16 to f32
    %p = arith.mulf %wb, %wa : f32
    %s = arith.addf %p, %acc : f32
    linalg.yield %s : f32
  } -> tensor<16x?xf32>
  %e2 = tensor.empty() : tensor<16x7xf32>
  %i2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<16x7xf32>) -> tensor<16x7xf32>
  %2 = linalg.generic {indexing_maps = [#x_nm, #w_nm, #y_nm], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%h, %down : tensor<7x48xf32>, tensor<16x48xf32>) outs(%i2 : tensor<16x7xf32>) {
  ^bb0(%a: f32, %b: f32, %acc: f32):
    %s = math.fma %a, %b, %acc : f32
    linalg.yield %s : f32
  } -> tensor<16x7xf32>
  return %0, %1, %2 : tensor<?x48xf32>, tensor<16x?xf32>, tensor<16x7xf32>
}
