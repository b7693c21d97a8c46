# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""What data says about weights: statistics for `sdq-compile --calibration` (include/sdq/Core/Calibration.h)."""
