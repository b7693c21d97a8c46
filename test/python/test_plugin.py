# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A stock mlir-opt with libSDQPlugin.so runs every pass and pipeline of SDQ: none is forgotten, each does its work."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test" / "lit" / "Inputs"))
import check_module  # noqa: E402

BUILD = Path(os.environ.get("SDQ_BUILD_DIR", ROOT / "build"))
PLUGIN = BUILD / "lib" / "libSDQPlugin.so"
STOCK = Path("/usr/lib/llvm-22/bin/mlir-opt")
DIALECTS, PASSES = f"--load-dialect-plugin={PLUGIN}", f"--load-pass-plugin={PLUGIN}"

# y = x·Wᵀ, W 2×8, by way of onnx, linalg and sdq.
ONNX = """
func.func @main(%x: tensor<3x8xf32>) -> tensor<3x2xf32> {
  %w = arith.constant dense<[[1.0, 5.0], [2.0, 6.0], [3.0, 7.0], [4.0, 8.0], [4.0, 8.0], [3.0, 7.0], [2.0, 6.0], [1.0, 5.0]]> : tensor<8x2xf32>
  %y = "onnx.MatMul"(%x, %w) : (tensor<3x8xf32>, tensor<8x2xf32>) -> tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}
"""
LINALG = """
func.func @main(%x: tensor<3x8xf32>, %init: tensor<3x2xf32>) -> tensor<3x2xf32> {
  %w = arith.constant dense<[[1.0, 5.0], [2.0, 6.0], [3.0, 7.0], [4.0, 8.0], [4.0, 8.0], [3.0, 7.0], [2.0, 6.0], [1.0, 5.0]]> : tensor<8x2xf32>
  %y = linalg.matmul ins(%x, %w : tensor<3x8xf32>, tensor<8x2xf32>) outs(%init : tensor<3x2xf32>) -> tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}
"""
LINEAR = """
sdq.parameter @w : !sdq.weight<2x8xf32, #sdq.dense<f32>> =
  {values = dense<[[1.0, 2.0, 3.0, 4.0, 4.0, 3.0, 2.0, 1.0], [5.0, 6.0, 7.0, 8.0, 8.0, 7.0, 6.0, 5.0]]> : tensor<2x8xf32>}
func.func @main(%x: tensor<3x8xf32>) -> tensor<3x2xf32> {
  %y = sdq.linear %x, @w : (tensor<3x8xf32>) -> tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}
"""
QUANTIZED = """
sdq.parameter @w : !sdq.weight<2x8xf32, #sdq.dense<i8, vector = 8, scale = f32>> =
  {values = dense<3> : tensor<2x8xi8>, scales = dense<0.5> : tensor<2x1xf32>}
func.func @main(%x: tensor<3x8xf32>) -> tensor<3x2xf32> {
  %y = sdq.linear %x, @w : (tensor<3x8xf32>) -> tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}
"""
SPARSER = """
sdq.parameter @w : !sdq.weight<1x64xf32, #sdq.nm<1:8, i8, vector = 64, scale = f16>> =
  {values = dense<3> : tensor<1x8xi8>, scales = dense<0.5> : tensor<1x1xf16>, indices = dense<0> : tensor<1x3xi8>}
func.func @main(%x: tensor<3x64xf32>) -> tensor<3x1xf32> {
  %y = sdq.linear %x, @w activations [#sdq.activation<i8, vector = 64>] : (tensor<3x64xf32>) -> tensor<3x1xf32>
  return %y : tensor<3x1xf32>
}
"""
CODEBOOK = """
sdq.parameter @w : !sdq.weight<2x8xf16, #sdq.lut<4, f16>> =
  {codes = dense<17> : tensor<2x4xi8>, tables = dense<1.0> : tensor<2x16xf16>}
func.func @main(%x: tensor<3x8xf16>) -> tensor<3x2xf16> {
  %y = sdq.linear %x, @w : (tensor<3x8xf16>) -> tensor<3x2xf16>
  return %y : tensor<3x2xf16>
}
"""
RESOURCE = """
func.func @main() -> tensor<2xf32> {
  %c = arith.constant dense_resource<c> : tensor<2xf32>
  return %c : tensor<2xf32>
}
{-# dialect_resources: {builtin: {c: "0x040000000000803F00000040"}} #-}
"""
ELEMENTWISE = """
func.func @main(%x: tensor<4xf32>, %init: tensor<4xf32>) -> tensor<4xf32> {
  %a = linalg.exp ins(%x : tensor<4xf32>) outs(%init : tensor<4xf32>) -> tensor<4xf32>
  %b = linalg.negf ins(%a : tensor<4xf32>) outs(%init : tensor<4xf32>) -> tensor<4xf32>
  %c = linalg.abs ins(%b : tensor<4xf32>) outs(%init : tensor<4xf32>) -> tensor<4xf32>
  return %c : tensor<4xf32>
}
"""
BUFFER = """
func.func @main() -> f32 {
  %i = arith.constant 0 : index
  %c = sdq.buffer dense<[1.0, 2.0]> : tensor<2xf32> -> memref<2xf32>
  %v = memref.load %c[%i] : memref<2xf32>
  return %v : f32
}
"""
TORCH = """
func.func @main(%x: !torch.vtensor<[2,8],f32>) -> !torch.vtensor<[2,8],f32> {
  %y = "torch.operator"(%x) <{name = "onnx.Relu"}> : (!torch.vtensor<[2,8],f32>) -> !torch.vtensor<[2,8],f32>
  return %y : !torch.vtensor<[2,8],f32>
}
"""
BINARY = 'gpu.binary @kernels [#gpu.object<#nvvm.target<chip = "sm_80">, assembly = "// the text of a kernel">]\n'


