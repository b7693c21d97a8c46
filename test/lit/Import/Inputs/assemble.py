# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Assemble every *.txt of a folder, a model in ONNX's textual syntax, into a *.onnx beside it."""

import sys
from pathlib import Path

import onnx.parser

for source in sorted(Path(sys.argv[1]).glob("*.txt")):
    model = onnx.parser.parse_model(source.read_text())
    source.with_suffix(".onnx").write_bytes(model.SerializeToString())
