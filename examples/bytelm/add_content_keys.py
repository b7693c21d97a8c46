# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Make a calibration file findable by content: record a hash of every weight it speaks of.

The TorchScript exporter renames and transposes matmul weights (`onnx::MatMul_738` instead of
`model.layers.0.self_attn.q_proj.weight`), so a name is not enough to find a weight's Fisher information. This writes
the entry `sdq.content` into the file's `__metadata__`: a JSON object from weight name to the XXH3-64 hash, in 16
lower-case hex digits, of the weight's values as little-endian float32, row-major, in [N, K] (out x in) orientation.
Float16 and bfloat16 weights convert to float32 exactly, so the hash does not depend on how the weight is stored.

Usage: add_content_keys.py model.safetensors calibration.safetensors      (rewrites the second file in place)
"""

from __future__ import annotations

import argparse
import json
import os
import struct
from pathlib import Path

import numpy as np
import xxhash
from safetensors.numpy import load_file

STATISTICS = (".fisher", ".act_sq", ".hessian")


def content_key(weight: np.ndarray) -> str:
    """Hash of a weight [N, K] of any float type."""
    return xxhash.xxh3_64_hexdigest(np.ascontiguousarray(weight, dtype="<f4").tobytes())


def read_header(path: Path) -> tuple[dict, bytes]:
    """The header of a safetensors file and the tensor bytes that follow it."""
    raw = path.read_bytes()
    (length,) = struct.unpack_from("<Q", raw)
    return json.loads(raw[8 : 8 + length]), raw[8 + length :]


def write_atomically(path: Path, header: dict, data: bytes) -> None:
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # the format wants tensor data on a multiple of eight
    temporary = path.with_suffix(path.suffix + ".tmp")
    temporary.write_bytes(struct.pack("<Q", len(text)) + text + data)
    os.replace(temporary, path)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("model", type=Path, help="safetensors file with the weights, [N, K]")
    parser.add_argument("calibration", type=Path, help="safetensors file with `<weight>.fisher` and the like")
    args = parser.parse_args()

    weights = load_file(args.model)
    header, data = read_header(args.calibration)
    metadata = header.pop("__metadata__", {})
    names = [key.removesuffix(s) for key in header for s in STATISTICS if key.endswith(s)]
    keys = {name: content_key(weights[name]) for name in dict.fromkeys(names)}
    metadata["sdq.content"] = json.dumps(keys, separators=(",", ":"))
    write_atomically(args.calibration, {"__metadata__": metadata, **header}, data)
    print(f"{args.calibration}: content keys of {len(keys)} weights")


if __name__ == "__main__":
    main()