@dataclass
class Case:
    """What shows that a pass did its work."""

    module: str
    options: str = ""
    output: list[str] = field(default_factory=list)
    anchor: str = ""
    before: str = ""  # passes to run first
    flags: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()  # what the pass takes away
    error: str = ""  # what it says where it is a pass that refuses

    def pipeline(self, name: str) -> str:
        one = name + (f"{{{self.options}}}" if self.options else "")
        if self.anchor:
            one = f"{self.anchor}({one})"
        return f"builtin.module({self.before}{one})"


WEIGHT = "sdq.parameter"
CASES = {
    # compression
    "sdq-raise": Case(ONNX, "min-size=1", ["sdq.linear %", "!sdq.weight<2x8xf32, #sdq.dense<f32, transposed>>"]),
    "sdq-sparsify": Case(LINEAR, "pattern=2:4", ["#sdq.nm<2:4, f32>"], WEIGHT),
    "sdq-extract-outliers": Case(LINEAR, "percent=10 unweighted", ["#sdq.sum<#sdq.csr<f32>, #sdq.dense<f32>>"], WEIGHT),
    "sdq-quantize": Case(LINEAR, "codebook=2 unweighted", ["#sdq.lut<2, f32>"], WEIGHT),
    "sdq-residual-terms": Case(
        LINEAR, "patterns=2:4,2:4 types=i8,i4 vector=4 scale=f16", ["#sdq.nm<2:4, i4, vector = 4, scale = f16>"], WEIGHT
    ),
    "sdq-encode": Case(
        LINEAR, "format=#sdq.dense<i4,vector=4,scale=f16>", ["#sdq.dense<i4, vector = 4, scale = f16>"], WEIGHT
    ),
    "sdq-quantize-activations": Case(QUANTIZED, "bits=8", ["activations [#sdq.activation<i8, vector = 8>]"]),
    "sdq-verify-weights": Case(
        LINEAR.replace("[[1.0", "[[0x7FC00000"), "", [], WEIGHT, error="stored_c2: part 'values', element 0"
    ),
    "sdq-compress": Case(LINEAR, "recipe=W8-g4", ["#sdq.dense<i8, vector = 4, scale = f16>"], WEIGHT),
    "sdq-check-recipe": Case(LINEAR, "recipe={{recipe: W4, ignore: [lm_head]}}", [], error="lm_head"),
    "sdq-decompose": Case(
        LINALG, "recipe=SDQ-W2:4-1:4int8-1:4fp4-q4 min-size=1", ["#sdq.nm<1:4, f4E2M1FN, vector = 4"]
    ),
    # lowering
    "sdq-lower-onnx": Case(ONNX, "", ["linalg."]),
    "sdq-linear-to-loops": Case(LINEAR, "", ["call @linear_sdq_weight_2x8xf32_sdq_dense_f32_of_f32"]),
    "sdq-externalize-constants": Case(RESOURCE, "", ["sdq.buffer dense_resource<c> : tensor<2xf32> -> memref<2xf32>"]),
    "sdq-fuse-elementwise": Case(ELEMENTWISE, "", ["math.exp", "math.absf"], before="linalg-generalize-named-ops,"),
    "sdq-buffers-to-llvm": Case(BUFFER, "", ["llvm.mlir.global", "@sdq_buffers", "sdq.buffers = ["]),
    "sdq-lower-cpu": Case(LINEAR, "", ["llvm.func @main", "_mlir_ciface_main", "@sdq_buffers"]),
    "sdq-embed-terms": Case(SPARSER, "chip=sm_80", ["#sdq.nm<2:4, i8, vector = 64, scale = f16>"]),
    "sdq-tile-weights": Case(CODEBOOK, "", ["#sdq.tiled<#sdq.lut<4, f16>, 4 : [c32:1, r32:1]>"]),
    "sdq-keep-on-device": Case(
        LINEAR.replace("@main", "@main_graph"),
        "",
        ["gpu.launch_func"],
        before="sdq-linear-to-gpu,",
        absent=("gpu.memcpy", "gpu.dealloc"),
    ),
    "sdq-linear-to-gpu": Case(LINEAR, "chip=sm_90", ["gpu.launch_func", 'chip = "sm_90"', "gpu.shuffle"]),
    "sdq-launch-through-runtime": Case(LINEAR, "", ["call @mgpuLaunchKernel"], before="sdq-linear-to-gpu,"),
    "sdq-torch-to-onnx": Case(TORCH, "", ['"onnx.Relu"', "tensor<2x8xf32>"], flags=("--allow-unregistered-dialect",)),
    "sdq-find-cuda-tools": Case(LINEAR, "toolkit=/nowhere tools=no-such-tool", error="no-such-tool"),
    "sdq-write-kernels": Case(BINARY, "directory={tmp}", ["gpu.binary"]),
    "sdq-lower-nvgpu": Case(LINEAR, "chip=sm_80", ["gpu.binary @sdq_kernels", ".target sm_80", "gpu.launch_func"]),
    "sdq-linear-to-linalg": Case(LINEAR, "", ["linalg."]),
    "sdq-decompose-to": Case(LINEAR, "linalg", ["linalg."]),
}


