// RUN: not sdq-simulate %s --kernel=recursive --arg=3 --block=1 2>&1 | FileCheck %s --check-prefix=RECURSIVE
// RUN: not sdq-simulate %s --kernel=elsewhere --arg=3 --block=1 2>&1 | FileCheck %s --check-prefix=ELSEWHERE

// RECURSIVE: calls-invalid.mlir:[[#@LINE+10]]:{{.*}}error: 'func.call' op calls 'down' from within itself, which needs a stack
// ELSEWHERE: error: 'func.call' op calls @outside, which has no body in the kernel's module
gpu.module @kernels {
  gpu.func @recursive(%n: index) kernel {
    %r = func.call @down(%n) : (index) -> index
    gpu.return
  }
  func.func @down(%n: index) -> index {
    %c1 = arith.constant 1 : index
    %less = arith.subi %n, %c1 : index
    %r = func.call @down(%less) : (index) -> index
    return %r : index
  }
  func.func private @outside(index) -> index
  gpu.func @elsewhere(%n: index) kernel {
    %r = func.call @outside(%n) : (index) -> index
    gpu.return
  }
}
