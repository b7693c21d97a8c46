# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""`python -m sdq COMMAND …`: what surrounds the compiler, statistics before it and measurements after it."""

from __future__ import annotations

import argparse
import sys

from sdq.calibrate import cli as calibrate
from sdq.errors import SdqError
from sdq.evaluate import cli as evaluate


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns the exit status. A user's mistake is one line on stderr and status 1."""
    parser = argparse.ArgumentParser(prog="python -m sdq", description=__doc__)
    commands = parser.add_subparsers(metavar="COMMAND", required=True)
    for command in (calibrate, evaluate):
        command.register(commands)
    options = parser.parse_args(arguments)
    try:
        return options.run(options)
    except SdqError as error:
        print(f"sdq: error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("sdq: interrupted", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main())
