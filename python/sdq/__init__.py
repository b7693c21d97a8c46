# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""SDQ's Python side: calibration statistics for the compiler, and measurements of what it made."""

__version__ = "0.1.0"
