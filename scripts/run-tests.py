#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Run SDQ's three test suites, show their output, and end with one line that counts them.

gtest   every build/bin/SDQ*Tests
lit     test/lit, through its configuration in the build folder
pytest  test/python

All three write JUnit XML; the closing line `N passed, N failed[, N skipped]` is added up from it. The exit status is 0
only if nothing failed and every suite ran: a suite that is missing, empty or crashes counts as one failure.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LLVM_TOOLS = Path("/usr/lib/llvm-22/bin")  # where Debian installs the versioned tools
LIT = LLVM_TOOLS / "lit"
TIMEOUT_S = 3600  # of one gtest binary, the lit suite or the pytest suite


@dataclass
class Outcome:
    """What one run, or all of them, came to."""

    passed: int = 0
    failed: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)  # test → why

    def add(self, other: Outcome) -> None:
        self.passed += other.passed
        self.failed += other.failed
        self.skipped |= other.skipped


def read_junit(path: Path) -> Outcome:
    """Counts from a JUnit XML file of any of the three suites."""
    outcome = Outcome()
    for case in ElementTree.parse(path).iter("testcase"):
        name = "/".join(filter(None, (case.get("classname"), case.get("name"))))
        skipped = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            outcome.failed.append(name)
        elif skipped is not None:
            outcome.skipped[name] = " ".join((skipped.get("message") or skipped.text or "no reason given").split())
        elif case.get("status") == "notrun":
            outcome.skipped[name] = "disabled"
        else:
            outcome.passed += 1
    return outcome


def run(name: str, command: list[str], report: Path, environment: dict[str, str]) -> Outcome:
    """Run one command that writes `report`; trouble that left no failed test behind is a failure of its own."""
    print(f"\n== {name}", flush=True)
    try:
        status = subprocess.run(command, cwd=ROOT, env=environment, timeout=TIMEOUT_S).returncode
    except subprocess.TimeoutExpired:
        return Outcome(failed=[f"{name}: still running after {TIMEOUT_S} s"])
    try:
        outcome = read_junit(report)
    except (FileNotFoundError, ElementTree.ParseError) as error:
        return Outcome(failed=[f"{name}: exit status {status} and no readable report ({error})"])
    if status != 0 and not outcome.failed:
        outcome.failed.append(f"{name}: exit status {status} though no test failed")
    if not (outcome.passed or outcome.failed or outcome.skipped):
        outcome.failed.append(f"{name}: no tests found")
    return outcome


def run_gtest(build: Path, scratch: Path, environment: dict[str, str]) -> Outcome:
    binaries = sorted(build.glob("bin/SDQ*Tests"))
    if not binaries:
        return Outcome(failed=[f"gtest: no SDQ*Tests in {build / 'bin'}"])
    total = Outcome()
    for binary in binaries:
        report = scratch / f"{binary.name}.xml"
        total.add(
            run(binary.name, [str(binary), "--gtest_brief=1", f"--gtest_output=xml:{report}"], report, environment)
        )
    return total


def run_lit(build: Path, scratch: Path, environment: dict[str, str]) -> Outcome:
    configuration = build / "test" / "lit"
    if not (configuration / "lit.site.cfg.py").exists():
        return Outcome(failed=[f"lit: not configured, no {configuration / 'lit.site.cfg.py'}"])
    if not LIT.exists():
        return Outcome(failed=[f"lit: {LIT} not found (Debian package llvm-22-tools)"])
    report = scratch / "lit.xml"
    return run("lit", [str(LIT), "-sv", f"--xunit-xml-output={report}", str(configuration)], report, environment)


def run_pytest(build: Path, scratch: Path, environment: dict[str, str]) -> Outcome:
    report = scratch / "pytest.xml"
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", "test/python"]
    return run("pytest", command, report, environment)


SUITES: dict[str, Callable[[Path, Path, dict[str, str]], Outcome]] = {
    "gtest": run_gtest,
    "lit": run_lit,
    "pytest": run_pytest,
}


def test_environment(build: Path) -> dict[str, str]:
    """The caller's environment: this interpreter and LLVM's tools first on PATH, this package, the build folder."""
    environment = dict(os.environ)
    path = [str(Path(sys.executable).parent), str(LLVM_TOOLS), environment.get("PATH", os.defpath)]
    environment["PATH"] = os.pathsep.join(path)
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT / "python"), environment.get("PYTHONPATH")]))
    environment["SDQ_BUILD_DIR"] = str(build)
    return environment


def report(total: Outcome) -> int:
    print()
    if total.skipped:
        print("skipped:")
        for name, reason in sorted(total.skipped.items()):
            print(f"  {name}: {reason}")
    if total.failed:
        print("failed:")
        for name in total.failed:
            print(f"  {name}")
    if shutil.which("nvidia-smi") is None:
        print("no GPU here: kernels were checked as far as a machine without one can")
    if shutil.which("ptxas") is None and not Path("/usr/local/cuda/bin/ptxas").exists():
        print("no ptxas here: the lit tests of GPU kernels checked their PTX, but did not assemble it")
    line = f"{total.passed} passed, {len(total.failed)} failed"
    print(line + (f", {len(total.skipped)} skipped" if total.skipped else ""), flush=True)
    return 1 if total.failed else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build-dir", type=Path, default=ROOT / "build")
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=f"which to run, of {', '.join(SUITES)}; all if none")
    args = parser.parse_args()
    unknown = [name for name in args.suites if name not in SUITES]
    if unknown:
        parser.error(f"unknown suite {unknown[0]}: expected one of {', '.join(SUITES)}")

    build = args.build_dir.resolve()
    total = Outcome()
    with tempfile.TemporaryDirectory(prefix="sdq-tests-") as scratch:
        for name in args.suites or SUITES:
            total.add(SUITES[name](build, Path(scratch), test_environment(build)))
    return report(total)


if __name__ == "__main__":
    sys.exit(main())
