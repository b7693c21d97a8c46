# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""How a weight is stored, said a second time: what docs/Formats.md says, in plain Python and without looking at Core.

A format is a dictionary, `parse_format("#sdq.nm<1:8, i8, vector = 16, scale = f16>")`; a part is a list of rows of
numbers (a part of rank 1: one row), integers unsigned. Reals are Python floats that hold f32 values: every operation on
them is rounded as f32 arithmetic rounds it.
"""

from __future__ import annotations

import random
import re
import struct
from dataclasses import dataclass

FLOATS = {"f16", "bf16", "f32"}
INTEGERS = {"i2", "i3", "i4", "i8"}
BITS = {"i2": 2, "i3": 3, "i4": 4, "i8": 8, "f4E2M1FN": 4, "f8E4M3FN": 8, "f8E5M2": 8, "f16": 16, "bf16": 16, "f32": 32}
LARGEST = {"i2": 1.0, "i3": 3.0, "i4": 7.0, "i8": 127.0, "f4E2M1FN": 6.0, "f8E4M3FN": 448.0, "f8E5M2": 57344.0}
# Scales that are multiplied by the row's own.
TWO_LEVELS = {"f8E4M3FN", "ui8"}
# Exponent and mantissa bits.
SMALL_FLOATS = {"f4E2M1FN": (2, 1), "f8E4M3FN": (4, 3), "f8E5M2": (5, 2)}


def f32(x: float) -> float:
    return struct.unpack("<f", struct.pack("<f", x))[0]


def bf16_bits(x: float) -> int:
    """To nearest, ties to even."""
    bits = struct.unpack("<I", struct.pack("<f", x))[0]
    return (bits + 0x7FFF + (bits >> 16 & 1)) >> 16


def bf16(bits: int) -> float:
    return struct.unpack("<f", struct.pack("<I", bits << 16))[0]


def number(kind: str, code: int) -> float:
    """What the code of an element stands for."""
    if kind in INTEGERS:
        half = 1 << (BITS[kind] - 1)
        return float((code ^ half) - half)
    if kind == "bf16":
        return bf16(code)
    exponent_bits, mantissa_bits = SMALL_FLOATS[kind]
    bias = (1 << (exponent_bits - 1)) - 1
    sign = -1.0 if code >> (exponent_bits + mantissa_bits) & 1 else 1.0
    exponent = code >> mantissa_bits & ((1 << exponent_bits) - 1)
    mantissa = code & ((1 << mantissa_bits) - 1)
    if exponent == 0:
        return sign * mantissa * 2.0 ** (1 - bias - mantissa_bits)
    return sign * (1 + mantissa / (1 << mantissa_bits)) * 2.0 ** (exponent - bias)


def round_to(kind: str, x: float) -> float:
    """The nearest number of a quantized element; ties go to the even code, what is too large to the largest."""
    largest = LARGEST[kind]
    if kind in INTEGERS:
        return float(max(-largest, min(largest, round(x))))
    positive = [number(kind, code) for code in range(1 << (BITS[kind] - 1))]
    positive = [value for value in positive if value <= largest]
    magnitude = min(range(len(positive)), key=lambda code: (abs(positive[code] - abs(x)), code & 1))
    return -positive[magnitude] if x < 0 else positive[magnitude]


def stream_bytes(codes: int, width: int) -> int:
    return (codes * width + 7) // 8


def code_at(row: list[int], i: int, width: int) -> int:
    """Code i of a little-endian bit stream of bytes."""
    stream = int.from_bytes(bytes(row), "little")
    return stream >> (i * width) & ((1 << width) - 1)


def pack_codes(codes: list[int], width: int) -> list[int]:
    stream = sum(code << (i * width) for i, code in enumerate(codes))
    return list(stream.to_bytes(stream_bytes(len(codes), width), "little"))


# ---------------------------------------------------------------------------------------------------------------------
# Formats
# ---------------------------------------------------------------------------------------------------------------------


def split_arguments(text: str) -> list[str]:
    """At commas outside brackets."""
    pieces, depth = [""], 0
    for c in text:
        depth += (c in "<[") - (c in ">]")
        if c == "," and depth == 0:
            pieces.append("")
        else:
            pieces[-1] += c
    return [piece.strip() for piece in pieces]


def parse_format(text: str) -> dict:
    match = re.fullmatch(r"#sdq\.(\w+)<(.*)>", text.strip(), re.DOTALL)
    if not match:
        raise ValueError(f"no format: {text}")
    kind, arguments = match[1], split_arguments(match[2])
    if kind == "sum":
        return {"kind": kind, "terms": [parse_format(term) for term in arguments]}
    if kind == "tiled":
        planes = [tuple(part.strip() for part in plane.split(":", 1)) for plane in arguments[1:]]
        digits = [re.findall(r"([rc])(\d+):(\d+)", order) for _, order in planes]
        orders = [[(axis, int(extent), int(stride)) for axis, extent, stride in order] for order in digits]
        widths = [int(width) for width, _ in planes]
        return {"kind": kind, "codes": parse_format(arguments[0]), "planes": list(zip(widths, orders, strict=True))}
    format: dict = {"kind": kind, "transposed": False, "pairwise": False, "vector": 0, "scale": None}
    if kind == "nm":
        format["n"], format["m"] = map(int, arguments.pop(0).split(":"))
    if kind == "lut":
        format["bits"] = int(arguments.pop(0))
    for argument in arguments:
        if argument in ("transposed", "pairwise"):
            format[argument] = True
        elif "=" in argument:
            key, value = (side.strip() for side in argument.split("="))
            format[key] = int(value) if key == "vector" else value
        else:
            format["element"] = argument
    return format


def nm_storage(format: dict) -> tuple[str, int]:
    """grid, mask or indices, the smallest a block (the earlier of equals), and the bits of a mask or of an index."""
    unit = 2 if format["pairwise"] else 1
    units, width = -(-format["m"] // unit), BITS[format["element"]]
    mask_bits = next(bits for bits in (8, 16, 32) if units <= bits)
    index_bits = max(1, (units - 1).bit_length())
    costs = {
        "grid": format["m"] * width,
        "mask": format["n"] * width + mask_bits,
        "indices": format["n"] * width + format["n"] // unit * index_bits,
    }
    storage = min(costs, key=lambda name: costs[name])
    return storage, mask_bits if storage == "mask" else index_bits


def tile_names(format: dict) -> list[str]:
    """The parts that hold the planes of tiled codes."""
    count = len(format["planes"])
    return ["codes"] if count == 1 else [f"codes{i}" for i in range(count)]


def tile_extents(order: list[tuple[str, int, int]]) -> tuple[int, int]:
    """Rows and columns of a tile."""
    rows = columns = 1
    for axis, extent, _ in order:
        rows, columns = (rows * extent, columns) if axis == "r" else (rows, columns * extent)
    return rows, columns


def tile_places(order: list[tuple[str, int, int]]) -> list[tuple[int, int]]:
    """The row and the column of every place of a tile, in order: the first digit counts fastest."""
    places = [(0, 0)]
    for axis, extent, stride in order:
        step = [(value * stride, 0) if axis == "r" else (0, value * stride) for value in range(extent)]
        places = [(row + r, column + c) for r, c in step for row, column in places]
    return places


def read_tiles(width: int, order: list[tuple[str, int, int]], stored: list[list[int]]) -> dict[tuple[int, int], int]:
    """The codes of a plane by row and column, those that fill tiles up included."""
    tile_rows, tile_columns = tile_extents(order)
    places, size = tile_places(order), tile_rows * tile_columns * width // 8
    codes = {}
    for i, row in enumerate(stored):
        for j in range(len(row) // size):
            stream = int.from_bytes(bytes(row[j * size : (j + 1) * size]), "little")
            for place, (r, c) in enumerate(places):
                codes[i * tile_rows + r, j * tile_columns + c] = stream >> (place * width) & ((1 << width) - 1)
    return codes


def store_tiles(width: int, order: list[tuple[str, int, int]], codes: list[list[int]]) -> list[list[int]]:
    """The bytes of a plane, a row of tiles a row."""
    tile_rows, tile_columns = tile_extents(order)
    places, rows, columns = tile_places(order), len(codes), len(codes[0])
    stored = []
    for i in range(0, rows, tile_rows):
        row: list[int] = []
        for j in range(0, columns, tile_columns):
            inside = [(i + r < rows and j + c < columns, i + r, j + c) for r, c in places]
            row += pack_codes([codes[r][c] if exists else 0 for exists, r, c in inside], width)
        stored.append(row)
    return stored


def storage_type(element: str) -> str:
    return {"f16": "f16", "bf16": "i16", "f32": "f32"}.get(element, "i8")


# ---------------------------------------------------------------------------------------------------------------------
# Reading
# ---------------------------------------------------------------------------------------------------------------------


def read_slot(format: dict, parts: dict, prefix: str, row: int, slot: int, column: int) -> float:
    """Stored slot `slot`, at `column` of the dense grid, with its scale."""
    element, values = format["element"], parts[prefix + "values"][row]
    if element in FLOATS:
        return number("bf16", values[slot]) if element == "bf16" else values[slot]
    return scaled(format, parts, prefix, row, column, code_at(values, slot, BITS[element]))


def scaled(format: dict, parts: dict, prefix: str, row: int, column: int, code: int) -> float:
    """What a code at `column` of the dense grid stands for, its scale included."""
    value = number(format["element"], code)
    scale = parts[prefix + "scales"][row][column // format["vector"]]
    if format["scale"] == "f8E4M3FN":
        scale = number("f8E4M3FN", scale)
    if format["scale"] == "f8E8M0FNU":
        scale = 2.0 ** (scale - 127)
    if format["scale"] in TWO_LEVELS:
        scale = f32(scale * parts[prefix + "row_scale"][0][row])
    return f32(value * scale)


def decode_row(format: dict, columns: int, parts: dict, row: int, prefix: str = "") -> list[float]:
    """Row `row` of the matrix that the parts stand for."""
    kind, out = format["kind"], [0.0] * columns
    if kind == "sum":
        for i, term in enumerate(format["terms"]):
            addends = decode_row(term, columns, parts, row, f"{prefix}{i}.")
            out = [f32(a + b) for a, b in zip(out, addends, strict=True)]
        return out
    if kind == "dense" and format["transposed"]:
        values = [stored[row] for stored in parts[prefix + "values"]]
        return [bf16(value) for value in values] if format["element"] == "bf16" else values
    if kind == "dense":
        return [read_slot(format, parts, prefix, row, column, column) for column in range(columns)]
    if kind == "lut":
        table, codes = parts[prefix + "tables"][row], parts[prefix + "codes"][row]
        if format["element"] == "bf16":
            table = [bf16(value) for value in table]
        return [table[code_at(codes, column, format["bits"])] for column in range(columns)]
    if kind == "tiled":
        shift, codes = 0, [0] * columns
        for name, (width, order) in zip(tile_names(format), format["planes"], strict=True):
            tile_rows, _ = tile_extents(order)
            plane = read_tiles(width, order, [parts[prefix + name][row // tile_rows]])
            codes = [code | plane[row % tile_rows, column] << shift for column, code in enumerate(codes)]
            shift += width
        if format["codes"]["kind"] == "dense":
            return [scaled(format["codes"], parts, prefix, row, column, code) for column, code in enumerate(codes)]
        table = parts[prefix + "tables"][row]
        if format["codes"]["element"] == "bf16":
            table = [bf16(value) for value in table]
        return [table[code] for code in codes]
    if kind == "csr":
        offsets = parts[prefix + "row_offsets"][0]
        for entry in range(offsets[row], offsets[row + 1]):
            value = parts[prefix + "values"][0][entry]
            out[parts[prefix + "columns"][0][entry]] = bf16(value) if format["element"] == "bf16" else value
        return out
    storage, width = nm_storage(format)
    if storage == "grid":
        return [read_slot(format, parts, prefix, row, column, column) for column in range(columns)]
    n, m, unit = format["n"], format["m"], 2 if format["pairwise"] else 1
    for block in range(-(-columns // m)):
        if storage == "mask":
            mask = parts[prefix + "mask"][row][block]
            stored = [i for i in range(width) if mask >> i & 1]
        else:
            per_block = n // unit
            stored = [code_at(parts[prefix + "indices"][row], block * per_block + i, width) for i in range(per_block)]
        for i in range(n):
            column = block * m + stored[i // unit] * unit + i % unit
            if column < columns:
                out[column] = read_slot(format, parts, prefix, row, block * n + i, column)
    return out


def decode(format: dict, rows: int, columns: int, parts: dict) -> list[list[float]]:
    return [decode_row(format, columns, parts, row) for row in range(rows)]


# ---------------------------------------------------------------------------------------------------------------------
# Random weights: any parts that the format allows
# ---------------------------------------------------------------------------------------------------------------------


@dataclass
class TypedPart:
    type: str  # i8, i16, i32, f16, f32
    rows: list[list]  # one row for a part of rank 1
    flat: bool = False  # rank 1


def random_float(kind: str, rng: random.Random) -> float | int:
    """A number of a float element; the bits of a bf16."""
    value = rng.uniform(-2, 2)
    if kind == "bf16":
        return bf16_bits(value)
    return struct.unpack("<e", struct.pack("<e", value))[0] if kind == "f16" else f32(value)


def random_code(element: str, rng: random.Random) -> int:
    """Any code but a NaN, an infinity or the -8 and -128 that encoders avoid."""
    while True:
        code = rng.randrange(1 << BITS[element])
        if abs(number(element, code)) <= LARGEST[element]:
            return code


def random_slots(format: dict, rows: int, columns: int, slots: int, zero, rng: random.Random) -> dict:
    """values, scales and row_scale; `zero(row, slot)` says which slots lie past the last column."""
    element = format["element"]
    if element in FLOATS:
        values = [[0 if zero(r, s) else random_float(element, rng) for s in range(slots)] for r in range(rows)]
        return {"values": TypedPart(storage_type(element), values)}
    codes = [[0 if zero(r, s) else random_code(element, rng) for s in range(slots)] for r in range(rows)]
    parts = {"values": TypedPart("i8", [pack_codes(row, BITS[element]) for row in codes])}
    vectors = -(-columns // format["vector"])
    codes_of_scales = {"f8E4M3FN": range(1, 127), "ui8": range(256), "f8E8M0FNU": range(112, 132)}
    if format["scale"] in codes_of_scales:
        scales = [[rng.choice(codes_of_scales[format["scale"]]) for _ in range(vectors)] for _ in range(rows)]
        parts["scales"] = TypedPart("i8", scales)
    if format["scale"] in TWO_LEVELS:
        parts["row_scale"] = TypedPart("f32", [[f32(rng.uniform(0.001, 0.01)) for _ in range(rows)]], flat=True)
    elif format["scale"] not in codes_of_scales:
        scales = [[abs(random_float(format["scale"], rng)) for _ in range(vectors)] for _ in range(rows)]
        parts["scales"] = TypedPart(format["scale"], scales)
    return parts


def random_parts(format: dict, rows: int, columns: int, rng: random.Random) -> dict[str, TypedPart]:
    kind = format["kind"]
    never = lambda row, slot: False  # noqa: E731
    if kind == "sum":
        parts = {}
        for i, term in enumerate(format["terms"]):
            for name, part in random_parts(term, rows, columns, rng).items():
                parts[f"{i}.{name}"] = part
        return parts
    if kind == "dense":
        stored = (columns, rows) if format["transposed"] else (rows, columns)
        return random_slots(format, *stored, stored[1], never, rng)
    if kind == "lut":
        codes = [[rng.randrange(1 << format["bits"]) for _ in range(columns)] for _ in range(rows)]
        tables = [[random_float(format["element"], rng) for _ in range(1 << format["bits"])] for _ in range(rows)]
        return {
            "codes": TypedPart("i8", [pack_codes(row, format["bits"]) for row in codes]),
            "tables": TypedPart(storage_type(format["element"]), tables),
        }
    if kind == "tiled":
        inner, parts, shift = format["codes"], {}, 0
        own = random_parts(inner, rows, columns, rng)
        source = own.pop("values" if inner["kind"] == "dense" else "codes")
        bits = BITS[inner["element"]] if inner["kind"] == "dense" else inner["bits"]
        codes = [[code_at(row, column, bits) for column in range(columns)] for row in source.rows]
        for name, (width, order) in zip(tile_names(format), format["planes"], strict=True):
            bits = [[code >> shift & ((1 << width) - 1) for code in row] for row in codes]
            parts[name] = TypedPart("i8", store_tiles(width, order, bits))
            shift += width
        return parts | own
    if kind == "csr":
        chosen = [sorted(rng.sample(range(columns), rng.randrange(min(4, columns + 1)))) for _ in range(rows)]
        chosen[rng.randrange(rows)] = list(range(columns))  # a row far longer than the others
        offsets = [sum(map(len, chosen[:r])) for r in range(rows + 1)]
        flat = [column for row in chosen for column in row] or [0]
        values = [random_float(format["element"], rng) if offsets[-1] else 0 for _ in flat]
        return {
            "row_offsets": TypedPart("i32", [offsets], flat=True),
            "columns": TypedPart("i16" if columns <= 65536 else "i32", [flat], flat=True),
            "values": TypedPart(storage_type(format["element"]), [values], flat=True),
        }
    storage, width = nm_storage(format)
    if storage == "grid":
        return random_slots(format, rows, columns, columns, never, rng)
    n, m, unit = format["n"], format["m"], 2 if format["pairwise"] else 1
    blocks = -(-columns // m)
    stored = [[sorted(rng.sample(range(-(-m // unit)), n // unit)) for _ in range(blocks)] for _ in range(rows)]

    def outside(row: int, slot: int) -> bool:
        block, i = divmod(slot, n)
        return block * m + stored[row][block][i // unit] * unit + i % unit >= columns

    parts = random_slots(format, rows, columns, blocks * n, outside, rng)
    if storage == "mask":
        masks = [[sum(1 << i for i in block) for block in row] for row in stored]
        parts["mask"] = TypedPart(f"i{width}", masks)
    else:
        indices = [pack_codes([i for block in row for i in block], width) for row in stored]
        parts["indices"] = TypedPart("i8", indices)
    return parts
