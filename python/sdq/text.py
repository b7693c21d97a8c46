# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Text into tokens: files or stdin, a tokenizer or plain bytes, windows at equal distances."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np

from sdq.errors import SdqError

Tokenizer = Callable[[bytes], np.ndarray]
"""From the bytes of a text to its tokens, int64 [tokens]."""

TOKENIZER_FILES = ("tokenizer.json", "tokenizer_config.json", "tokenizer.model", "vocab.json")
BYTES = "bytes"


def add_text_options(parser: argparse.ArgumentParser) -> None:
    """Options that say what text is read and how it becomes tokens."""
    parser.add_argument(
        "--text",
        action="append",
        metavar="FILE",
        help="text to read, `-` for stdin (the default); repeated files are joined by two newlines",
    )
    parser.add_argument(
        "--tokenizer",
        metavar="NAME",
        help="`bytes` (a token is a byte) or a folder with a Hugging Face tokenizer; default: the one in the model's "
        "folder, or bytes where there is none and the model has 256 tokens",
    )


def read_text(files: list[str] | None) -> bytes:
    """The texts, joined by two newlines."""
    parts = []
    for name in files or ["-"]:
        try:
            parts.append(sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes())
        except OSError as error:
            raise SdqError(f"--text: {name}: {error.strerror}") from error
    return b"\n\n".join(parts)


def tokenize_bytes(text: bytes) -> np.ndarray:
    """A token is a byte."""
    return np.frombuffer(text, np.uint8).astype(np.int64)


def load_tokenizer(name: str | None, folder: Path) -> Tokenizer:
    """The tokenizer asked for, or the one in the model's `folder`, or bytes for a model of 256 tokens without any."""
    if name == BYTES:
        return tokenize_bytes
    if name is None:
        if not any((folder / file).is_file() for file in TOKENIZER_FILES):
            size = config_entry(folder, "vocab_size")
            if size == 256:
                return tokenize_bytes
            has = "no config.json" if size is None else f"a vocabulary of {size}"
            raise SdqError(
                f"{folder}: expected a tokenizer ({', '.join(TOKENIZER_FILES)}), or a config.json with a vocabulary "
                f"of 256 for bytes, found {has}; --tokenizer names one"
            )
        name = str(folder)
    elif not Path(name).is_dir():
        raise SdqError(f"--tokenizer: expected `{BYTES}` or a folder, found {name}")
    return hugging_face_tokenizer(name)


def config_entry(folder: Path, name: str) -> int | None:
    """An integer of a Hugging Face config.json; None where there is no such file or entry."""
    path = folder / "config.json"
    if not path.is_file():
        return None
    try:
        value = json.loads(path.read_text()).get(name)
    except (ValueError, AttributeError) as error:
        raise SdqError(f"{path}: expected a JSON object ({error})") from error
    return value if isinstance(value, int) else None


def hugging_face_tokenizer(folder: str) -> Tokenizer:
    """The tokenizer in a folder, with the special tokens it puts around one text."""
    try:
        from transformers import AutoTokenizer
    except ImportError as error:
        raise SdqError(f"a Hugging Face tokenizer needs the Python package transformers ({error})") from error
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder)
    except (OSError, ValueError) as error:
        raise SdqError(f"{folder}: no usable tokenizer: {str(error).splitlines()[0]}") from error

    def tokenize(text: bytes) -> np.ndarray:
        try:
            decoded = text.decode("utf-8")
        except UnicodeDecodeError as error:
            raise SdqError(f"text: expected UTF-8, found byte {text[error.start]:#04x} at {error.start}") from error
        return np.asarray(tokenizer(decoded, verbose=False)["input_ids"], np.int64)

    return tokenize


def spread(total: int, count: int) -> np.ndarray:
    """`count` indices of `total` at equal distances, the first included; all if there are fewer."""
    return np.arange(total) if count >= total else np.arange(count) * total // count


def sequences(tokens: np.ndarray, count: int, length: int) -> np.ndarray:
    """`count` consecutive-free stretches of `length` tokens at equal distances, int64 [count, length]."""
    available = len(tokens) // length
    if available < count:
        raise SdqError(
            f"text: expected {count} sequences of {length} tokens, found {len(tokens)} tokens, which make {available}"
        )
    return tokens[: available * length].reshape(available, length)[spread(available, count)]
