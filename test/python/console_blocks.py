# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Run the commands that a page shows, and compare what they print: console_blocks.py PAGE.md [--update].

A fenced block ```console has commands (`$ …`, continued by `> …`) and under each what it prints, stdout and stderr. All
blocks of a page run in one bash, one after the other, at the root of what looks like a built checkout. A line `…` stands
for any lines, `…` in a line for anything. Comments right above a block:

    <!-- file: NAME -->       its content, of whatever language, goes to the file NAME in the current folder
    <!-- varies: REGEX -->    what this matches differs from run to run, and is not compared
    <!-- not run: WHY -->

--update writes what the commands print into the page, for a person to check; blocks with `…` stay as they are.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"(?P<notes>(?:<!-- .*? -->\n)*)```(?P<language>\w*)\n(?P<body>.*?)```\n", re.DOTALL)
NOTE = re.compile(r"<!-- (file|varies|not run): (.*?) -->\n")
MARK = "--- end of a command ---"


@dataclass
class Command:
    text: str
    printed: str  # as the page has it


@dataclass
class Block:
    line: int
    start: int  # of the body in the page
    end: int
    language: str
    body: str
    file: str
    varies: list[re.Pattern]
    runs: bool

    def commands(self) -> list[Command]:
        found: list[Command] = []
        for line in self.body.splitlines():
            if line.startswith("$ "):
                found.append(Command(line[2:], ""))
            elif line.startswith("> ") and found and not found[-1].printed:
                found[-1].text += "\n" + line[2:]
            elif not found:
                raise ValueError(f"line {self.line}: expected a command, '$ …', found '{line}'")
            else:
                found[-1].printed += line + "\n"
        return found


def blocks_of(page: str) -> list[Block]:
    """The blocks that something happens with."""
    blocks = []
    for match in BLOCK.finditer(page):
        notes = NOTE.findall(match["notes"])
        file = next((value for kind, value in notes if kind == "file"), "")
        varies = [re.compile(value, re.MULTILINE) for kind, value in notes if kind == "varies"]
        runs = match["language"] == "console" and not any(kind == "not run" for kind, _ in notes)
        line = page.count("\n", 0, match.start("body"))
        if file or runs:
            place = match.span("body")
            blocks.append(Block(line, *place, match["language"], match["body"], file, varies, runs))
    return blocks


class Shell:
    """A bash in what looks like a built checkout, where new files go nowhere else."""

    def __init__(self, checkout: Path) -> None:
        build = Path(os.environ.get("SDQ_BUILD_DIR", ROOT / "build"))
        for entry in ROOT.iterdir():
            if entry.name not in (".git", "build", ".venv"):
                (checkout / entry.name).symlink_to(entry)
        (checkout / "build").mkdir()
        for entry in build.iterdir():
            if entry.name == "tutorial":
                continue  # of somebody who has followed it
            (checkout / "build" / entry.name).symlink_to(entry)
        (checkout / ".venv").symlink_to(Path(sys.prefix))
        self._process = subprocess.Popen(
            ["bash", "--norc"],
            cwd=checkout,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=dict(os.environ) | {"LC_ALL": "C.UTF-8", "TERM": "dumb"},
        )

    def run(self, command: str) -> str:
        self._process.stdin.write(f"{command}\necho; echo '{MARK}'\n")
        self._process.stdin.flush()
        printed = ""
        for line in self._process.stdout:
            if line.rstrip("\n") == MARK:
                # Without the newline that stands before the mark; with one at the end.
                printed = printed.removesuffix("\n")
                return printed if not printed or printed.endswith("\n") else printed + "\n"
            printed += line
        raise RuntimeError(f"the shell ended in: {command}")

    def write(self, name: str, content: str) -> None:
        self.run(f"cat > {name} <<'{MARK}.'\n{content}{MARK}.")

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait()


def matches(shown: str, printed: str, varies: list[re.Pattern]) -> bool:
    for pattern in varies:
        shown, printed = pattern.sub("#", shown), pattern.sub("#", printed)
    # Trailing blanks do not show on a page.
    shown, printed = (re.sub(r" +$", "", text, flags=re.MULTILINE) for text in (shown, printed))
    pattern = re.escape(shown).replace("…\\\n", "(?:.*\n)*").replace("…", ".*")
    return re.fullmatch(pattern, printed) is not None


def check(page: Path, update: bool = False) -> list[str]:
    """What is not as the page says."""
    text, wrong, pieces, end = page.read_text(), [], [], 0
    with tempfile.TemporaryDirectory(prefix="sdq-page-") as checkout:
        shell = Shell(Path(checkout))
        for block in blocks_of(text):
            if block.file:
                shell.write(block.file, block.body)
                continue
            fresh = ""
            for command in block.commands():
                printed = shell.run(command.text)
                if not matches(command.printed, printed, block.varies):
                    wrong.append(f"{page}:{block.line}: $ {command.text}\nexpected\n{command.printed}found\n{printed}")
                lines = command.text.split("\n")
                fresh += "\n".join(["$ " + lines[0], *("> " + line for line in lines[1:])]) + "\n"
                fresh += command.printed if "…" in command.printed else re.sub(r" +$", "", printed, flags=re.MULTILINE)
            pieces += [text[end : block.start], fresh]
            end = block.end
        shell.close()
    if update:
        page.write_text("".join(pieces) + text[end:])
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("page", type=Path)
    parser.add_argument("--update", action="store_true")
    arguments = parser.parse_args()
    wrong = check(arguments.page, arguments.update)
    print("\n".join(wrong))
    return bool(wrong) and not arguments.update


if __name__ == "__main__":
    sys.exit(main())
