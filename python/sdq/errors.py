# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The one kind of error that reaches a user as a single line."""

from __future__ import annotations


class SdqError(Exception):
    """Something a user can mend. The message says where, what was expected and what was found."""
