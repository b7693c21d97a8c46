# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#
# The commands a newcomer needs. CMake does the building; this only puts the steps in order.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := build

PYTHON ?= python3
VENV := .venv
BUILD := build
TOOLS := sdq-opt sdq-translate sdq-compile sdq-run

export CCACHE_DIR ?= $(CURDIR)/.ccache
export CCACHE_BASEDIR := $(CURDIR)
export CCACHE_NOHASHDIR := 1
# Without these a precompiled header keeps ccache from ever hitting.
export CCACHE_SLOPPINESS := pch_defines,time_macros

.PHONY: help demo test docs build install-deps configure format clean

help: ## show this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' Makefile | expand -t 24

install-deps: ## install missing Debian packages (root or sudo); does nothing when all are there
	@scripts/install-deps.sh

configure: install-deps
	@cmake --preset release

build: configure ## build everything into build/
	@cmake --build $(BUILD)

demo: configure $(VENV)/.installed ## compress a trained model by every recipe, run it, compare, lower it to PTX
	@cmake --build $(BUILD) --target $(TOOLS)
	@$(VENV)/bin/python examples/bytelm/demo.py

test: build $(VENV)/.installed-test ## gtest, lit and pytest; the last line counts them
	@$(VENV)/bin/python scripts/run-tests.py

docs: configure $(VENV)/.installed-docs ## the documentation as a site, into build/site
	@cmake --build $(BUILD) --target sdq-docs
	@$(VENV)/bin/python scripts/build-docs.py

format: $(VENV)/.installed ## format C++ and Python sources in place
	@scripts/format.sh

clean: ## remove what was built; keeps the compiler cache
	@rm -rf $(BUILD) $(VENV)

$(VENV)/.installed: python/requirements.txt | install-deps
	@scripts/make-venv.sh $(PYTHON) $(VENV) python/requirements.txt
	@touch $@

# The tests calibrate with torch, which the demo does without.
$(VENV)/.installed-test: python/requirements-test.txt python/requirements-docs.txt $(VENV)/.installed
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@

$(VENV)/.installed-docs: python/requirements-docs.txt $(VENV)/.installed
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --requirement $<
	@touch $@
