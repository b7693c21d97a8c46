/*
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * mlir FILE PIPELINE: a compiler on MLIR's own C interface that loads the sdq dialect and runs our passes beside
 * upstream's.
 */

#include "sdq-c/mlir.h"

#include "mlir-c/IR.h"
#include "mlir-c/Pass.h"

#include <stdio.h>
#include <stdlib.h>

static void print(MlirStringRef piece, void *stream) { fwrite(piece.data, 1, piece.length, (FILE *)stream); }

int main(int argc, char **argv) {
  if (argc != 3)
    return 2;
  MlirDialectRegistry registry = mlirDialectRegistryCreate();
  mlirDialectHandleInsertDialect(mlirGetDialectHandle__sdq__(), registry);
  sdqRegisterCompilerDialects(registry);
  sdqRegisterPasses();
  sdqRegisterPasses();
  MlirContext context = mlirContextCreateWithRegistry(registry, /*threadingEnabled=*/false);
  mlirDialectRegistryDestroy(registry);
  MlirDialect loaded = mlirDialectHandleLoadDialect(mlirGetDialectHandle__sdq__(), context);
  MlirStringRef name = mlirDialectGetNamespace(loaded);
  printf("dialect %.*s\n", (int)name.length, name.data);

  FILE *file = fopen(argv[1], "rb");
  static char text[1 << 20];
  size_t length = file ? fread(text, 1, sizeof text - 1, file) : 0;
  if (!file || fclose(file) != 0)
    return 2;
  text[length] = 0;
  MlirModule module = mlirModuleCreateParse(context, mlirStringRefCreate(text, length));
  if (mlirModuleIsNull(module))
    return 1;
  MlirPassManager passes = mlirPassManagerCreate(context);
  MlirLogicalResult parsed = mlirParsePassPipeline(mlirPassManagerGetAsOpPassManager(passes),
                                                   mlirStringRefCreateFromCString(argv[2]), print, stderr);
  if (mlirLogicalResultIsFailure(parsed) ||
      mlirLogicalResultIsFailure(mlirPassManagerRunOnOp(passes, mlirModuleGetOperation(module))))
    return 1;
  mlirOperationPrint(mlirModuleGetOperation(module), print, stdout);
  mlirPassManagerDestroy(passes);
  mlirModuleDestroy(module);
  mlirContextDestroy(context);
  return 0;
}
