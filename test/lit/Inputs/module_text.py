# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Parameters of a printed module, with the numbers of their parts."""

from __future__ import annotations

import json
import re
import struct
from dataclasses import dataclass

from sdq_format import TypedPart

CODES = {"i8": "B", "i16": "H", "i32": "I", "f16": "e", "f32": "f"}


@dataclass
class Parameter:
    name: str
    type: str  # !sdq.weight<…>
    format: str
    rows: int
    columns: int
    parts: dict[str, TypedPart]


def balanced(text: str, start: int) -> int:
    """One past the bracket that closes the '<' at `start`."""
    depth = 0
    for i in range(start, len(text)):
        depth += (text[i] == "<") - (text[i] == ">")
        if depth == 0:
            return i + 1
    raise ValueError("unbalanced brackets")


def resources_of(text: str) -> dict[str, bytes]:
    """Bytes by name; the first four of the printed ones are the alignment."""
    found = re.findall(r'^\s*(?:"([^"]+)"|([\w.$]+)): "0x([0-9A-Fa-f]*)"', text, re.MULTILINE)
    return {quoted or bare: bytes.fromhex(digits)[4:] for quoted, bare, digits in found}


def part_of(value: str, extents: list[int], type: str, resources: dict[str, bytes]) -> TypedPart:
    count = 1
    for extent in extents:
        count *= extent
    code = CODES[type]
    resource = re.fullmatch(r'dense_resource<(?:"([^"]+)"|([^">]+))>', value)
    inline = value.removeprefix("dense<").removesuffix(">")
    if resource:
        flat = list(struct.unpack(f"<{count}{code}", resources[resource[1] or resource[2]]))
    elif inline.startswith('"0x'):
        flat = list(struct.unpack(f"<{count}{code}", bytes.fromhex(inline[3:-1])))
    else:
        flat = json.loads(f"[{inline}]")
        while any(isinstance(element, list) for element in flat):
            flat = [leaf for element in flat for leaf in element]
        if len(flat) == 1:
            flat *= count
        if type.startswith("i"):
            flat = [element & ((1 << int(type[1:])) - 1) for element in flat]
    if len(extents) == 1:
        return TypedPart(type, [flat], flat=True)
    width = extents[1]
    return TypedPart(type, [flat[row * width : (row + 1) * width] for row in range(extents[0])])


def parameters_of(text: str) -> list[Parameter]:
    resources, parameters = resources_of(text), []
    for match in re.finditer(r'sdq\.parameter (?:private )?@(?:"([^"]+)"|([\w.$-]+))[^\n]*? : !sdq\.weight', text):
        end = balanced(text, match.end())
        type = "!sdq.weight" + text[match.end() : end]
        shape, format = type.removeprefix("!sdq.weight<").removesuffix(">").split(", ", 1)
        rows, columns, _ = shape.split("x")
        line = text[end : text.index("\n", end)]
        part = re.compile(r'"?([\w.]+)"? = (dense(?:_resource)?<.*?>) : tensor<((?:\d+x)+)(\w+)>')
        parts = {
            name: part_of(value, [int(extent) for extent in extents.split("x")[:-1]], element, resources)
            for name, value, extents, element in part.findall(line)
        }
        parameters.append(Parameter(match[1] or match[2], type, format, int(rows), int(columns), parts))
    return parameters
