// One token at a time: matvec with the weight on the left, vecmat with it on the right, and the batched ones with a
// weight that linalg.broadcast repeats.

// RUN: %check_module %t %s --weights 3

func.func @main_graph(%x: tensor<32xf32>, %xs: tensor<5x32xf32>) -> (tensor<24xf32>, tensor<16xf32>, tensor<5x24xf32>, tensor<5x8xf32>) {
  %zero = arith.constant 0.0 : f32
  %nk = arith.constant dense_resource<nk> : tensor<24x32xf32>
  %kn = arith.constant dense_resource<kn> : tensor<32x16xf32>
  %small = arith.constant dense_resource<small> : tensor<32x8xf32>
  %e0 = tensor.empty() : tensor<24xf32>
  %i0 = linalg.fill ins(%zero : f32) outs(%e0 : tensor<24xf32>) -> tensor<24xf32>
  %0 = linalg.matvec ins(%nk, %x : tensor<24x32xf32>, tensor<32xf32>) outs(%i0 : tensor<24xf32>) -> tensor<24xf32>
  %e1 = tensor.empty() : tensor<16xf32>
  %i1 = linalg.fill ins(%zero : f32) outs(%e1 : tensor<16xf32>) -> tensor<16xf32>
  %1 = linalg.vecmat ins(%x, %kn : tensor<32xf32>, tensor<32x16xf32>) outs(%i1 : tensor<16xf32>) -> tensor<16xf32>
  %b2 = tensor.empty() : tensor<5x24x32xf32>
  %nks = linalg.broadcast ins(%nk : tensor<24x32xf32>) outs(%b2 : tensor<5x24x32xf32>) dimensions = [0]
  %e2 = tensor.empty() : tensor<5x24xf32>
  %i2 = linalg.fill ins(%zero : f32) outs(%e2 : tensor<5x24xf32>) -> tensor<5x24xf32>
  %2 = linalg.batch_matvec ins(%nks, %xs : tensor<5x24x32xf32>, tensor<5x32xf32>) outs(%i2 : tensor<5x24xf32>) -> tensor<5x24xf32>
  %b3 = tensor.empty() : tensor<5x32x8xf32>
  %smalls = linalg.broadcast ins(%small : tensor<32x8xf32>) outs(%b3 : tensor<5x32x8xf32>) dimensions = [0]
  %e3 = tensor.empty() : tensor<5x8xf32>
  %i3 = linalg.fill ins(%zero : f32) outs(%e3 : tensor<5x8xf32>) -> tensor<5x8xf32>
  %3 = linalg.batch_vecmat ins(%xs, %smalls : tensor<5x32xf32>, tensor<5x32x8xf32>) outs(%i3 : tensor<5x8xf32>) -> tensor<5x8xf32>
  return %0, %1, %2, %3 : tensor<24xf32>, tensor<16xf32>, tensor<5x24xf32>, tensor<5x8xf32>
}
