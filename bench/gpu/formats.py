# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The weight formats in numpy: an implementation of include/sdq/Core/Format.h that shares nothing with the compiler.

Each format gives its MLIR spelling, the parts of a weight of R x C (outputs x inputs), random parts, and the dense
float64 matrix that parts stand for. Parts are row-major arrays: i8, i16 and i32 as unsigned integers, f16, f32.
bf16 numbers are kept as their 16 bits.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Parts = dict[str, np.ndarray]

DTYPES = {"i8": np.uint8, "i16": np.uint16, "i32": np.uint32, "f16": np.float16, "f32": np.float32}
WIDTHS = {"i4": 4, "i8": 8, "f4E2M1FN": 4, "f8E4M3FN": 8, "f8E5M2": 8, "f16": 16, "bf16": 16, "f32": 32}
STORAGE = {"f16": "f16", "bf16": "i16", "f32": "f32"}


def ceil_div(a: int, b: int) -> int:
    return -(-a // b)


def _float_table(exponent_bits: int, mantissa_bits: int) -> np.ndarray:
    """Values of all codes of a small float with subnormals; codes that stand for NaN or infinity are never drawn."""
    codes = np.arange(1 << (1 + exponent_bits + mantissa_bits))
    mantissa = codes & ((1 << mantissa_bits) - 1)
    exponent = (codes >> mantissa_bits) & ((1 << exponent_bits) - 1)
    sign = np.where(codes >> (exponent_bits + mantissa_bits), -1.0, 1.0)
    bias = (1 << (exponent_bits - 1)) - 1
    fraction = mantissa / (1 << mantissa_bits)
    return sign * np.where(exponent == 0, fraction * 2.0 ** (1 - bias), (1 + fraction) * 2.0 ** (exponent - bias))


def _signed_table(bits: int) -> np.ndarray:
    codes = np.arange(1 << bits)
    return np.where(codes >= 1 << (bits - 1), codes - (1 << bits), codes).astype(np.float64)


TABLES = {
    "i4": _signed_table(4),
    "i8": _signed_table(8),
    "f4E2M1FN": _float_table(2, 1),
    "f8E4M3FN": _float_table(4, 3),
    "f8E5M2": _float_table(5, 2),
}
# NaN of e4m3: all ones below the sign. NaN and infinity of e5m2: exponent 31.
NOT_FINITE = {"f8E4M3FN": lambda c: (c & 0x7F) == 0x7F, "f8E5M2": lambda c: (c & 0x7C) == 0x7C}


def pack(codes: np.ndarray, width: int) -> np.ndarray:
    """[R, n] codes -> [R, ceil(n*width/8)] bytes, a little-endian bit stream a row."""
    bits = np.unpackbits(codes.astype(np.uint8)[..., None], axis=-1, bitorder="little")[..., :width]
    return np.packbits(bits.reshape(codes.shape[0], -1), axis=-1, bitorder="little")


def unpack(stream: np.ndarray, count: int, width: int) -> np.ndarray:
    """The inverse of `pack`: the first `count` codes of each row."""
    bits = np.unpackbits(stream, axis=-1, count=count * width, bitorder="little")
    return np.packbits(bits.reshape(stream.shape[0], count, width), axis=-1, bitorder="little")[..., 0]


def to_bf16(values: np.ndarray) -> np.ndarray:
    """f32 -> the 16 bits of bf16, to nearest even; finite input."""
    bits = np.ascontiguousarray(values, np.float32).view(np.uint32)
    return ((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16).astype(np.uint16)


def from_bf16(bits: np.ndarray) -> np.ndarray:
    return (bits.astype(np.uint32) << 16).view(np.float32)


def random_floats(rng: np.random.Generator, shape: tuple[int, ...], element: str) -> np.ndarray:
    values = rng.standard_normal(shape, np.float32)
    return to_bf16(values) if element == "bf16" else values.astype(DTYPES[element])


def floats(stored: np.ndarray, element: str) -> np.ndarray:
    return (from_bf16(stored) if element == "bf16" else stored).astype(np.float64)


@dataclass(frozen=True)
class Encoding:
    """Numbers of one term; quantized ones share a scale over `vector` consecutive columns of the dense grid."""

    element: str
    vector: int = 0
    scale: str = ""

    @property
    def spelling(self) -> str:
        return self.element + (f", vector = {self.vector}, scale = {self.scale}" if self.vector else "")

    def parts(self, rows: int, columns: int, slots: int) -> list[tuple[str, str, tuple]]:
        if not self.vector:
            return [("values", STORAGE[self.element], (rows, slots))]
        kind = "i8" if self.scale == "f8E4M3FN" else self.scale
        parts = [
            ("values", "i8", (rows, ceil_div(slots * WIDTHS[self.element], 8))),
            ("scales", kind, (rows, ceil_div(columns, self.vector))),
        ]
        return parts + ([("row_scale", "f32", (rows,))] if kind == "i8" else [])

    def random(self, rng: np.random.Generator, rows: int, columns: int, padding: np.ndarray) -> Parts:
        """`padding`: [rows, slots], true where a slot lies past the last column and must hold zero."""
        if not self.vector:
            values = random_floats(rng, padding.shape, self.element)
            values[padding] = 0
            return {"values": values}
        width = WIDTHS[self.element]
        codes = rng.integers(0, 1 << width, padding.shape, np.uint8 if width < 8 else np.uint16).astype(np.uint8)
        if self.element in NOT_FINITE:
            codes[NOT_FINITE[self.element](codes)] = 1
        codes[padding] = 0
        vectors = (rows, ceil_div(columns, self.vector))
        parts = {"values": pack(codes, width)}
        if self.scale == "f8E4M3FN":
            parts["scales"] = rng.integers(1, 0x7F, vectors, np.uint8)
            parts["row_scale"] = rng.uniform(2.0**-10, 2.0**-8, rows).astype(np.float32)
        else:
            parts["scales"] = rng.uniform(0.1, 1, vectors).astype(DTYPES[self.scale])
        return parts

    def decode(self, parts: Parts, slots: int, columns: np.ndarray) -> np.ndarray:
        """[rows, slots] values; `columns` ([slots] or [rows, slots]): where in the dense grid each slot sits."""
        if not self.vector:
            return floats(parts["values"], self.element)
        codes = unpack(parts["values"], slots, WIDTHS[self.element])
        scales = parts["scales"]
        if self.scale == "f8E4M3FN":
            scales = TABLES["f8E4M3FN"][scales] * parts["row_scale"][:, None].astype(np.float64)
        vectors = np.minimum(columns // self.vector, scales.shape[1] - 1)
        rows = np.arange(len(codes))[:, None]
        return TABLES[self.element][codes] * scales.astype(np.float64)[rows, vectors]


class Format:
    """spelling, parts(rows, columns), random(rng, rows, columns), decode(parts, rows, columns), roundings(columns)."""

    def magnitude(self, parts: Parts, rows: int, columns: int) -> np.ndarray:
        """What bounds the rounding errors: |W|, or the sum of the terms' |W|, which may cancel in W."""
        return np.abs(self.decode(parts, rows, columns))


@dataclass(frozen=True)
class Dense(Format):
    encoding: Encoding
    transposed: bool = False

    @property
    def spelling(self) -> str:
        return f"#sdq.dense<{self.encoding.spelling}{', transposed' if self.transposed else ''}>"

    def parts(self, rows: int, columns: int) -> list[tuple[str, str, tuple]]:
        stored = (columns, rows) if self.transposed else (rows, columns)
        return self.encoding.parts(*stored, stored[1])

    def random(self, rng: np.random.Generator, rows: int, columns: int) -> Parts:
        stored = (columns, rows) if self.transposed else (rows, columns)
        return self.encoding.random(rng, *stored, np.zeros(stored, bool))

    def decode(self, parts: Parts, rows: int, columns: int) -> np.ndarray:
        if self.transposed:
            return self.encoding.decode(parts, rows, np.arange(rows)).T
        return self.encoding.decode(parts, columns, np.arange(columns))

    def roundings(self, columns: int) -> int:
        """Most f32 roundings between the parts and a lane's sum."""
        return ceil_div(columns, 32) + 2


@dataclass(frozen=True)
class NM(Format):
    n: int
    m: int
    encoding: Encoding
    pairwise: bool = False

    @property
    def spelling(self) -> str:
        return f"#sdq.nm<{self.n}:{self.m}{', pairwise' if self.pairwise else ''}, {self.encoding.spelling}>"

    @property
    def unit(self) -> int:
        return 2 if self.pairwise else 1

    @property
    def mask_bits(self) -> int:
        return next(bits for bits in (8, 16, 32) if self.m // self.unit <= bits)

    @property
    def index_bits(self) -> int:
        return max(1, (self.m // self.unit - 1).bit_length())

    @property
    def storage(self) -> str:
        """The smallest; ties go to the earlier one."""
        width = WIDTHS[self.encoding.element]
        bits = {
            "grid": self.m * width,
            "mask": self.n * width + self.mask_bits,
            "indices": self.n * width + self.n // self.unit * self.index_bits,
        }
        return min(bits, key=bits.__getitem__)

    def slots(self, columns: int) -> int:
        return columns if self.storage == "grid" else ceil_div(columns, self.m) * self.n

    def parts(self, rows: int, columns: int) -> list[tuple[str, str, tuple]]:
        parts = self.encoding.parts(rows, columns, self.slots(columns))
        if self.storage == "mask":
            parts.append(("mask", f"i{self.mask_bits}", (rows, ceil_div(columns, self.m))))
        if self.storage == "indices":
            indices = self.slots(columns) // self.unit
            parts.append(("indices", "i8", (rows, ceil_div(indices * self.index_bits, 8))))
        return parts

    def random(self, rng: np.random.Generator, rows: int, columns: int) -> Parts:
        blocks, units = ceil_div(columns, self.m), self.m // self.unit
        order = np.argsort(rng.random((rows, blocks, units), np.float32), axis=-1)
        kept = np.sort(order[..., : self.n // self.unit], axis=-1)
        stored = np.zeros((rows, blocks, units), bool)
        np.put_along_axis(stored, kept, True, axis=-1)
        if self.storage == "grid":
            absent = ~np.repeat(stored, self.unit, axis=-1).reshape(rows, -1)[:, :columns]
            return self.encoding.random(rng, rows, columns, absent)
        places = self._places(kept)
        parts = self.encoding.random(rng, rows, columns, places >= columns)
        if self.storage == "mask":
            powers = np.uint64(1) << np.arange(units, dtype=np.uint64)
            parts["mask"] = (stored * powers).sum(-1).astype(DTYPES[f"i{self.mask_bits}"])
        else:
            parts["indices"] = pack(kept.reshape(rows, -1), self.index_bits)
        return parts

    def _places(self, kept: np.ndarray) -> np.ndarray:
        """Kept units [rows, blocks, n/unit] -> the dense column of each slot [rows, slots]."""
        columns = (kept[..., None] * self.unit + np.arange(self.unit)).reshape(*kept.shape[:2], self.n)
        return (columns + np.arange(kept.shape[1])[:, None] * self.m).reshape(kept.shape[0], -1)

    def decode(self, parts: Parts, rows: int, columns: int) -> np.ndarray:
        if self.storage == "grid":
            return self.encoding.decode(parts, columns, np.arange(columns))
        blocks, units = ceil_div(columns, self.m), self.m // self.unit
        if self.storage == "mask":
            bits = parts["mask"][..., None].astype(np.uint64) >> np.arange(units, dtype=np.uint64) & np.uint64(1)
            kept = np.argsort(1 - bits.astype(np.int8), axis=-1, kind="stable")[..., : self.n // self.unit]
        else:
            kept = unpack(parts["indices"], self.slots(columns) // self.unit, self.index_bits)
            kept = kept.reshape(rows, blocks, -1).astype(np.int64)
        places = self._places(kept)
        dense = np.zeros((rows, blocks * self.m))
        np.put_along_axis(dense, places, self.encoding.decode(parts, places.shape[1], places), axis=-1)
        return dense[:, :columns]

    def roundings(self, columns: int) -> int:
        return ceil_div(columns, 32) + 2


@dataclass(frozen=True)
class LUT(Format):
    bits: int
    element: str = "f16"

    @property
    def spelling(self) -> str:
        return f"#sdq.lut<{self.bits}, {self.element}>"

    def parts(self, rows: int, columns: int) -> list[tuple[str, str, tuple]]:
        return [
            ("codes", "i8", (rows, ceil_div(columns * self.bits, 8))),
            ("tables", STORAGE[self.element], (rows, 1 << self.bits)),
        ]

    def random(self, rng: np.random.Generator, rows: int, columns: int) -> Parts:
        codes = rng.integers(0, 1 << self.bits, (rows, columns), np.uint16)
        return {"codes": pack(codes, self.bits), "tables": random_floats(rng, (rows, 1 << self.bits), self.element)}

    def decode(self, parts: Parts, rows: int, columns: int) -> np.ndarray:
        codes = unpack(parts["codes"], columns, self.bits)
        return floats(parts["tables"], self.element)[np.arange(rows)[:, None], codes]

    def roundings(self, columns: int) -> int:
        return ceil_div(columns, 32)


@dataclass(frozen=True)
class CSR(Format):
    element: str = "f16"
    density: float = 0.0045  # of the random weights

    @property
    def spelling(self) -> str:
        return f"#sdq.csr<{self.element}>"

    def parts(self, rows: int, columns: int) -> list[tuple[str, str, tuple]]:
        index = "i16" if columns <= 1 << 16 else "i32"
        return [
            ("row_offsets", "i32", (rows + 1,)),
            ("columns", index, (None,)),
            ("values", STORAGE[self.element], (None,)),
        ]

    def random(self, rng: np.random.Generator, rows: int, columns: int) -> Parts:
        chosen = rng.random((rows, columns), np.float32) < self.density
        chosen[rng.random(rows) < 0.1] = False  # some rows are empty
        offsets = np.concatenate([[0], np.cumsum(chosen.sum(1))]).astype(np.uint32)
        places = np.nonzero(chosen)[1].astype(DTYPES[self.parts(rows, columns)[1][1]])
        values = random_floats(rng, places.shape, self.element)
        if not places.size:  # an empty part is stored as one zero element
            places, values = np.zeros(1, places.dtype), np.zeros(1, values.dtype)
        return {"row_offsets": offsets, "columns": places, "values": values}

    def decode(self, parts: Parts, rows: int, columns: int) -> np.ndarray:
        dense = np.zeros((rows, columns))
        offsets = parts["row_offsets"].astype(np.int64)
        entries = slice(0, offsets[-1])
        row = np.repeat(np.arange(rows), np.diff(offsets))
        np.add.at(dense, (row, parts["columns"][entries]), floats(parts["values"], self.element)[entries])
        return dense

    def roundings(self, columns: int) -> int:
        return ceil_div(columns, 32)


@dataclass(frozen=True)
class Sum(Format):
    terms: tuple

    @property
    def spelling(self) -> str:
        return f"#sdq.sum<{', '.join(term.spelling for term in self.terms)}>"

    def parts(self, rows: int, columns: int) -> list[tuple[str, str, tuple]]:
        return [
            (f"{i}.{name}", kind, shape)
            for i, term in enumerate(self.terms)
            for name, kind, shape in term.parts(rows, columns)
        ]

    def random(self, rng: np.random.Generator, rows: int, columns: int) -> Parts:
        return {
            f"{i}.{name}": part
            for i, term in enumerate(self.terms)
            for name, part in term.random(rng, rows, columns).items()
        }

    def _own(self, parts: Parts) -> list[tuple[Format, Parts]]:
        """Each term with its parts."""
        return [
            (term, {name.removeprefix(f"{i}."): part for name, part in parts.items() if name.startswith(f"{i}.")})
            for i, term in enumerate(self.terms)
        ]

    def decode(self, parts: Parts, rows: int, columns: int) -> np.ndarray:
        return sum(term.decode(own, rows, columns) for term, own in self._own(parts))

    def magnitude(self, parts: Parts, rows: int, columns: int) -> np.ndarray:
        return sum(term.magnitude(own, rows, columns) for term, own in self._own(parts))

    def roundings(self, columns: int) -> int:
        return sum(term.roundings(columns) for term in self.terms)


def e4m3_scaled(element: str, vector: int = 16) -> Encoding:
    return Encoding(element, vector, "f8E4M3FN")


SDQ = Sum((NM(1, 8, e4m3_scaled("i8")), NM(6, 8, e4m3_scaled("f4E2M1FN"))))

FORMATS = {
    "dense_f32": Dense(Encoding("f32")),
    "dense_f16": Dense(Encoding("f16")),
    "dense_bf16": Dense(Encoding("bf16")),
    "dense_f16_transposed": Dense(Encoding("f16"), transposed=True),
    "dense_bf16_transposed": Dense(Encoding("bf16"), transposed=True),
    "dense_i4_g128": Dense(Encoding("i4", 128, "f16")),
    "dense_i8_f32_scale": Dense(Encoding("i8", 32, "f32")),
    "dense_e2m1": Dense(e4m3_scaled("f4E2M1FN")),
    "dense_e4m3": Dense(e4m3_scaled("f8E4M3FN")),
    "dense_e5m2": Dense(e4m3_scaled("f8E5M2")),
    "nm_grid": NM(7, 8, e4m3_scaled("i4")),
    "nm_mask": NM(4, 8, e4m3_scaled("i4")),
    "nm_mask16": NM(7, 16, Encoding("f16")),
    "nm_mask32": NM(12, 32, Encoding("bf16")),
    "nm_indices": NM(2, 4, Encoding("f16")),
    "nm_indices_3bit": NM(1, 8, e4m3_scaled("i8")),
    "nm_pairwise_indices": NM(4, 8, Encoding("i4", 32, "f16"), pairwise=True),
    "nm_pairwise_mask": NM(10, 16, Encoding("i4", 32, "f16"), pairwise=True),
    "lut2": LUT(2),
    "lut3": LUT(3),
    "lut4": LUT(4),
    "lut5_bf16": LUT(5, "bf16"),
    "lut8_f32": LUT(8, "f32"),
    "csr_f16": CSR("f16", density=0.1),
    "csr_bf16": CSR("bf16", density=0.1),
    "csr_empty": CSR("f32", density=0.0),
    "sum_sdq": SDQ,
    "sum_squeezellm_w4": Sum((CSR("f16"), LUT(4))),
    "sum_squeezellm_w3": Sum((CSR("f16"), LUT(3))),
}
