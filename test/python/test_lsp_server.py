# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""sdq-lsp-server over stdio, as an editor talks to it: diagnostics, hover and completion for the sdq dialect."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVER = Path(os.environ.get("SDQ_BUILD_DIR", ROOT / "build")) / "bin" / "sdq-lsp-server"

GOOD = """\
sdq.parameter @w : !sdq.weight<2x4xf32, #sdq.dense<f32>> = {values = dense<1.0> : tensor<2x4xf32>}
func.func @main(%x: tensor<3x4xf32>) -> tensor<3x2xf32> {
  %y = sdq.linear %x, @w : (tensor<3x4xf32>) -> tensor<3x2xf32>
  return %y : tensor<3x2xf32>
}
"""


class Editor:
    """A client of the language server protocol: as much of one as the tests need."""

    def __init__(self) -> None:
        self.server = subprocess.Popen([SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.requests = 0
        self.notifications: list[dict[str, Any]] = []
        self.capabilities = self.request("initialize", {"processId": None, "rootUri": None, "capabilities": {}})
        self.send({"method": "initialized", "params": {}})

    def send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self.server.stdin
        self.server.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
        self.server.stdin.flush()

    def receive(self) -> dict[str, Any]:
        assert self.server.stdout
        length = 0
        while line := self.server.stdout.readline().strip():
            name, _, value = line.partition(b":")
            if name == b"Content-Length":
                length = int(value)
        return json.loads(self.server.stdout.read(length))

    def request(self, method: str, params: dict[str, Any] | None) -> Any:
        """The result of a request; notifications that come before it are kept."""
        self.requests += 1
        self.send({"id": self.requests, "method": method, "params": params})
        while "id" not in (message := self.receive()):
            self.notifications.append(message)
        assert "error" not in message, message
        return message["result"]

    def open(self, text: str) -> list[dict[str, Any]]:
        """Open a document; its diagnostics."""
        document = {"uri": "file:///model.mlir", "languageId": "mlir", "version": 1, "text": text}
        self.send({"method": "textDocument/didOpen", "params": {"textDocument": document}})
        while (message := self.receive()).get("method") != "textDocument/publishDiagnostics":
            pass
        return message["params"]["diagnostics"]

    def at(self, method: str, line: int, character: int) -> Any:
        position = {"line": line, "character": character}
        return self.request(
            f"textDocument/{method}", {"textDocument": {"uri": "file:///model.mlir"}, "position": position}
        )

    def close(self) -> int:
        self.request("shutdown", None)
        self.send({"method": "exit"})
        return self.server.wait(timeout=30)


@pytest.fixture
def editor() -> Iterator[Editor]:
    editor = Editor()
    yield editor
    assert editor.close() == 0


def test_offers_what_editors_ask_for(editor: Editor) -> None:
    offered = editor.capabilities["capabilities"]
    assert offered["hoverProvider"] and offered["completionProvider"] and offered["definitionProvider"]


def test_no_diagnostics_where_nothing_is_wrong(editor: Editor) -> None:
    assert editor.open(GOOD) == []


def test_diagnostics_of_a_wrong_linear(editor: Editor) -> None:
    """The verifier's message, at the operation: the input has 5 columns, the weight 4."""
    (diagnostic,) = editor.open(GOOD.replace("3x4", "3x5"))
    assert "linear_c2: @w maps 4 inputs to 2 outputs" in diagnostic["message"]
    assert diagnostic["range"]["start"]["line"] == 2
    assert diagnostic["severity"] == 1


def test_diagnostics_of_a_wrong_format(editor: Editor) -> None:
    (diagnostic,) = editor.open("func.func private @f(!sdq.weight<2x4xf32, #sdq.nm<5:4, f16>>)\n")
    assert "nm_c1: expected 1 <= N <= M <= 32, found N = 5, M = 4" in diagnostic["message"]


def test_hover_tells_of_the_operation(editor: Editor) -> None:
    editor.open(GOOD)
    text = editor.at("hover", 2, 9)["contents"]["value"]
    assert "sdq.linear" in text
    assert "tensor<3x2xf32>" in text


def test_definition_of_a_weight(editor: Editor) -> None:
    """From its use in sdq.linear to the sdq.parameter."""
    editor.open(GOOD)
    column = GOOD.splitlines()[2].index("@w")
    (location,) = editor.at("definition", 2, column + 1)
    assert location["range"]["start"]["line"] == 0


def test_completion_of_operations(editor: Editor) -> None:
    """Behind `sdq.` stand the dialect's operations."""
    editor.open(GOOD.replace("  return", "  sdq.\n  return"))
    labels = {item["label"].removeprefix("sdq.") for item in editor.at("completion", 3, 6)["items"]}
    assert {"linear", "load", "decode", "encode", "buffer"} <= labels


def test_completion_of_formats(editor: Editor) -> None:
    """Where a format is wanted, the dialects that have one."""
    editor.open("func.func private @f(!sdq.weight<2x4xf32, #>)\n")
    labels = {item["label"] for item in editor.at("completion", 0, 43)["items"]}
    assert "sdq" in labels
