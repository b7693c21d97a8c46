# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Faults put into the generated kernels on purpose: the simulator must notice each, by a finding or by wrong numbers.

A fault is a replacement in the text of a kernel as `stop-after=kernels` prints it; the mutated module then runs on the
simulated device like any other. The kernel without the fault runs without a finding and is what numbers are compared with
(that they are right is shown against other arithmetic in test/lit/Simulator).
"""

from __future__ import annotations

import random
import re
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
from sdq.tools import find_tool

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "test" / "lit" / "Inputs"))
import check_linear  # noqa: E402
from sdq_format import parse_format, random_parts  # noqa: E402


@dataclass(frozen=True)
class Product:
    """A product by random weights, and how many tokens and which chip choose the kernel in question."""

    format: str
    rows: int
    columns: int
    tokens: int
    kernel: str  # how the kernel's name ends
    chip: str = "sm_80"
    activation: str = "f16"
    activations: str = ""  # how they are rounded, where they are


@dataclass(frozen=True)
class Fault:
    what: str
    product: Product
    pattern: str  # a regular expression; what it finds in the kernel is replaced everywhere
    replacement: str
    shown_by: str  # a detector's name, or "numbers"


SPARSE = Product("#sdq.nm<2:4, i4, vector = 16, scale = f16>", 37, 131, 21, "_f16_tensor_core")
SPARSER = replace(SPARSE, format="#sdq.nm<2:8, i4, vector = 32, scale = f16>")
DECODE = Product("#sdq.sum<#sdq.csr<f16>, #sdq.lut<4, f32>>", 13, 77, 5, "_f32", activation="f32")
GEMV = Product("#sdq.sum<#sdq.csr<f16>, #sdq.dense<i4, vector = 32, scale = f16>>", 37, 200, 1, "_dense_gemv_1")
GEMM = replace(GEMV, tokens=11, kernel="_dense_gemm_16")
PAIRS = "#sdq.nm<4:8, pairwise, i4, vector = 128, scale = f16>"
S4 = Product(PAIRS, 37, 300, 13, "_nm_mma_sp_32", activations="#sdq.activation<i4, vector = 128>")
TWICE = replace(S4, tokens=5, kernel="_nm_mma_sp", chip="sm_90")
BLOCKS = Product(
    "#sdq.nm<4:8, pairwise, f4E2M1FN, vector = 32, scale = f8E4M3FN>",
    37,
    256,
    5,
    "_nm_mma_sp",
    "sm_120a",
    activations="#sdq.activation<f4E2M1FN, vector = 32>",
)
DENSE = replace(
    TWICE,
    format="#sdq.dense<i4, vector = 128, scale = f16>",
    kernel="_nm_mma",
    activations="#sdq.activation<i8, vector = 128>",
)
PACK_E2M1 = replace(BLOCKS, kernel="_32_256_f16")
PACK = replace(S4, kernel="_300_f16")
LOOKUP = Product("#sdq.sum<#sdq.csr<f16>, #sdq.lut<4, f16>>", 37, 136, 3, "_lut_gemv_2", "sm_75")
LOOKUP_GEMM = replace(LOOKUP, tokens=13, kernel="_lut_gemm_16", chip="sm_80")
# One row is whole: it spans warps and blocks.
NONZEROS = Product("#sdq.csr<f16>", 70, 1500, 3, "_csr_spmm_8", activation="f32")
BLOCK = Product("#sdq.sum<#sdq.csr<f16>, #sdq.dense<i4, vector = 4, scale = f16>>", 133, 104, 130, "_block_mma")
BLOCK_SPARSE = Product(
    "#sdq.nm<2:4, i8, vector = 128, scale = f16>",
    37,
    256,
    130,
    "_block_nm_mma",
    activations="#sdq.activation<i8, vector = 128>",
)

FAULTS = [
    Fault(
        "metadata from the wrong lanes of four",
        SPARSE,
        r"arith\.remui (%\d+), %c2 : index\n(\s+%\d+ = arith\.muli)",
        r"arith.divui \1, %c2 : index\n\2",
        "numbers",
    ),
    Fault(
        "metadata of the rows g and g + 8 swapped",
        SPARSE,
        r"(arith\.shli %\d+, )%c16_i32",
        r"\1%c24_i32",
        "illegal-metadata",
    ),
    Fault(
        "a register of the sparse operand twice",
        SPARSE,
        r"(mma\.sp\.sync A\[%\d+, )%\d+, (%\d+)",
        r"\1\2, \2",
        "numbers",
    ),
    Fault("registers of the activations in the wrong order", SPARSE, r" B\[(%\d+), (%\d+)", r" B[\2, \1", "numbers"),
    Fault(
        "a sparsity selector that PTX does not define",
        SPARSE,
        r"selector\[%c0_i32\]",
        "selector[%c4_i32]",
        "undefined-selector",
    ),
    Fault(
        "the nibbles of a byte swapped",
        SPARSE,
        r"arith\.shrui (%\d+), (%\d+) : i32",
        r"arith.shrui \1, %c4_i32 : i32",
        "numbers",
    ),
    Fault(
        "codes without their sign",
        SPARSE,
        r"arith\.subi (%\d+), %c8_i32 : i32",
        r"arith.subi \1, %c0_i32 : i32",
        "numbers",
    ),
    Fault(
        "scales of half the vector",
        SPARSE,
        r"arith\.divui (%\d+), %c16 : index\n(\s+%\d+ = memref\.load %arg1)",
        r"arith.divui \1, %c8 : index\n\2",
        "out-of-bounds",
    ),
    Fault("warps that overlap along K", SPARSE, r"step %c128", "step %c32", "numbers"),
    Fault("no barrier before the sums are read", SPARSE, r"gpu\.barrier\n", "\n", "race"),
    Fault("a warp's sum left out", SPARSE, r"(memref\.load %arg\d+\[)%c3", r"\1%c2", "numbers"),
    Fault(
        "one row too many",
        SPARSE,
        r"arith\.cmpi ult, (%\d+), %c37 : index",
        r"arith.cmpi ule, \1, %c37 : index",
        "out-of-bounds",
    ),
    Fault(
        "one token too many",
        SPARSE,
        r"arith\.cmpi ult, (%\d+), %0 : index\n(\s+scf\.if %\d+ \{\n\s+%\d+ = arith\.truncf)",
        r"arith.cmpi ule, \1, %0 : index\n\2",
        "out-of-bounds",
    ),
    Fault(
        "a group's code without the higher input",
        SPARSER,
        r"arith\.select (%\d+), %c4_i32, %c14_i32",
        r"arith.select \1, %c4_i32, %c4_i32",
        "numbers",
    ),
    Fault(
        "metadata that lanes do not exchange",
        SPARSER,
        r"(gpu\.shuffle\s+xor %\S+, )%c2_i32",
        r"\1%c1_i32",
        "illegal-metadata",
    ),
    Fault("a round of the butterfly left out", DECODE, r"(gpu\.shuffle\s+xor %\S+, )%c8_i32", r"\1%c16_i32", "numbers"),
    Fault(
        "the first exact weight of a row left out",
        DECODE,
        r"(scf\.for %\S+ = %)\d+( to %\d+ step)",
        r"\1c32\2",
        "numbers",
    ),
    Fault(
        "codes of the next row",
        DECODE,
        r"(memref\.load %arg3\[)%(\d+)(, %\d+\] : memref<13x39xi8>)",
        r"\1%c1\3",
        "numbers",
    ),
    Fault("codes whose sign is not flipped", GEMV, r"1678271496", "1677747200", "numbers"),
    Fault("codes of the other half of a pair", GEMV, r"constant 983055 : i32", "constant 15728880 : i32", "numbers"),
    Fault(
        "codes of another lane's row",
        GEMV,
        r"arith\.muli %thread_id_x, %c16 : index",
        "arith.muli %thread_id_y, %c16 : index",
        "numbers",
    ),
    Fault(
        "the scale of the next vector, past the last one",
        GEMV,
        r"arith\.minui (%\d+), %c6 : index",
        r"arith.maxui \1, %c7 : index",
        "out-of-bounds",
    ),
    Fault("a warp's sums left out", GEMV, r"(memref\.load %arg\d+\[)%c7(, %thread)", r"\1%c6\2", "numbers"),
    Fault("no barrier before the warps' sums are read", GEMV, r"gpu\.barrier\n", "\n", "race"),
    Fault("no barrier of a warp around its tile", GEMM, r"nvvm\.bar\.warp\.sync %\S+ : i32\n", "\n", "race"),
    Fault("scales of another row", GEMM, r"(vector\.load %arg4\[)%\d+", r"\1%c1", "numbers"),
    Fault(
        "outliers' sums handed to the wrong lane",
        GEMM,
        r"(gpu\.shuffle\s+xor %\S+, )%c4_i32",
        r"\1%c2_i32",
        "numbers",
    ),
    Fault(
        "metadata of the rows in the wrong lanes",
        S4,
        r"arith\.cmpi eq, (%\d+), %c1_i32",
        r"arith.cmpi ne, \1, %c1_i32",
        "numbers",
    ),
    Fault(
        "metadata of the other half of a step",
        S4,
        r"arith\.divui %2, %c2 : index",
        "arith.remui %2, %c2 : index",
        "numbers",
    ),
    Fault("metadata a byte short", S4, r"(arith\.shli %\d+, )%c24_i32", r"\1%c16_i32", "illegal-metadata"),
    Fault(
        "the scale of the next vector",
        S4,
        r"arith\.divui (%arg\d+), %c128 : index",
        r"arith.divui \1, %c32 : index",
        "out-of-bounds",
    ),
    Fault(
        "a step's codes read past the end of a row",
        S4,
        r"arith\.minui (%\d+), %c72 : index",
        r"arith.maxui \1, %c72 : index",
        "out-of-bounds",
    ),
    Fault("steps that only half of the warps leave room for", S4, r"step %c512", "step %c128", "numbers"),
    Fault(
        "nibbles not moved to the top of their bytes", TWICE, r"(arith\.shli %\d+, )%c4_i32", r"\1%c8_i32", "numbers"
    ),
    Fault(
        "the odd inputs' products without the even ones'",
        TWICE,
        r"(mma\.sp\.sync A\[[^\]]*\] B\[[^\]]*\] C\[)%\d+, %\d+",
        r"\1%c0_i32, %c0_i32",
        "numbers",
    ),
    Fault(
        "metadata of four neighbouring words",
        TWICE,
        r"arith\.constant 25632 : i32",  # 6420h: every other byte
        "arith.constant 12816 : i32",
        "numbers",
    ),
    Fault(
        "the even inputs' activations for the odd ones' weights",
        DENSE,
        r"arith\.constant 30001 : i32",  # 7531h
        "arith.constant 25632 : i32",
        "numbers",
    ),
    Fault(
        "the rows g and g + 8 of a dense operand swapped",
        DENSE,
        r"(mma\.sync A\[)(%\d+), (%\d+)",
        r"\1\3, \2",
        "numbers",
    ),
    Fault(
        "a second store of every sum, by the other warps",
        DENSE,
        r"arith\.andi (%\d+), %\d+ : i1",
        r"arith.andi \1, \1 : i1",
        "out-of-bounds",
    ),
    Fault(
        "scales of a block that another vector of activations meets",
        BLOCKS,
        r"(arith\.andi %\d+, )%c65280_i32",
        r"\1%c255_i32",
        "numbers",
    ),
    Fault("an e2m1 code without its sign", PACK_E2M1, r"(arith\.shrui %\d+, )%c28_i32", r"\1%c22_i32", "numbers"),
    Fault("a code in its neighbour's nibble", PACK, r"(arith\.shli %\d+, )%c20_i32", r"\1%c16_i32", "numbers"),
    Fault("rounding cut off", PACK, r"0x4B400000", "0x4B000000", "numbers"),
    Fault(
        "the largest magnitude of half of the lanes",
        PACK,
        r"(gpu\.shuffle\s+xor %\S+, )%c1_i32",
        r"\1%c2_i32",
        "numbers",
    ),
    Fault("pairs looked up before their table is written", LOOKUP, r"gpu\.barrier\n", "\n", "race"),
    Fault("half of a pair's code", LOOKUP, r"(arith\.andi %\d+, )%c255_i32", r"\1%c15_i32", "numbers"),
    Fault("codes of the next byte", LOOKUP, r"(arith\.shrui %\d+, )%c8_i32", r"\1%c16_i32", "numbers"),
    Fault(
        "columns beyond the last one", LOOKUP, r"arith\.cmpi ult, (%\d+), %c136", r"arith.cmpi uge, \1, %c0", "numbers"
    ),
    Fault(
        "the row's outliers added to other lanes",
        LOOKUP,
        r"arith\.cmpi eq, (%thread_id_x, %arg\d+)",
        r"arith.cmpi ne, \1",
        "numbers",
    ),
    Fault("a warp's sums left out", LOOKUP, r"(memref\.load %arg\d+\[)%c7", r"\1%c6", "numbers"),
    Fault(
        "a token too many",
        LOOKUP,
        r"arith\.cmpi ult, (%\d+), %0 : index\n(\s+%\d+ = arith\.cmpi ult, %\d+, %c37)",
        r"arith.cmpi ule, \1, %0 : index\n\2",
        "out-of-bounds",
    ),
    Fault("sums read before other warps have them", NONZEROS, r"gpu\.barrier\n", "\n", "race"),
    Fault("a row's first warp left out", NONZEROS, r"(scf\.for %\S+ = )%c0( to %thread_id_y )", r"\1%c1\2", "numbers"),
    Fault(
        "the entries before the block left out",
        NONZEROS,
        r"(scf\.for %\S+ = )%\d+( to (%\d+) step %c256)",
        r"\1\3\2",
        "numbers",
    ),
    Fault("the last row left out", NONZEROS, r"arith\.cmpi ule, ", "arith.cmpi ult, ", "numbers"),
    Fault("a row beyond the last", NONZEROS, r"arith\.minui (%\S+), %c70 ", r"arith.maxui \1, %c70 ", "out-of-bounds"),
    Fault("the rows of a fragment swapped", LOOKUP_GEMM, r"(mma\.sync A\[)(%\d+), (%\d+)", r"\1\3, \2", "numbers"),
    Fault("sums exchanged without barriers", LOOKUP_GEMM, r"gpu\.barrier\n", "\n", "race"),
    Fault("copies waited for a step too late", BLOCK, r"wait\.group 1", "wait.group 2", "unwaited-copy"),
    Fault("copies of others not waited for", BLOCK, r"(wait\.group 1\n)\s+gpu\.barrier\n", r"\1", "race"),
    Fault("one tile of weights for two steps", BLOCK, r"(arith\.andi %\w+, )%c1 : index", r"\1%c0 : index", "race"),
    Fault(
        "chunks written without the swizzle that they are read by",
        BLOCK,
        r"arith\.xori (%\d+), %\d+ : index\n(\s+%\d+ = arith\.addi)",
        r"arith.addi \1, %c0 : index\n\2",
        "numbers",
    ),
    Fault("inputs beyond the last copied", BLOCK, r"(arith\.select %\d+, %c8, )%c0", r"\1%c8", "out-of-bounds"),
    Fault("registers of tokens swapped", BLOCK, r"(mma\.sync A\[.*?\] +B\[)(%\d+), (%\d+)", r"\1\3, \2", "numbers"),
    Fault("codes waited for a step too late", BLOCK_SPARSE, r"wait\.group 1", "wait.group 2", "unwaited-copy"),
    Fault(
        "a step beyond the last copied", BLOCK_SPARSE, r"(arith\.select %\d+, %c16, )%c0", r"\1%c16", "out-of-bounds"
    ),
    Fault(
        "metadata of the other half of a step",
        BLOCK_SPARSE,
        r"(arith\.addi %\d+, )%\d+( : index\n\s+%\d+ = memref\.load %view)",
        r"\1%c0\2",
        "numbers",
    ),
    Fault(
        "metadata of the rows g from all lanes",
        BLOCK_SPARSE,
        r"(arith\.addi %\d+, )%\d+( : index\n\s+%\d+ = arith\.muli \S+, %c2 : index\n\s+\S+ = arith\.addi \S+ \S+ : index\n"
        r"\s+%\d+ = memref\.load %view)",
        r"\1%c0\2",
        "numbers",
    ),
    Fault("sums staged where tiles are read", BLOCK, r"gpu\.barrier\n(\s+%\d+ = arith\.truncf)", r"\n\1", "race"),
]


def kernel_of(text: str, suffix: str) -> tuple[int, int]:
    """Where the kernel whose name ends like that begins and ends."""
    found = re.search(rf"gpu\.func @\w+{suffix}\(.*?\n    \}}\n", text, re.DOTALL)
    assert found, suffix
    return found.span()


class Run:
    """A product on the simulated device, with the kernels as they are or with others in their place."""

    def __init__(self, product: Product, folder: Path):
        self.product, self.folder = product, folder
        random_numbers = np.random.default_rng(0)
        x = random_numbers.uniform(-4, 4, (product.tokens, product.columns))
        check_linear.write_npy(folder / "x.npy", list(x.shape), product.activation, [float(each) for each in x.flat])
        parts = random_parts(parse_format(product.format), product.rows, product.columns, random.Random(0))
        attributes = ", ".join(f'"{name}" = {check_linear.elements_text(part)}' for name, part in parts.items())
        x_type, y_type = (f"tensor<?x{extent}x{product.activation}>" for extent in (product.columns, product.rows))
        meets = f" activations [{product.activations}]" if product.activations else ""
        (folder / "model.mlir").write_text(
            f"sdq.parameter @w : !sdq.weight<{product.rows}x{product.columns}xf16, {product.format}> = {{{attributes}}}\n"
            f'func.func @main_graph(%x: {x_type} {{onnx.name = "x"}}) -> ({y_type} {{onnx.name = "y"}}) {{\n'
            f"  %y = sdq.linear %x, @w{meets} : ({x_type}) -> {y_type}\n"
            f"  return %y : {y_type}\n}}\n"
        )
        lower = f"--sdq-lower-nvgpu=chip={product.chip} stop-after=kernels"
        done = subprocess.run(
            [find_tool("sdq-opt"), folder / "model.mlir", lower], capture_output=True, text=True, check=True
        )
        self.text = done.stdout
        status, message, self.expected = self.simulate(self.text)
        assert status == 0, message

    def simulate(self, text: str) -> tuple[int, str, np.ndarray | None]:
        """Exit status, what it said, and the result where there is one."""
        (self.folder / "kernels.mlir").write_text(text)
        options = ["--device=sim", "--input", f"x={self.folder / 'x.npy'}", "--output-dir", self.folder / "results"]
        command = [find_tool("sdq-run"), self.folder / "kernels.mlir", f"--chip={self.product.chip}", *options]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode in (0, 1), done.stderr
        _, y = check_linear.read_npy(self.folder / "results" / "y.npy") if done.returncode == 0 else (None, None)
        return done.returncode, done.stderr, None if y is None else np.array(y, np.float64)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    made: dict[Product, Run] = {}

    def run(product: Product) -> Run:
        if product not in made:
            made[product] = Run(product, tmp_path_factory.mktemp("product"))
        return made[product]

    return run


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: f"{fault.product.kernel}: {fault.what}")
def test_fault_is_noticed(fault, runs):
    run = runs(fault.product)
    begin, end = kernel_of(run.text, fault.product.kernel)
    mutated, count = re.subn(fault.pattern, fault.replacement, run.text[begin:end])
    assert count and mutated != run.text[begin:end], "the kernel has no such place any more"
    status, message, y = run.simulate(run.text[:begin] + mutated + run.text[end:])
    if fault.shown_by == "numbers":
        assert status == 0, message
        difference = np.abs(y - run.expected)
        assert not np.all(difference <= 0.01 * np.abs(run.expected).max())
    else:
        assert status == 1
        assert f"{fault.shown_by}: " in message, message


def test_there_are_enough_faults():
    assert len(FAULTS) >= 10
