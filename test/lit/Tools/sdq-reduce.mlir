// sdq-reduce cuts a module down to what a test finds interesting (it exits with 1): here, a product by @wanted.

// RUN: echo '#!/bin/sh' > %t.sh && echo 'sdq-opt "$1" | grep -q "sdq.linear .*@wanted" && exit 1; exit 0' >> %t.sh && chmod +x %t.sh
// RUN: sdq-reduce %s -reduction-tree="traversal-mode=0 test=%t.sh" -o %t.mlir
// RUN: FileCheck %s --input-file=%t.mlir --implicit-check-not=@other --implicit-check-not=@g --implicit-check-not=math.exp

// CHECK: sdq.parameter @wanted
// CHECK: func.func @f
// CHECK: sdq.linear %{{.*}}, @wanted
sdq.parameter @other : !sdq.weight<2x4xf32, #sdq.dense<f32>> = {values = dense<2.0> : tensor<2x4xf32>}
func.func @g(%x: tensor<3x4xf32>) -> tensor<3x2xf32> {
  %y = sdq.linear %x, @other : (tensor<3x4xf32>) -> tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}
sdq.parameter @wanted : !sdq.weight<2x4xf32, #sdq.dense<f32>> = {values = dense<1.0> : tensor<2x4xf32>}
func.func @f(%x: tensor<3x4xf32>) -> tensor<3x2xf32> {
  %a = math.exp %x : tensor<3x4xf32>
  %b = math.exp %a : tensor<3x4xf32>
  %y = sdq.linear %x, @wanted : (tensor<3x4xf32>) -> tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}
