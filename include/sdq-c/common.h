/*===- common.h - Versions, errors and messages of SDQ's C interface -*- C -*-===*\
|*                                                                            *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
|*===----------------------------------------------------------------------===*|
|*                                                                            *|
|* Functions that fail return NULL or nonzero and leave a message in          *|
|* sdq_last_error(). Strings are UTF-8 and end in a zero. docs/C-API.md says  *|
|* who owns what, what threads may do, and what stays as it is.               *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#ifndef SDQ_C_COMMON_H
#define SDQ_C_COMMON_H

#ifdef __cplusplus
extern "C" {
#endif

#if defined(SDQ_C_BUILDING) && defined(__GNUC__)
#define SDQ_C_EXPORT __attribute__((visibility("default")))
#else
#define SDQ_C_EXPORT
#endif

/** The version of SDQ that these headers are of. */
#define SDQ_VERSION_MAJOR 0
#define SDQ_VERSION_MINOR 1
#define SDQ_VERSION_PATCH 0

/**
 * Incremented when something declared in sdq-c/ goes away or changes its meaning; what is added does not count. A
 * program compiled against one number runs with libraries of that number.
 */
#define SDQ_ABI_VERSION 2

/** SDQ_ABI_VERSION of the library. */
SDQ_C_EXPORT int sdq_abi_version(void);
/** The library's version, "<major>.<minor>.<patch>". Static. */
SDQ_C_EXPORT const char *sdq_version(void);

/** Why the last function that failed on this thread did; "" before the first failure. Valid until the next one. */
SDQ_C_EXPORT const char *sdq_last_error(void);

/** What is told beside results. */
typedef enum { SDQ_NOTE, SDQ_WARNING } sdq_severity;

/** `text`: without a newline, valid during the call. */
typedef void (*sdq_message_handler)(sdq_severity severity, const char *text, void *user_data);

/**
 * Who hears notes and warnings of functions called on this thread from now on. Called on this thread. NULL: they go to
 * stderr, which is where they go at first.
 */
SDQ_C_EXPORT void sdq_set_message_handler(sdq_message_handler handler, void *user_data);

/** Releases a string that a function handed over (NULL is allowed). */
SDQ_C_EXPORT void sdq_string_free(char *string);

#ifdef __cplusplus
}
#endif

#endif /* SDQ_C_COMMON_H */
