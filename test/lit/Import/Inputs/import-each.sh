# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# import-each.sh OUTPUT PATTERN: imports every model that matches the (quoted) pattern, in the C locale's order; prints
# what the tool says, and its exit code.
LC_ALL=C
export LC_ALL
for model in $2; do
  sdq-translate --import-onnx "$model" -o "$1" 2>&1
  echo "exit $?"
done
