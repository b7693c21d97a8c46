# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Print the text that bytelm learnt from (`stdlib_text.py training`), or the text it never saw (`… heldout`).

Both are sources of this interpreter's own standard library, divided by the rule in `heldout_modules.json`: modules
outside test packages, of at least 512 bytes, held out where sha1(relative path) % 25 == 0; joined by two newlines.
Training text is for calibration, held-out text for measurements.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import sysconfig
from pathlib import Path

HERE = Path(__file__).resolve().parent
LIBRARY = Path(sysconfig.get_path("stdlib"))
SMALLEST = 512
TEST_FOLDERS = frozenset({"test", "tests", "idle_test"})
INSTALLED = frozenset({"site-packages", "dist-packages"})  # beside the standard library, not of it


def is_held_out(module: str) -> bool:
    """The rule, of a module's path relative to the library, with forward slashes."""
    return int(hashlib.sha1(module.encode()).hexdigest(), 16) % 25 == 0


def modules() -> list[str]:
    """Every module that the rule speaks of, sorted, as paths relative to the library."""
    found = []
    for path in LIBRARY.rglob("*.py"):
        relative = path.relative_to(LIBRARY)
        if path.stat().st_size >= SMALLEST and not (TEST_FOLDERS | INSTALLED) & set(relative.parts[:-1]):
            found.append(relative.as_posix())
    return sorted(found)


def join(names: list[str]) -> bytes:
    return b"\n\n".join((LIBRARY / name).read_bytes() for name in names)


def training() -> bytes:
    """Everything that is not held out."""
    return join([name for name in modules() if not is_held_out(name)])


def heldout() -> tuple[bytes, list[str]]:
    """The held-out modules of `heldout_modules.json`, and those of them that this interpreter lacks.

    Ends with a message if it lacks more than half.
    """
    rule = json.loads((HERE / "heldout_modules.json").read_text())
    present = [name for name in rule["modules"] if (LIBRARY / name).is_file()]
    missing = [name for name in rule["modules"] if name not in present]
    if len(missing) > len(present):
        version = ".".join(map(str, sys.version_info[:2]))
        raise SystemExit(
            f"held-out text: expected the standard library of Python {rule['python']}, found Python {version} in "
            f"{LIBRARY}, which lacks {len(missing)} of {len(rule['modules'])} modules"
        )
    return join(present), missing


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("which", choices=("training", "heldout"))
    which = parser.parse_args().which
    sys.stdout.buffer.write(training() if which == "training" else heldout()[0])


if __name__ == "__main__":
    main()
