# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Proves the dependencies that the layout of folders claims: rooms use the rooms above them in lib/CMakeLists.txt."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def rooms() -> list[str]:
    return re.findall(r"add_subdirectory\((\w+)\)", (ROOT / "lib" / "CMakeLists.txt").read_text())


def used_by(room: str) -> dict[str, Path]:
    """Rooms whose headers a room includes, each with a file that does."""
    files = [*(ROOT / "lib" / room).rglob("*.[ch]*"), *(ROOT / "include" / "sdq" / room).rglob("*.[ch]*")]
    return {
        match.group(1): file
        for file in files
        for match in re.finditer(r'#include "sdq/([^/"]+)/', file.read_text())
        if match.group(1) != room
    }


def test_a_room_uses_only_rooms_above_it():
    order = rooms()
    assert len(order) > 8
    wrong = [
        f"{file.relative_to(ROOT)} of {room} includes {used}"
        for room in order
        for used, file in used_by(room).items()
        if used not in order[: order.index(room)]
    ]
    assert not wrong, "\n".join(wrong)


def test_the_simulator_is_a_referee():
    """Nothing of what it judges is part of it: of this project it includes its own headers alone."""
    assert not used_by("Simulator")
