# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What compression costs: perplexity and choices of every recipe, executed as compiled, with intervals and a plot."""
