# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The kernels as machine code, for every chip: nothing is spilled, and each mma is one instruction of a tensor core.

Read with ptxas and nvdisasm, of a CUDA toolkit or of the `triton` wheel; where neither is, these tests are skipped.
"""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
from sdq.tools import run_tool

# Recipe → type of the activations in the model. Together they reach every family and every instruction.
RECIPES = {
    "W4-g128": "f16",
    "W4-g32": "f32",
    "W8-g128": "bf16",
    "SqueezeLLM-w3-s0.45": "f16",
    "SqueezeLLM-w4-s0.45": "bf16",
    "SDQ-W4:8p-1:8int8-3:8int4-q128": "f16",
    "SDQ-W4:8p-4:8fp4-q32": "f16",
    "SDQ-W2:4-2:4int8-q128": "f16",
    "SDQ-W7:8-1:8int8-6:8int4-q128": "f16",
    "SDQ-W2:4-2:4int8-q64-a16": "bf16",
    "SDQ-W7:8-1:8int8-6:8fp4-a16": "f32",
}
CHIPS = ["sm_75", "sm_80", "sm_86", "sm_89", "sm_90", "sm_100a", "sm_120a"]

# PTX, shape and element of A → machine code. What is not here, or is written in several smaller ones, fails the test.
INSTRUCTIONS = {
    ("mma", "m16n8k16", "f16"): r"HMMA\.16816\.F32",
    ("mma", "m16n8k16", "bf16"): r"HMMA\.16816\.F32\.BF16",
    ("mma", "m16n8k32", "s8"): r"IMMA\.16832\.S8\.S8",
    ("mma", "m16n8k64", "s4"): r"IMMA\.16864\.S4\.S4",
    ("mma.sp", "m16n8k32", "f16"): r"HMMA\.SP\.16832\.F32",
    ("mma.sp", "m16n8k32", "bf16"): r"HMMA\.SP\.16832\.F32\.BF16",
    ("mma.sp", "m16n8k64", "s8"): r"IMMA\.SP\.16864\.S8\.S8",
    ("mma.sp", "m16n8k128", "s4"): r"IMMA\.SP\.168128\.S4\.S4",
    ("mma.sp", "m16n8k128", "e2m1"): r"OMMA\.SF\.SP\.168128\.F32\.E2M1\.E2M1\.UE4M3\.4X",
}


def tool(name: str) -> str | None:
    """A CUDA tool on PATH, of the toolkit, or of triton's wheel."""
    folders = ["/usr/local/cuda/bin"]
    if triton := importlib.util.find_spec("triton"):
        folders.append(str(Path(triton.origin).parent / "backends" / "nvidia" / "bin"))
    return shutil.which(name) or shutil.which(name, path=":".join(folders))


PTXAS, NVDISASM = tool("ptxas"), tool("nvdisasm")
needs_ptxas = pytest.mark.skipif(not PTXAS, reason="no ptxas, of a CUDA toolkit or the triton wheel")
needs_nvdisasm = pytest.mark.skipif(
    not (PTXAS and NVDISASM), reason="no ptxas and nvdisasm, of a CUDA toolkit or the triton wheel"
)


@dataclass
class Kernel:
    """What ptxas and nvdisasm say of one kernel."""

    mma: Counter = field(default_factory=Counter)  # of PTX: (mma or mma.sp, shape, element of A)
    threads: int = 0  # of a block
    registers: int = 0  # of a thread
    shared: int = 0  # bytes
    local: int = 0  # bytes of stack, spilled stores and loads
    instructions: list[str] = field(default_factory=list)  # names, modifiers included


def mma_of(ptx: str) -> Counter:
    found: Counter = Counter()
    for line in re.findall(r"^\s*(mma\.[^;]*?)\s*$|^\s*(mma\.\S+)", ptx, re.MULTILINE):
        name = (line[0] or line[1]).split()[0]
        kind = "mma.sp" if name.startswith("mma.sp") else "mma"
        shape = re.search(r"\bm\d+n\d+k\d+\b", name)[0]
        types = re.findall(r"\.(f32|f16|bf16|s32|s8|u8|s4|u4|e2m1|e4m3)(?=\.|$)", name)
        found[kind, shape, types[1]] += 1
    return found


