# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The closing line of `make test` counts what each suite's own report says, and trouble is never counted as success."""

import importlib.util
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "run-tests.py"

GTEST = """<testsuites><testsuite name="Packing">
<testcase name="RoundTrip" status="run" result="completed" classname="Packing"/>
<testcase name="Off" status="notrun" result="suppressed" classname="Packing"/>
<testcase name="NoGPU" status="run" result="skipped" classname="Packing"><skipped message="a.cpp:3&#x0A;no GPU"/></testcase>
<testcase name="Bad" status="run" result="completed" classname="Packing"><failure message="x"/></testcase>
</testsuite></testsuites>"""
LIT = """<testsuites><testsuite name="SDQ">
<testcase classname="SDQ.Dialect" name="ops.mlir" time="0.01"/>
<testcase classname="SDQ.GPU" name="cubin.mlir" time="0"><skipped message="Missing required feature(s): ptxas"/></testcase>
</testsuite></testsuites>"""
PYTEST = """<testsuites><testsuite name="pytest">
<testcase classname="t" name="a"><error message="fixture"/></testcase></testsuite></testsuites>"""


@pytest.fixture(scope="module")
def runner():
    specification = importlib.util.spec_from_file_location("run_tests", SCRIPT)
    module = importlib.util.module_from_spec(specification)
    sys.modules["run_tests"] = module
    specification.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("text", "passed", "failed", "skipped"),
    [
        (GTEST, 1, ["Packing/Bad"], {"Packing/Off": "disabled", "Packing/NoGPU": "a.cpp:3 no GPU"}),
        (LIT, 1, [], {"SDQ.GPU/cubin.mlir": "Missing required feature(s): ptxas"}),
        (PYTEST, 0, ["t/a"], {}),
    ],
)
def test_reads_each_suites_report(runner, tmp_path, text, passed, failed, skipped):
    (tmp_path / "r.xml").write_text(text)
    outcome = runner.read_junit(tmp_path / "r.xml")
    assert (outcome.passed, outcome.failed, outcome.skipped) == (passed, failed, skipped)


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("exit 3", "no readable report"),
        ("echo '<testsuites>' > {report}", "no readable report"),
        ("echo '<testsuites/>' > {report}", "no tests found"),
        ("echo '<a><testcase name=\"x\"/></a>' > {report}; exit 1", "exit status 1 though no test failed"),
    ],
)
def test_trouble_is_a_failure(runner, tmp_path, script, expected):
    report = tmp_path / "r.xml"
    outcome = runner.run("suite", ["sh", "-c", script.format(report=report)], report, {"PATH": "/bin:/usr/bin"})
    assert len(outcome.failed) == 1
    assert expected in outcome.failed[0]


def test_closing_line(runner, capsys):
    status = runner.report(runner.Outcome(passed=3, failed=["a"], skipped={"b": "no ptxas"}))
    assert capsys.readouterr().out.splitlines()[-1] == "3 passed, 1 failed, 1 skipped"
    assert status == 1
    assert runner.report(runner.Outcome(passed=3)) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "3 passed, 0 failed"
