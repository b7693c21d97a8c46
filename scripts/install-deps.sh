#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# Installs the Debian packages SDQ builds and tests with. Does nothing, and needs no root, when all are there.
set -euo pipefail

packages=(
  # build
  cmake ninja-build ccache clang-22 libclang-rt-22-dev lld-22 llvm-22-dev libmlir-22-dev mlir-22-tools
  libonnx-dev libprotobuf-dev protobuf-compiler libeigen3-dev
  # test (lit and FileCheck are in llvm-22-tools)
  llvm-22-tools libgtest-dev libgmock-dev libbenchmark-dev
  # demo
  python3 python3-venv
)

fail() {
  printf 'install-deps: %s\n' "$*" >&2
  exit 1
}

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  fail "this is not a Debian system; install the equivalents of: ${packages[*]}"
fi

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  [[ $status == installed ]] || missing+=("$package")
done
((${#missing[@]})) || exit 0

as_root=()
if ((EUID != 0)); then
  command -v sudo >/dev/null || fail "needs root or sudo to install: ${missing[*]}"
  as_root=(sudo)
fi

printf 'installing: %s\n' "${missing[*]}"
"${as_root[@]}" apt-get update --quiet || printf 'install-deps: some package lists could not be updated\n' >&2

unavailable=()
for package in "${missing[@]}"; do
  candidate=$(LC_ALL=C apt-cache policy "$package" | sed -n 's/^ *Candidate: //p')
  [[ -n $candidate && $candidate != '(none)' ]] || unavailable+=("$package")
done
if ((${#unavailable[@]})); then
  fail "no configured package source has: ${unavailable[*]}" \
    "(Debian 12 has LLVM 22 in its security archive, suite bookworm-security: enable it, then run this again)"
fi

"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install --yes --quiet --no-install-recommends "${missing[@]}"
