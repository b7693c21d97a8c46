/*===- sdq.h - SDQ's C interface ------------------------------------*- C -*-===*\
|*                                                                            *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#ifndef SDQ_C_SDQ_H
#define SDQ_C_SDQ_H

#include "sdq-c/common.h"
#include "sdq-c/compile.h"
#include "sdq-c/model.h"
#include "sdq-c/module.h"

#endif /* SDQ_C_SDQ_H */
