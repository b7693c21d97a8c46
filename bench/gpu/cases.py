# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the benchmark checks and times: formats by weight extents, activation types and token counts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from formats import CSR, FORMATS, LUT, NM, Dense, Encoding, Format, Parts, Sum

# Quantized activations: vectors of the scales' length, so that sums of integers reach from scale to scale.
ACTIVATIONS = {"i8": "#sdq.activation<i8, vector = 128>", "i4": "#sdq.activation<i4, vector = 128>"}
LARGEST = {"i8": 127, "i4": 7}
INTEGER_FORMATS = {
    "nm_2_4_i8": NM(2, 4, Encoding("i8", 128, "f16")),
    "nm_2_4_i4": NM(2, 4, Encoding("i4", 128, "f16")),
    "nm_pairwise_4_8_i4": NM(4, 8, Encoding("i4", 128, "f16"), pairwise=True),
    "dense_i8_g128": Dense(Encoding("i8", 128, "f16")),
    "nm_6_8_i4": NM(6, 8, Encoding("i4", 128, "f16")),
}
MODEL_FORMATS = {
    "lut4": LUT(4),
    "lut3": LUT(3),
    "squeezellm_w4": Sum((CSR("f16"), LUT(4))),
    "squeezellm_w3": Sum((CSR("f16"), LUT(3))),
    "dense_i4_g128": FORMATS["dense_i4_g128"],
    "nm_2_4_f16": NM(2, 4, Encoding("f16")),
    "csr_f16": CSR("f16", density=0.1),
    **INTEGER_FORMATS,
}
# Extents of language models, K x N as in the goals, and how many of the weight's rows repeat: its parts compress well,
# and its reference is one period's.
MODELS = {(4096, 4096): 256, (4096, 11008): 256, (8192, 28672): 128}


@dataclass(frozen=True)
class Case:
    """A weight of rows x columns, all of whose terms meet the activations as `meets` (a key of ACTIVATIONS, or "")."""

    name: str
    format: Format
    rows: int
    columns: int
    dtype: str
    tokens: tuple[int, ...]
    meets: str = ""

    @property
    def title(self) -> str:
        return f"{self.name}_{self.rows}x{self.columns}_{self.dtype}" + (f"_{self.meets}" if self.meets else "")

    @property
    def period(self) -> int:
        return MODELS.get((self.columns, self.rows), self.rows)


def cases(large: bool) -> Iterator[Case]:
    """Odd extents that fill no tile; with `large` also those of language models: one token, batches, and a prompt."""
    for name, form in FORMATS.items():
        yield Case(name, form, 37, 131, "f32", (1, 33))
    for dtype in ("f16", "bf16"):
        for name, form in MODEL_FORMATS.items():
            if name not in INTEGER_FORMATS:
                yield Case(name, form, 37, 260, dtype, (1, 5, 17, 70))
    for name, form in INTEGER_FORMATS.items():
        for meets in ACTIVATIONS:
            yield Case(name, form, 37, 260, "f16", (1, 11, 70), meets)
    yield Case("dense_i4_g128", MODEL_FORMATS["dense_i4_g128"], 133, 260, "f16", (130,))
    yield Case("nm_2_4_f16", MODEL_FORMATS["nm_2_4_f16"], 133, 260, "bf16", (130,))
    yield Case("nm_2_4_i8", MODEL_FORMATS["nm_2_4_i8"], 133, 256, "f16", (130,), "i8")
    if not large:
        return
    for columns, rows in MODELS:
        for name, form in MODEL_FORMATS.items():
            meets = "i8" if name in INTEGER_FORMATS else ""
            yield Case(name, form, rows, columns, "f16", (1, 16, 64, 4096), meets)


def tile_parts(parts: Parts, times: int, name: str = "") -> Parts:
    """The parts of the weight whose rows are those of `parts` over and over. No transposed formats."""
    tiled = {}
    for key, part in parts.items():
        if key.endswith("row_offsets"):
            steps = np.tile(np.diff(part.astype(np.int64)), times)
            tiled[key] = np.concatenate([[0], np.cumsum(steps)]).astype(part.dtype)
        else:
            tiled[key] = np.tile(part, (times,) + (1,) * (part.ndim - 1))
    return tiled


def random_weight(case: Case, rng: np.random.Generator) -> tuple[Parts, Parts]:
    """The parts of a period's rows, and of the whole weight."""
    block = case.format.random(rng, case.period, case.columns)
    return block, tile_parts(block, case.rows // case.period) if case.rows > case.period else block


def quantized(x: np.ndarray, meets: str) -> np.ndarray:
    """[M, K] f32 activations as the kernels see them: max |x| / largest is a vector's scale, f32 throughout."""
    if not meets:
        return x
    out = np.empty_like(x, np.float32)
    for begin in range(0, x.shape[1], 128):
        piece = x[:, begin : begin + 128].astype(np.float32)
        scale = np.abs(piece).max(1, keepdims=True) / np.float32(LARGEST[meets])
        scale[scale == 0] = 1
        out[:, begin : begin + 128] = np.rint(piece / scale) * scale
    return out
