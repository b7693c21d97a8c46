# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The installed package is all that somebody else's compiler needs: test/Consumer, built from a prefix of its own."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BUILD = Path(os.environ.get("SDQ_BUILD_DIR", ROOT / "build"))
LLVM = Path("/usr/lib/llvm-22")


def run(*command: object, **more: object) -> str:
    """Standard output of a command that must succeed."""
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=600, **more)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def prefix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """SDQ, installed and then moved: an installation that knows where it was made would show."""
    made = tmp_path_factory.mktemp("prefix") / "made"
    run("cmake", "--install", BUILD, "--prefix", made)
    moved = made.parent / "moved"
    made.rename(moved)
    return moved


@pytest.fixture(scope="module")
def consumer(prefix: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """test/Consumer, copied out of the tree and built against the prefix alone."""
    folder = tmp_path_factory.mktemp("consumer")
    source, build = folder / "source", folder / "build"
    run("cp", "-r", ROOT / "test" / "Consumer", source)
    environment = os.environ | {"CCACHE_BASEDIR": str(tmp_path_factory.getbasetemp()), "CCACHE_NOHASHDIR": "1"}
    launcher = ["-DCMAKE_CXX_COMPILER_LAUNCHER=ccache"]
    compiler = ["-DCMAKE_C_COMPILER=clang-22", "-DCMAKE_CXX_COMPILER=clang++-22", "-DCMAKE_BUILD_TYPE=Release"]
    linker = [f"-DCMAKE_{kind}_LINKER_FLAGS=-fuse-ld=lld-22" for kind in ("EXE", "SHARED", "MODULE")]
    search = f"-DCMAKE_PREFIX_PATH={prefix};{LLVM}"
    run("cmake", "-G", "Ninja", "-S", source, "-B", build, search, *compiler, *launcher, *linker, env=environment)
    begin = time.monotonic()
    run("cmake", "--build", build, env=environment)
    print(f"the consumer was built in {time.monotonic() - begin:.1f} s")
    return build


def text_files(folder: Path) -> Iterator[tuple[Path, str]]:
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix in {".cmake", ".h", ".inc", ".td"}:
            yield path, path.read_text()


def test_installed_files_know_no_build_tree(prefix: Path) -> None:
    """No path of the source or the build tree, nor of the prefix it was first installed to, is in what others read."""
    found = [
        (path, forbidden)
        for path, text in text_files(prefix)
        for forbidden in (str(ROOT), str(BUILD), str(prefix.parent / "made"))
        if forbidden in text
    ]
    assert not found


def test_package_exports_no_flags(prefix: Path) -> None:
    """Others compile as they like: no warnings, optimisations, sanitizers or foreign folders come with SDQ::SDQ."""
    exported = "".join(text for path, text in text_files(prefix) if path.name.startswith("SDQTargets"))
    assert "SDQ::SDQ" in exported
    assert "INTERFACE_COMPILE_OPTIONS" not in exported
    assert "INTERFACE_LINK_OPTIONS" not in exported
    assert "onnx" not in exported and "protobuf" not in exported
    paths = [line for line in exported.splitlines() if "INTERFACE_INCLUDE_DIRECTORIES" in line]
    assert paths and all("${_IMPORT_PREFIX}/include" in line and ";" not in line for line in paths)


def test_everything_public_is_installed(prefix: Path) -> None:
    """Every header and TableGen file of include/, every generated one, and every tool."""
    for suffix in ("h", "td"):
        for path in (ROOT / "include").rglob(f"*.{suffix}"):
            assert (prefix / "include" / path.relative_to(ROOT / "include")).exists(), path
    for path in (BUILD / "include").rglob("*.inc"):
        assert (prefix / "include" / path.relative_to(BUILD / "include")).exists(), path
    for tool in (ROOT / "tools").glob("*/"):
        assert "USAGE" in run(prefix / "bin" / tool.name, "--help"), tool


def test_wrong_version_is_refused(prefix: Path, tmp_path: Path) -> None:
    """find_package(SDQ 0.2) does not take 0.1: before 1.0, minor versions may differ in what others see."""
    (tmp_path / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.25)\nproject(p LANGUAGES CXX)\nfind_package(SDQ 0.2 REQUIRED)\n"
    )
    done = subprocess.run(
        ["cmake", "-S", tmp_path, "-B", tmp_path / "b", f"-DCMAKE_PREFIX_PATH={prefix};{LLVM}"],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode != 0
    assert 'compatible with requested version "0.2"' in " ".join(done.stderr.split())


@pytest.mark.parametrize("recipe", ["W4-g32", "SDQ-W7:8-1:8int8-6:8fp4-a16", "dense"])
def test_passes_run_from_cpp(consumer: Path, tmp_path: Path, recipe: str) -> None:
    """A program that compresses, compiles and runs a module agrees with a product by the decoded weights."""
    printed = run(consumer / "compress", recipe, tmp_path / "model.mlirbc")
    assert "!sdq.weight<16x32xf32" in printed
    assert "error less than 1e-5" in printed


def test_format_from_outside(prefix: Path, consumer: Path) -> None:
    """The consumer's own format, by the consumer's own tests."""
    parameters = [f"-Dbuild={consumer}", f"-Dprefix={prefix}", f"-Dllvm={LLVM / 'bin'}"]
    run(LLVM / "bin" / "lit", "-v", *parameters, consumer.parent / "source")


def test_documented_format_is_the_tested_one() -> None:
    """docs/add-a-format.md shows the file and its test word for word, and together they are short."""
    page = (ROOT / "docs" / "add-a-format.md").read_text()
    shown = dict(re.findall(r"^`([\w.-]+)`[^\n]*:\n\n```\w+\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))
    assert set(shown) == {"SignFormat.cpp", "sign-format.mlir"}
    for name, text in shown.items():
        assert text == (ROOT / "test" / "Consumer" / name).read_text()
    assert sum(len(text.splitlines()) for text in shown.values()) < 150
