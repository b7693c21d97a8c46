# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Run the examples of a document: document_examples.py FILE.md [--update].

An example is three fenced blocks in a row: ```mlir, a module; ```sh, `sdq-opt` and the flags to run it with; ```text,
what decode.py --parts prints of the outcome. --update writes what it prints into the document, for a person to check.
"""

from __future__ import annotations

import argparse
import re
import shlex
import subprocess
import sys
from pathlib import Path

EXAMPLE = re.compile(r"```mlir\n(.*?)```\n```sh\nsdq-opt \S+ ?(.*?)\n```\n```text\n(.*?)```", re.DOTALL)


def outcome(module: str, flags: str) -> str:
    command = ["sdq-opt", *shlex.split(flags), "--sdq-verify-weights"]
    printed = subprocess.run(command, input=module, text=True, check=True, stdout=subprocess.PIPE).stdout
    decode = [sys.executable, str(Path(__file__).parent / "decode.py"), "--parts"]
    return subprocess.run(decode, input=printed, text=True, check=True, stdout=subprocess.PIPE).stdout


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("document", type=Path)
    parser.add_argument("--update", action="store_true")
    arguments = parser.parse_args()
    document = arguments.document.read_text()
    wrong = 0
    pieces, end = [], 0
    for example in EXAMPLE.finditer(document):
        found = outcome(example[1], example[2])
        line = document.count("\n", 0, example.start()) + 1
        if found != example[3]:
            wrong += 1
            print(f"{arguments.document}:{line}: expected\n{example[3]}found\n{found}")
        pieces += [document[end : example.start(3)], found]
        end = example.end(3)
    if arguments.update:
        arguments.document.write_text("".join(pieces) + document[end:])
        return 0
    count = len(pieces) // 2
    # A block that belongs to no example would go unchecked.
    if document.count("```text") != count or count == 0:
        print(f"{arguments.document}: {document.count('```text')} outcomes, {count} of them in examples")
        wrong += 1
    print(f"{count - wrong} of {count} examples are as the document says")
    return wrong != 0


if __name__ == "__main__":
    sys.exit(main())
