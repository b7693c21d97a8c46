//===- Registration.h - Passes, registered once -----------------*- C++ -*-===//
//
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef SDQ_LIB_CAPI_REGISTRATION_H
#define SDQ_LIB_CAPI_REGISTRATION_H

namespace sdq {

/// SDQ's passes and upstream's, on the first call.
void registerAllPassesOnce();

} // namespace sdq

#endif // SDQ_LIB_CAPI_REGISTRATION_H
