# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The documentation: commands print what pages show, links lead somewhere, examples of the reference are read as IR."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from console_blocks import blocks_of, check, matches
from sdq.tools import find_tool

ROOT = Path(__file__).parents[2]
PAGES = [page for page in sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")]) if blocks_of(page.read_text())]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_print_what_the_page_shows(page):
    wrong = check(page)
    assert not wrong, "\n".join(wrong)


def test_the_tutorial_is_among_the_pages():
    assert "tutorial.md" in [page.name for page in PAGES]


def test_the_comparison_compares():
    seconds = [re.compile(r"[0-9.]+ s")]
    assert matches("took 1.5 s\n", "took 22.25 s\n", seconds)
    assert not matches("took 1.5 s\n", "took 22.25 s\n", [])
    assert matches("a\n…\nd\n", "a\nb\nc\nd\n", [])
    assert not matches("a\n…\nd\n", "a\nb\nc\n", [])
    assert matches("a … c\n", "a b c\n", [])
    assert not matches("a.c\n", "abc\n", [])
    assert not matches("", "an error\n", [])


def test_the_program_of_the_c_page_compiles(tmp_path):
    (program,) = re.findall(r"```c\n(.*?)```", (ROOT / "docs" / "C-API.md").read_text(), re.DOTALL)
    (tmp_path / "program.c").write_text(program)
    flags = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror", "-I", ROOT / "include"]
    library = Path(os.environ.get("SDQ_BUILD_DIR", ROOT / "build")) / "lib"
    link = [
        "-L",
        library,
        "-lSDQ-C",
        f"-Wl,-rpath,{library}",
        "-Wl,--allow-shlib-undefined",
        "-o",
        tmp_path / "program",
    ]
    subprocess.run(["/usr/lib/llvm-22/bin/clang", *flags, tmp_path / "program.c", *link], check=True)
    done = subprocess.run([tmp_path / "program"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (1, "model.onnx: cannot read the model: No such file or directory\n")


def test_the_site_builds_without_dead_links():
    pytest.importorskip("mkdocs", reason="mkdocs is not installed (python/requirements-docs.txt)")
    build = Path(os.environ.get("SDQ_BUILD_DIR", ROOT / "build"))
    command = [sys.executable, ROOT / "scripts" / "build-docs.py", "--build-dir", build]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    site = (build / "site" / "index.html").read_text()
    for page in ("tutorial.html", "reference/SDQDialect.html", "reference/SDQTransformsPasses.html"):
        assert page in site and (build / "site" / page).is_file()


def examples() -> list[tuple[str, str]]:
    """The whole modules, and the types, of the descriptions of operations, formats and passes."""
    found = []
    for file in sorted((ROOT / "include" / "sdq").rglob("*.td")):
        for i, block in enumerate(re.findall(r"```mlir\n(.*?)```", file.read_text(), re.DOTALL)):
            lines = [re.sub(r"//.*", "", line).strip() for line in block.splitlines()]
            if "…" in block:
                continue  # an excerpt
            if lines[0].startswith("!sdq"):
                # Types one below the other, or one over several lines.
                types = re.split(r"\n(?=!sdq)", "\n".join(lines).strip())
                module = "".join(f"func.func private @f{n}({type})\n" for n, type in enumerate(types))
            elif lines[0].startswith(("sdq.parameter", "func.func", "module")):
                module = block
            else:
                continue  # operations out of a function
            found.append((f"{file.relative_to(ROOT / 'include' / 'sdq')}:{i}", module))
    return found


@pytest.mark.parametrize("name,module", examples(), ids=[name for name, _ in examples()])
def test_examples_of_descriptions_are_read(name, module):
    done = subprocess.run([find_tool("sdq-opt")], input=module, capture_output=True, text=True)
    assert done.returncode == 0, f"{name}\n{module}\n{done.stderr}"


def test_there_are_examples():
    assert len(examples()) >= 7
