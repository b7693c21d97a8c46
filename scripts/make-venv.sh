#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# make-venv.sh PYTHON FOLDER REQUIREMENTS: a virtual environment with pinned packages, and the package in
# python/ as it stands there.
set -euo pipefail

python=$1 folder=$2 requirements=$3

"$python" - <<'CHECK'
import sys
if sys.version_info < (3, 11):
    sys.exit(f"make-venv: expected Python 3.11 or later, found {sys.version.split()[0]} at {sys.executable}")
CHECK
"$python" -m venv --clear "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check --requirement "$requirements"

# A path file is all that an editable install comes to, and needs no build tool to be downloaded.
root=$(cd "$(dirname "$0")/.." && pwd)
site=$("$folder/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
printf '%s\n' "$root/python" >"$site/sdq.pth"
