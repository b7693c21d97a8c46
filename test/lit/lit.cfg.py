# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The lit suite: one file per op, format or pass; `invalid` twins hold what must be refused."""

import os
import shutil
import subprocess

import lit.formats

config.name = "SDQ"
config.test_format = lit.formats.ShTest(True)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.sdq_build_dir, "test", "lit")

bin_dir = os.path.join(config.sdq_build_dir, "bin")
path = [bin_dir, config.llvm_tools_dir, os.path.join(config.cuda_toolkit, "bin"), os.environ.get("PATH", "")]
config.environment["PATH"] = os.pathsep.join(path)
config.environment["FILECHECK_OPTS"] = "-enable-var-scope --dump-input=fail"
# The text, what it prints as, its generic form and its bytecode all read as the same module. Bytecode goes through a
# file: resources in a pipe are not aligned as their section demands.
round_trips = [
    "sdq-opt %s -o %t.mlir && FileCheck %s --input-file=%t.mlir",
    "sdq-opt %t.mlir | FileCheck %s",
    "sdq-opt %s --mlir-print-op-generic -o %t.generic.mlir && sdq-opt %t.generic.mlir | FileCheck %s",
    "sdq-opt %s --emit-bytecode -o %t.mlirbc && sdq-opt %t.mlirbc | FileCheck %s",
]
config.substitutions.append(("%check_roundtrips", " && ".join(round_trips)))
config.substitutions.append(("%bin_dir", bin_dir))
# Python without packages: a second reader of the formats (decode.py), small safetensors files, products to compare
# with.
inputs = os.path.join(os.path.dirname(__file__), "Inputs")
python = shutil.which("python3") or "python3"
scripts = ["decode", "safetensors", "check_linear", "check_simulated", "check_activations", "check_module"]
for script in [*scripts, "random_parameter", "document_examples"]:
    config.substitutions.append((f"%{script}", f"{python} {os.path.join(inputs, script)}.py"))
config.substitutions.append(("%source_dir", config.sdq_source_dir))
config.substitutions.append(("%bytelm", os.path.join(config.sdq_source_dir, "examples", "bytelm")))
config.substitutions.append(("%python", python))
config.substitutions.append(("%capi", os.path.join(config.sdq_build_dir, "test", "capi")))
config.substitutions.append(("%fake_cuda", os.path.join(config.sdq_build_dir, "test", "fake-cuda")))
config.substitutions.append(("%llvm_include", os.path.join(os.path.dirname(config.llvm_tools_dir), "include")))
config.substitutions.append(("%lib_dir", os.path.join(config.sdq_build_dir, "lib")))

for cuda_tool in ("ptxas", "fatbinary"):
    if shutil.which(cuda_tool, path=config.environment["PATH"]):
        config.available_features.add(cuda_tool)
if subprocess.run([python, "-c", "import numpy"], capture_output=True).returncode == 0:
    config.available_features.add("numpy")
