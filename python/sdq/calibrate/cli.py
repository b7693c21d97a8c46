# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Measure what text does to a model's weights: statistics for `sdq-compile --calibration`."""

from __future__ import annotations

import argparse
import os
import re
import sys
from pathlib import Path

from sdq.calibrate.request import ACT_SQ, FISHER, STATISTICS, Request
from sdq.errors import SdqError
from sdq.files import refuse_overwrite
from sdq.text import add_text_options, config_entry, load_tokenizer, read_text, sequences


def register(commands: argparse._SubParsersAction) -> None:
    """Add `calibrate` to the commands."""
    parser = commands.add_parser(
        "calibrate",
        help=__doc__,
        description=f"{__doc__} From a Hugging Face folder, by torch: everything. From an ONNX file alone, by "
        "onnxruntime: act_sq and hessian.",
    )
    parser.add_argument("model", type=Path, help="a Hugging Face model folder, or an .onnx file")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the calibration file, safetensors")
    add_text_options(parser)
    parser.add_argument("--sequences", type=int, default=128, metavar="N", help="how many, spread evenly over the text")
    parser.add_argument(
        "--length", type=int, metavar="TOKENS", help="of a sequence; default: 512, or what the model has"
    )
    parser.add_argument(
        "--statistics",
        metavar="LIST",
        help=f"of {','.join(STATISTICS)}; default: {FISHER},{ACT_SQ}, or {ACT_SQ} from an ONNX file",
    )
    parser.add_argument("--groups", type=int, default=4, metavar="G", help="guided Hessians a weight (default 4)")
    parser.add_argument(
        "--batch", type=int, default=8, metavar="N", help="sequences at once (default 8); changes speed only"
    )
    parser.add_argument(
        "--dtype", choices=("bf16", "f32"), default="bf16", help="of the Fisher information (default bf16)"
    )
    parser.add_argument(
        "--compute", choices=("f32", "bf16", "f16"), default="f32", help="torch: the model's arithmetic (default f32)"
    )
    parser.add_argument("--device", default="cpu", help="torch: where to run, such as cuda (default cpu)")
    parser.add_argument(
        "--memory",
        metavar="SIZE",
        help="for sums, such as 8G: what does not fit waits for another pass over the text (default: 40 %% of the "
        "machine's)",
    )
    parser.add_argument("--force", action="store_true", help="overwrite the output")
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    from_onnx = options.model.suffix == ".onnx"
    if not (options.model.is_file() if from_onnx else options.model.is_dir()):
        raise SdqError(f"{options.model}: expected a Hugging Face model folder or an .onnx file")
    refuse_overwrite(options.output, options.force)
    statistics = parse_statistics(options.statistics or (ACT_SQ if from_onnx else f"{FISHER},{ACT_SQ}"))
    for name, least in (("sequences", 1), ("length", 2), ("groups", 1), ("batch", 1)):
        if (value := getattr(options, name)) is not None and value < least:
            raise SdqError(f"--{name}: expected at least {least}, found {value}")
    memory = parse_memory(options.memory)

    folder = options.model.parent if from_onnx else options.model
    tokenizer = load_tokenizer(options.tokenizer, folder)
    length = options.length or min(512, config_entry(folder, "max_position_embeddings") or 512)
    request = Request(
        sequences(tokenizer(read_text(options.text)), options.sequences, length),
        statistics,
        options.groups,
        options.batch,
        memory,
        options.dtype.upper(),
    )
    count = measure(options, request, from_onnx)
    print(
        f"{options.output}: {', '.join(s for s in STATISTICS if s in statistics)} of {count} weights from "
        f"{options.sequences} sequences of {length} tokens",
        file=sys.stderr,
    )
    return 0


def measure(options: argparse.Namespace, request: Request, from_onnx: bool) -> int:
    """Hand the request to torch or onnxruntime, neither of which is loaded without need."""
    if from_onnx:
        from sdq.calibrate import onnx_model

        return onnx_model.calibrate(options.model, request, options.output)
    try:
        from sdq.calibrate import torch_model
    except ImportError as error:
        raise SdqError(f"a model folder needs the Python packages torch and transformers ({error})") from error
    return torch_model.calibrate(
        torch_model.load_model(options.model, options.compute, options.device), request, options.output
    )


def parse_statistics(text: str) -> frozenset[str]:
    names = [name.strip() for name in text.split(",")]
    for name in names:
        if name not in STATISTICS:
            raise SdqError(f"--statistics: expected some of {', '.join(STATISTICS)}, found '{name}'")
    return frozenset(names)


def parse_memory(text: str | None) -> int:
    """Bytes: a number with K, M, G or T (powers of 1024), or 40 % of the machine's."""
    if text is None:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") * 2 // 5
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([KMGT]?)i?B?", text.strip(), re.IGNORECASE)
    if match is None:
        raise SdqError(f"--memory: expected a size such as 800M or 8G, found '{text}'")
    return int(float(match[1]) * 1024 ** " KMGT".index(match[2].upper() or " "))