def passes_of(tool: Path) -> set[str]:
    """Passes and pipelines that a tool's help lists."""
    text = subprocess.run([tool, "--help"], capture_output=True, text=True, timeout=60, check=True).stdout
    return set(re.findall(r"^ {6}--([\w-]+)", text, re.MULTILINE))


def stock(pipeline: str, module: str, *flags: str) -> subprocess.CompletedProcess[str]:
    command = [STOCK, *flags, f"--pass-pipeline={pipeline}"]
    return subprocess.run(command, input=module, capture_output=True, text=True, timeout=120)


def test_no_pass_is_forgotten() -> None:
    """Every pass and pipeline that sdq-opt has beyond upstream's has a case here, and the other way round."""
    assert passes_of(BUILD / "bin" / "sdq-opt") - passes_of(STOCK) == set(CASES)


@pytest.mark.parametrize("name", CASES)
def test_stock_mlir_opt(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    done = stock(case.pipeline(name).replace("{tmp}", str(tmp_path)), case.module, DIALECTS, PASSES, *case.flags)
    assert (done.returncode == 0) == (not case.error or "warning" in done.stderr), done.stderr
    assert case.error in done.stderr
    for expected in case.output:
        assert expected in done.stdout, done.stdout
    for gone in case.absent:
        assert gone not in done.stdout, done.stdout
    if name == "sdq-fuse-elementwise":
        assert done.stdout.count("linalg.generic") == 1
    if name == "sdq-write-kernels":
        assert (tmp_path / "kernels.sm_80.ptx").read_text() == "// the text of a kernel"


MODULES = sorted((ROOT / "test" / "lit" / "Frontend" / "modules").glob("*.mlir"))


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_frontends_in_stock_mlir_opt(module: Path) -> None:
    """What other compilers write is raised there as in sdq-opt, to the letter."""
    text = module.read_text()
    text = check_module.fill(text, check_module.constants_of(text))
    found = stock("builtin.module(sdq-raise{min-size=1})", text, DIALECTS, PASSES, "--allow-unregistered-dialect")
    assert found.returncode == 0, found.stderr
    tool = [BUILD / "bin" / "sdq-opt", "--allow-unregistered-dialect", "--sdq-raise=min-size=1"]
    expected = subprocess.run(tool, input=text, capture_output=True, text=True, timeout=120)
    assert found.stdout == expected.stdout
    assert "sdq.linear" in found.stdout


def test_there_are_modules_of_every_frontend() -> None:
    families = [module.stem.split("-")[0] for module in MODULES]
    assert len(MODULES) >= 15 and {"linalg", "onnx", "torch", "tosa", "globals"} == set(families)


def test_pass_plugin_alone() -> None:
    """Without the dialect plugin, a module that does not mention sdq is compressed: passes bring what they make."""
    done = stock("builtin.module(sdq-decompose{recipe=W8-g4 min-size=1})", LINALG, PASSES)
    assert done.returncode == 0, done.stderr
    assert "#sdq.dense<i8, vector = 4, scale = f16>" in done.stdout


def test_pass_plugin_alone_does_not_read_sdq() -> None:
    """… and one that does is refused with what to do."""
    done = stock("builtin.module(sdq-lower-cpu)", LINEAR, PASSES)
    assert done.returncode != 0
    assert "Dialect `sdq' not found" in done.stderr or "'sdq' not found" in done.stderr


def test_dialect_plugin_alone() -> None:
    """Without the pass plugin, sdq and onnx are read, verified and printed, by upstream's passes too; ours are unknown."""
    done = stock("builtin.module(canonicalize)", LINEAR + ONNX.replace("@main", "@other"), DIALECTS)
    assert done.returncode == 0, done.stderr
    assert "sdq.linear %arg0, @w" in done.stdout
    done = stock("builtin.module(sdq-raise)", LINALG, DIALECTS)
    assert done.returncode != 0
    assert "'sdq-raise' does not refer to a registered pass or pass pipeline" in done.stderr


def test_plugin_is_thin() -> None:
    """The plugin has no dialect of its own: in a tool that links libSDQ it would be registered twice, which aborts."""
    tool = BUILD / "bin" / "sdq-opt"
    done = subprocess.run(
        [tool, DIALECTS, PASSES, "--sdq-raise=min-size=1"], input=ONNX, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "sdq.linear" in done.stdout
    assert PLUGIN.stat().st_size < 200_000
