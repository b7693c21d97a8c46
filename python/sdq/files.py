# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Files that are either whole or absent, and what they are known by."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sdq.errors import SdqError


def refuse_overwrite(path: Path, force: bool) -> None:
    """Fail early, before any work, where an output exists or its folder does not."""
    if not path.parent.is_dir():
        raise SdqError(f"{path}: expected the folder {path.parent} to exist")
    if path.exists() and not force:
        raise SdqError(f"{path} exists already: expected --force to overwrite it")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path beside `path` that becomes it when the block ends well, and is removed when it does not."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        yield temporary
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write a text file atomically."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path: Path, value: Any) -> None:
    """Write a JSON file atomically; a value that JSON cannot say (NaN) is an error."""
    write_text(path, json.dumps(value, indent=1, allow_nan=False) + "\n")


def digest(path: Path) -> str:
    """SHA-256 of a file's content, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fingerprint(value: Any) -> str:
    """SHA-256 of a JSON value, independent of the order of keys, in hex."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, allow_nan=False).encode()).hexdigest()
