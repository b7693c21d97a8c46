# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Read the recipes of a document: document_recipes.py FILE.md COUNT.

Each of its COUNT blocks ```yaml must be a recipe that sdq-compile reads; one that says all (`unweighted` is the last
key of a recipe) must print back as it stands.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

document, count = Path(sys.argv[1]), int(sys.argv[2])
blocks = re.findall(r"```yaml\n(.*?)```", document.read_text(), re.DOTALL)
assert len(blocks) == count, f"{document}: expected {count} recipes, found {len(blocks)}"
with tempfile.TemporaryDirectory() as folder:
    file = Path(folder) / "recipe.yaml"
    for block in blocks:
        file.write_text(block)
        command = ["sdq-compile", "--print-recipe", str(file)]
        printed = subprocess.run(command, text=True, check=True, stdout=subprocess.PIPE).stdout
        assert "unweighted" not in block or printed == block, f"expected\n{block}found\n{printed}"
