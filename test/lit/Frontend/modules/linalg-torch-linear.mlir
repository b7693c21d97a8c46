// torch-mlir's linalg of nn.Linear on a batch: the weight, transposed by a linalg.transpose, is repeated along the
// dynamic batch by a linalg.generic in front of a batch_matmul; bias and ReLU are generics.

// RUN: %check_module %t %s --weights 1

#map = affine_map<(d0, d1, d2) -> (d0, d1, d2)>
#broadcast = affine_map<(d0, d1, d2) -> (d1, d2)>
#bias = affine_map<(d0, d1, d2) -> (d2)>
func.func @main_graph(%arg0: tensor<?x5x32xf32>) -> tensor<?x5x24xf32> {
  %cst = arith.constant 0.000000e+00 : f32
  %c0 = arith.constant 0 : index
  %w = arith.constant dense_resource<torch_tensor_24_32_torch.float32> : tensor<24x32xf32>
  %b = arith.constant dense_resource<torch_tensor_24_torch.float32> : tensor<24xf32>
  %0 = tensor.empty() : tensor<32x24xf32>
  %transposed = linalg.transpose ins(%w : tensor<24x32xf32>) outs(%0 : tensor<32x24xf32>) permutation = [1, 0]
  %dim = tensor.dim %arg0, %c0 : tensor<?x5x32xf32>
  %1 = tensor.empty(%dim) : tensor<?x32x24xf32>
  %2 = linalg.generic {indexing_maps = [#broadcast, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%transposed : tensor<32x24xf32>) outs(%1 : tensor<?x32x24xf32>) {
  ^bb0(%in: f32, %out: f32):
    linalg.yield %in : f32
  } -> tensor<?x32x24xf32>
  %3 = tensor.empty(%dim) : tensor<?x5x24xf32>
  %4 = linalg.fill ins(%cst : f32) outs(%3 : tensor<?x5x24xf32>) -> tensor<?x5x24xf32>
  %5 = linalg.batch_matmul ins(%arg0, %2 : tensor<?x5x32xf32>, tensor<?x32x24xf32>) outs(%4 : tensor<?x5x24xf32>) -> tensor<?x5x24xf32>
  %6 = linalg.generic {indexing_maps = [#map, #bias, #map], iterator_types = ["parallel", "parallel", "parallel"]} ins(%5, %b : tensor<?x5x24xf32>, tensor<24xf32>) outs(%3 : tensor<?x5x24xf32>) {
  ^bb0(%in: f32, %in_0: f32, %out: f32):
    %7 = arith.addf %in, %in_0 : f32
    %8 = arith.cmpf ugt, %7, %cst : f32
    %9 = arith.select %8, %7, %cst : f32
    linalg.yield %9 : f32
  } -> tensor<?x5x24xf32>
  return %6 : tensor<?x5x24xf32>
}
