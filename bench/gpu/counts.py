#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What the simulator counts for cases of the benchmark: instructions, sectors, passes of shared memory (no GPU).

python3 bench/gpu/counts.py lut4_11008x4096_f16 --tokens 1 --chip sm_90
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from cases import cases, random_weight
from pack import BUILD, model_text
from reference import stored


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("case", help="how the titles of the cases begin, such as lut4_11008x4096")
    parser.add_argument("--tokens", type=int, default=1)
    parser.add_argument("--chip", default="sm_90", help="NVIDIA chip (default: %(default)s)")
    parser.add_argument("--build", type=Path, default=BUILD, help="SDQ's build folder")
    options = parser.parse_args()

    chosen = [case for case in cases(large=True) if case.title.startswith(options.case)]
    if not chosen:
        sys.exit(f"no case's title begins with '{options.case}'")
    for case in chosen:
        rng = np.random.default_rng(0)
        _, parts = random_weight(case, rng)
        with tempfile.TemporaryDirectory() as scratch:
            folder = Path(scratch)
            (folder / "model.mlir").write_text(model_text(case, parts))
            x = stored(rng.standard_normal((options.tokens, case.columns), np.float32), case.dtype)
            np.save(folder / "x.npy", x.view("V2") if case.dtype == "bf16" else x)
            command = [options.build / "bin/sdq-run", folder / "model.mlir", "--device=sim", f"--chip={options.chip}",
                       "--counts", f"--input=x={folder}/x.npy", f"--output-dir={folder}"]  # fmt: skip
            done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            sys.exit(f"{case.title}: sdq-run failed:\n{done.stderr}")
        size = sum(part.nbytes for part in parts.values())
        print(f"{case.title}, {options.tokens} tokens, weight of {size} bytes")
        print("\n".join(line for line in done.stdout.splitlines() if line.startswith("kernel ")), flush=True)


if __name__ == "__main__":
    main()
