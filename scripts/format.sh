#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Formats the tracked C++ and Python sources in place.
set -euo pipefail
cd "$(dirname "$0")/.."

clang_format=$(command -v clang-format-22 || true)
[[ -n $clang_format ]] || { echo "format: clang-format-22 not found (Debian package clang-format-22)" >&2; exit 1; }
git ls-files -z '*.cpp' '*.h' | xargs -0 --no-run-if-empty "$clang_format" -i
git ls-files -z '*.py' | xargs -0 --no-run-if-empty .venv/bin/ruff format --quiet
git ls-files -z '*.py' | xargs -0 --no-run-if-empty .venv/bin/ruff check --fix
