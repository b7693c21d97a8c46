// The backend form of torch-mlir's fx importer, in generic form: literals, aten.linear with and without bias, aten.t in
// front of aten.mm, aten.matmul of rank 3.

// RUN: %check_module %t %s --weights 4 --prepare torch

module {
  func.func @main_graph(%arg0: !torch.vtensor<[?,?,32],f32>, %arg1: !torch.vtensor<[5,32],f32>) -> (!torch.vtensor<[?,?,16],f32>, !torch.vtensor<[5,24],f32>) {
    %0 = "torch.vtensor.literal"() <{value = dense_resource<torch_tensor_48_32> : tensor<48x32xf32>}> : () -> !torch.vtensor<[48,32],f32>
    %1 = "torch.vtensor.literal"() <{value = dense_resource<torch_tensor_48> : tensor<48xf32>}> : () -> !torch.vtensor<[48],f32>
    %2 = "torch.aten.linear"(%arg0, %0, %1) : (!torch.vtensor<[?,?,32],f32>, !torch.vtensor<[48,32],f32>, !torch.vtensor<[48],f32>) -> !torch.vtensor<[?,?,48],f32>
    %3 = "torch.vtensor.literal"() <{value = dense_resource<torch_tensor_48_16> : tensor<48x16xf32>}> : () -> !torch.vtensor<[48,16],f32>
    %4 = "torch.aten.matmul"(%2, %3) : (!torch.vtensor<[?,?,48],f32>, !torch.vtensor<[48,16],f32>) -> !torch.vtensor<[?,?,16],f32>
    %none = "torch.constant.none"() : () -> !torch.none
    %5 = "torch.vtensor.literal"() <{value = dense_resource<torch_tensor_16_32> : tensor<16x32xf32>}> : () -> !torch.vtensor<[16,32],f32>
    %6 = "torch.aten.linear"(%arg1, %5, %none) : (!torch.vtensor<[5,32],f32>, !torch.vtensor<[16,32],f32>, !torch.none) -> !torch.vtensor<[5,16],f32>
    %7 = "torch.vtensor.literal"() <{value = dense_resource<torch_tensor_24_16> : tensor<24x16xf32>}> : () -> !torch.vtensor<[24,16],f32>
    %8 = "torch.aten.t"(%7) : (!torch.vtensor<[24,16],f32>) -> !torch.vtensor<[16,24],f32>
    %9 = "torch.aten.mm"(%6, %8) : (!torch.vtensor<[5,16],f32>, !torch.vtensor<[16,24],f32>) -> !torch.vtensor<[5,24],f32>
    func.return %4, %9 : !torch.vtensor<[?,?,16],f32>, !torch.vtensor<[5,24],f32>
  }
}
