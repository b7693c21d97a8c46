# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tables and plots into the places that a document keeps for them, its own words left alone.

<!-- sdq evaluate: ID -->
(replaced)
<!-- end -->
"""

from __future__ import annotations

import re
from pathlib import Path

from sdq.errors import SdqError
from sdq.files import write_text

PLACE = re.compile(r"(<!-- sdq evaluate: ([\w.-]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)


class Document:
    """A markdown file with places for experiments."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SdqError(f"--into: {path}: {error}") from error

    @property
    def plots(self) -> Path:
        """The folder beside the document where its plots are."""
        return self._path.parent / self._path.stem.lower()

    def expect(self, ids: list[str]) -> None:
        """Fail, before any work, where the document has no place for an experiment."""
        places = [match[2] for match in PLACE.finditer(self._text)]
        for name in ids:
            if places.count(name) != 1:
                raise SdqError(
                    f"--into: {self._path}: expected one place <!-- sdq evaluate: {name} --> … <!-- end -->, found "
                    f"{places.count(name)}"
                )

    def fill(self, contents: dict[str, str]) -> None:
        """Replace what stands in the places of these ids, and write the file."""
        self._text = PLACE.sub(lambda m: f"{m[1]}{contents[m[2]]}{m[4]}" if m[2] in contents else m[0], self._text)
        write_text(self._path, self._text)