def assemble(ptx: Path, chip: str) -> dict[str, Kernel]:
    """The kernels of a PTX file, by name."""
    cubin = ptx.with_suffix(".cubin")
    done = subprocess.run([PTXAS, f"-arch={chip}", "-v", ptx, "-o", cubin], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    kernels = {name: Kernel(mma=mma_of(body)) for name, body in entries(ptx.read_text())}
    for name, report in re.findall(
        r"entry function '(\w+)'.*?\n(.*?)(?=Compiling|\Z)", done.stdout + done.stderr, re.S
    ):
        kernel = kernels[name]
        kernel.registers = int(re.search(r"Used (\d+) registers", report)[1])
        kernel.shared = int((re.search(r"(\d+) bytes smem", report) or [0, 0])[1])
        kernel.local = sum(int(n) for n in re.findall(r"(\d+) bytes (?:stack|spill)", report))
    if NVDISASM:
        text = subprocess.run([NVDISASM, cubin], capture_output=True, text=True, check=True).stdout
        for name, body in re.findall(r"^\.text\.(\w+):\n(.*?)(?=^\.text\.|\Z)", text, re.MULTILINE | re.DOTALL):
            if name in kernels:
                code = re.findall(r"^\s*/\*[0-9a-f]{4,}\*/\s+(?:@!?U?P\w+ )?([A-Z][\w.]*)", body, re.MULTILINE)
                kernels[name].instructions = code
    return kernels


def entries(ptx: str) -> list[tuple[str, str]]:
    return re.findall(r"\.entry (\w+)\((.*?)^\}", ptx, re.MULTILINE | re.DOTALL)


def layer(element: str) -> str:
    """A product by 1024×512 random weights of a type, as text."""
    bits = np.random.default_rng(0).standard_normal(1024 * 512, dtype=np.float32)
    bits = {"f32": bits, "f16": bits.astype(np.float16), "bf16": (bits.view(np.uint32) >> 16).astype(np.uint16)}[
        element
    ]
    x, w, y = f"tensor<?x1024x{element}>", f"tensor<1024x512x{element}>", f"tensor<?x512x{element}>"
    return f"""
func.func @main(%x: {x}, %init: {y}) -> {y} {{
  %w = arith.constant dense_resource<w> : {w}
  %y = linalg.matmul ins(%x, %w : {x}, {w}) outs(%init : {y}) -> {y}
  return %y : {y}
}}
{{-# dialect_resources: {{ builtin: {{ w: "0x04000000{bits.tobytes().hex()}" }} }} #-}}
"""


def nonzeros(element: str) -> str:
    """A product by a CSR alone, which no recipe makes."""
    x, y = f"tensor<?x1024x{element}>", f"tensor<?x512x{element}>"
    return f"""
sdq.parameter @w : !sdq.weight<512x1024xf16, #sdq.csr<f16>> = {{row_offsets = dense<0> : tensor<513xi32>,
  columns = dense<0> : tensor<1xi16>, values = dense<0.0> : tensor<1xf16>}}
func.func @main(%x: {x}) -> {y} {{
  %y = sdq.linear %x, @w : ({x}) -> {y}
  return %y : {y}
}}
"""


@pytest.fixture(scope="module")
def compressed(tmp_path_factory) -> dict[str, Path]:
    """The layer by each recipe."""
    folder = tmp_path_factory.mktemp("layers")
    found = {}
    for recipe, element in RECIPES.items():
        (folder / "layer.mlir").write_text(layer(element))
        found[recipe] = folder / f"{recipe}.mlirbc"
        decompose = f"--sdq-decompose=recipe={recipe} unweighted"
        run_tool("sdq-opt", folder / "layer.mlir", decompose, "--emit-bytecode", "-o", found[recipe])
    for element in ("f16", "bf16", "f32"):
        found[f"CSR-{element}"] = folder / f"csr-{element}.mlir"
        found[f"CSR-{element}"].write_text(nonzeros(element))
    return found


@pytest.fixture(scope="module", params=CHIPS)
def assembled(request, compressed, tmp_path_factory) -> tuple[str, dict[str, Kernel]]:
    """Every kernel of every recipe on a chip."""
    chip, kernels = request.param, {}
    for recipe, module in compressed.items():
        folder = tmp_path_factory.mktemp("kernels")
        options = f"--sdq-lower-nvgpu=chip={chip} kernels-dir={folder}"
        run_tool("sdq-opt", module, options, "--emit-bytecode", "-o", folder / "lowered.mlirbc")
        found = assemble(folder / f"sdq_kernels.{chip}.ptx", chip)
        for each in json.loads((folder / f"sdq_kernels.{chip}.json").read_text())["kernels"]:
            found[each["name"]].threads = int(np.prod(each["block"]))
        assert found
        kernels |= {f"{name} of {recipe}": kernel for name, kernel in found.items()}
    return chip, kernels


@needs_ptxas
def test_nothing_is_spilled(assembled):
    _, kernels = assembled
    assert {name: kernel.local for name, kernel in kernels.items() if kernel.local} == {}


@needs_ptxas
def test_eight_warps_fit(assembled):
    """Of 64K registers and the shared memory of a multiprocessor: two a scheduler, to hide what one waits for."""
    chip, kernels = assembled
    shared = {"sm_75": 64, "sm_80": 163, "sm_86": 99, "sm_89": 99, "sm_90": 227, "sm_100a": 227, "sm_120a": 99}[chip]
    for name, kernel in kernels.items():
        blocks = 65536 // (-(-kernel.registers // 8) * 8 * kernel.threads)
        if kernel.shared:
            blocks = min(blocks, shared * 1024 // (kernel.shared + 1024))
        assert blocks * kernel.threads >= 8 * 32, (name, kernel.registers, kernel.shared)


@needs_nvdisasm
def test_each_mma_is_one_instruction(assembled):
    """What PTX multiplies at once, the machine code does: none is made of smaller ones, or of ordinary arithmetic."""
    _, kernels = assembled
    for name, kernel in kernels.items():
        assert kernel.instructions, name
        tensor = [each for each in kernel.instructions if re.match(r"[A-Z]MMA\b(?!\.MMA)", each)]
        expected = [INSTRUCTIONS[each] for each in kernel.mma]
        assert all(any(re.fullmatch(one, each) for one in expected) for each in tensor), (name, kernel.mma, set(tensor))
        assert all(any(re.fullmatch(one, each) for each in tensor) for one in expected), (name, kernel.mma, set(tensor))
        assert len(tensor) >= sum(kernel.mma.values()), name
        assert not any(each.startswith(("LDL", "STL")) for each in kernel.instructions), name


@needs_ptxas
def test_tensor_cores_are_used(assembled):
    """Which shapes a chip is given: those that it has."""
    chip, kernels = assembled
    found = {each for kernel in kernels.values() for each in kernel.mma}
    if chip == "sm_75":
        assert not found
        return
    assert {("mma", "m16n8k16", "f16"), ("mma", "m16n8k16", "bf16"), ("mma.sp", "m16n8k32", "bf16")} <= found
    assert ("mma.sp", "m16n8k64", "s8") in found
    assert (("mma", "m16n8k64", "s4") in found) == (chip in ("sm_80", "sm_86", "sm_89"))
    assert (("mma", "m16n8k32", "s8") in found) == (chip not in ("sm_80", "sm_86", "sm_89"))
    assert (("mma.sp", "m16n8k128", "s4") in found) == (chip in ("sm_80", "sm_86", "sm_89"))
    assert (("mma.sp", "m16n8k128", "e2m1") in found) == (chip == "sm_120a")
