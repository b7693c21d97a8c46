# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""Tests of the consumer. Parameters: build (its build folder), prefix (where SDQ is installed), llvm (LLVM's tools)."""

import os

import lit.formats

config.name = "SDQConsumer"
config.test_format = lit.formats.ShTest(True)
config.suffixes = [".mlir"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = lit_config.params["build"]
folders = [config.test_exec_root, os.path.join(lit_config.params["prefix"], "bin"), lit_config.params["llvm"]]
config.environment["PATH"] = os.pathsep.join([*folders, os.environ["PATH"]])
config.environment["FILECHECK_OPTS"] = "-enable-var-scope --dump-input=fail"
config.substitutions.append(("%plugin", os.path.join(config.test_exec_root, "libSignFormat.so")))
