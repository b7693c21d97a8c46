/*===- driver.c - A CUDA driver without a GPU -----------------------*- C -*-===*\
|*                                                                            *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
|*===----------------------------------------------------------------------===*|
|*                                                                            *|
|* The functions of lib/Runtime/CUDALibrary.h. Addresses of its "device" are  *|
|* tagged, so that a host that reads them crashes; calls without the context  *|
|* current fail; kernels are kernels.c's. The environment steers it:          *|
|*                                                                            *|
|*   FAKE_CUDA_FAIL=<function>[:<n>]  the function (its n-th call) fails, 999 *|
|*   FAKE_CUDA_LOG=<file>             every call is appended, one a line      *|
|*   FAKE_CUDA_CAPABILITY=<major*10 + minor>  default 90                      *|
|*   FAKE_CUDA_POOLS=0                a GPU without memory pools              *|
|*   FAKE_CUDA_RECORD=<folder>        what a GPU would be given: a `trace` of  *|
|*       module <file>, constant <address> <bytes> <file>, alloc <address>     *|
|*       <bytes>, upload and download <address> <bytes>, and launch <kernel>   *|
|*       <grid> <block> <shared bytes> <arguments>, beside the files; arguments *|
|*       are 64 bits wide. bench/gpu replays it.                               *|
|*                                                                            *|
|* At the context's release the log says what was not freed.                  *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#include "kernels.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { kInvalidContext = 201, kNotFound = 500, kInvalidValue = 1, kPlanted = 999 };
#define TAG (UINT64_C(1) << 60)

static int alive, streams, modules, pools, contexts;
static _Thread_local int current;

void *fake_memory(uint64_t address) { return (void *)(uintptr_t)(address & ~TAG); }

/** A file of the recording, in `mode`; NULL where nothing is recorded. */
static FILE *recording(const char *name, const char *mode) {
  const char *folder = getenv("FAKE_CUDA_RECORD");
  char path[4096];
  if (!folder)
    return NULL;
  snprintf(path, sizeof(path), "%s/%s", folder, name);
  return fopen(path, mode);
}

__attribute__((format(printf, 1, 2))) static void record(const char *format, ...) {
  FILE *trace = recording("trace", "a");
  if (!trace)
    return;
  va_list arguments;
  va_start(arguments, format);
  vfprintf(trace, format, arguments);
  va_end(arguments);
  fclose(trace);
}

/** Writes a file of the recording. */
static void record_file(const char *name, const void *bytes, size_t size) {
  FILE *file = recording(name, "wb");
  if (!file)
    return;
  fwrite(bytes, 1, size, file);
  fclose(file);
}

/** What cuModuleGetFunction gives. */
struct function {
  fake_kernel run;
  char name[512];
  int parameters;
  struct function *next;
};
/** What cuModuleLoadDataEx gives. */
struct module {
  char *text;
  struct function *functions;
};

static int fails(const char *function) {
  static char last[256];
  static int count;
  const char *plan = getenv("FAKE_CUDA_FAIL");
  if (!plan || strcmp(plan, last) != 0) {
    count = 0;
    snprintf(last, sizeof(last), "%s", plan ? plan : "");
  }
  size_t length = strlen(function);
  if (!plan || strncmp(plan, function, length) != 0 || (plan[length] != '\0' && plan[length] != ':'))
    return 0;
  ++count;
  return plan[length] == '\0' || count == atoi(plan + length + 1);
}

__attribute__((format(printf, 2, 3))) static int enter(const char *function, const char *format, ...) {
  const char *path = getenv("FAKE_CUDA_LOG");
  FILE *log = path ? fopen(path, "a") : NULL;
  if (log) {
    va_list arguments;
    va_start(arguments, format);
    fprintf(log, "%s ", function);
    vfprintf(log, format, arguments);
    fprintf(log, "\n");
    va_end(arguments);
    fclose(log);
  }
  return fails(function) ? kPlanted : 0;
}

#define ENTER(...)                                                                                                     \
  do {                                                                                                                 \
    int result = enter(__func__, __VA_ARGS__);                                                                         \
    if (result)                                                                                                        \
      return result;                                                                                                   \
  } while (0)
#define NEED_CONTEXT                                                                                                   \
  do {                                                                                                                 \
    if (!current)                                                                                                      \
      return kInvalidContext;                                                                                          \
  } while (0)

int cuGetErrorName(int error, const char **name) {
  *name = error == kPlanted          ? "CUDA_ERROR_UNKNOWN"
          : error == kInvalidContext ? "CUDA_ERROR_INVALID_CONTEXT"
          : error == kNotFound       ? "CUDA_ERROR_NOT_FOUND"
          : error == kInvalidValue   ? "CUDA_ERROR_INVALID_VALUE"
                                     : NULL;
  return *name ? 0 : kInvalidValue;
}

int cuGetErrorString(int error, const char **text) {
  *text = error == kPlanted          ? "a planted failure"
          : error == kInvalidContext ? "invalid device context"
          : error == kNotFound       ? "named symbol not found"
          : error == kInvalidValue   ? "invalid argument"
                                     : NULL;
  return *text ? 0 : kInvalidValue;
}

int cuInit(unsigned flags) {
  ENTER("%u", flags);
  return 0;
}
int cuDeviceGetCount(int *count) {
  ENTER(" ");
  *count = 1;
  return 0;
}
int cuDeviceGet(int *device, int ordinal) {
  ENTER("%d", ordinal);
  *device = 0;
  return 0;
}
int cuDeviceGetName(char *name, int length, int device) {
  ENTER("%d", device);
  snprintf(name, length, "Fake GPU");
  return 0;
}
int cuDeviceGetAttribute(int *value, int attribute, int device) {
  ENTER("%d %d", attribute, device);
  const char *capability = getenv("FAKE_CUDA_CAPABILITY"), *pool = getenv("FAKE_CUDA_POOLS");
  int number = capability ? atoi(capability) : 90;
  *value = attribute == 75 ? number / 10 : attribute == 76 ? number % 10 : attribute == 115 ? !pool || atoi(pool) : -1;
  return 0;
}

int cuDevicePrimaryCtxRetain(void **context, int device) {
  ENTER("%d", device);
  *context = &contexts;
  ++contexts;
  return 0;
}
int cuDevicePrimaryCtxRelease_v2(int device) {
  ENTER("%d: %d allocations, %d streams, %d modules, %d pools left", device, alive, streams, modules, pools);
  --contexts;
  return 0;
}
int cuCtxPushCurrent_v2(void *context) {
  ENTER(" ");
  if (context != &contexts)
    return kInvalidContext;
  ++current;
  return 0;
}
int cuCtxPopCurrent_v2(void **context) {
  ENTER(" ");
  NEED_CONTEXT;
  --current;
  *context = &contexts;
  return 0;
}

int cuModuleLoadDataEx(void **module, const void *image, unsigned count, int *options, void **values) {
  NEED_CONTEXT;
  int result = enter("cuModuleLoadDataEx", "%.4s", (const char *)image + (*(const unsigned char *)image == 0x7f));
  if (result) {
    for (unsigned i = 0; i < count; ++i)
      if (options[i] == 5)
        strcpy(values[i], "ptxas fatal: planted, line 7\n");
    return result;
  }
  /* PTX is kept to look names up in; the names in other images are not looked at. */
  struct module *loaded = calloc(1, sizeof(*loaded));
  loaded->text = strdup(memcmp(image, "\x7f" "ELF", 4) == 0 || *(const uint32_t *)image == 0xba55ed50 ? "" : image);
  static int number;
  char name[32];
  snprintf(name, sizeof(name), "module%d.ptx", number++);
  record_file(name, loaded->text, strlen(loaded->text));
  record("module %s\n", name);
  *module = loaded;
  ++modules;
  return 0;
}
int cuModuleUnload(void *module) {
  NEED_CONTEXT;
  ENTER(" ");
  struct module *loaded = module;
  while (loaded->functions) {
    struct function *next = loaded->functions->next;
    free(loaded->functions);
    loaded->functions = next;
  }
  free(loaded->text);
  free(loaded);
  --modules;
  return 0;
}
int cuModuleGetFunction(void **function, void *module, const char *name) {
  NEED_CONTEXT;
  ENTER("%s", name);
  struct module *loaded = module;
  char entry[600];
  snprintf(entry, sizeof(entry), ".entry %s(", name);
  const char *found = strstr(loaded->text, entry);
  if (*loaded->text && !found)
    return kNotFound;
  struct function *kernel = calloc(1, sizeof(*kernel));
  kernel->run = fake_find_kernel(name);
  snprintf(kernel->name, sizeof(kernel->name), "%s", name);
  const char *end = found ? strchr(found, ')') : NULL;
  for (const char *p = found; end && (p = strstr(p, ".param")) && p < end; ++p)
    ++kernel->parameters;
  kernel->next = loaded->functions;
  loaded->functions = kernel;
  *function = kernel;
  return 0;
}
int cuFuncSetAttribute(void *function, int attribute, int value) {
  NEED_CONTEXT;
  ENTER("%d %d", attribute, value);
  return function ? 0 : kInvalidValue;
}

int cuStreamCreate(void **stream, unsigned flags) {
  NEED_CONTEXT;
  ENTER("%u", flags);
  *stream = malloc(1);
  ++streams;
  return 0;
}
int cuStreamSynchronize(void *stream) {
  NEED_CONTEXT;
  ENTER("%p", stream);
  return 0;
}
int cuStreamDestroy_v2(void *stream) {
  NEED_CONTEXT;
  ENTER("%p", stream);
  free(stream);
  --streams;
  return 0;
}

static int allocate(uint64_t *address, size_t bytes) {
  if (bytes == 0)
    return kInvalidValue;
  void *memory = aligned_alloc(256, (bytes + 255) / 256 * 256);
  memset(memory, 0xa5, bytes);
  *address = (uintptr_t)memory | TAG;
  record("alloc %llu %zu\n", (unsigned long long)*address, bytes);
  ++alive;
  return 0;
}
static int release(uint64_t address) {
  if (!(address & TAG))
    return kInvalidValue;
  free(fake_memory(address));
  --alive;
  return 0;
}
int cuMemAlloc_v2(uint64_t *address, size_t bytes) {
  NEED_CONTEXT;
  ENTER("%zu", bytes);
  return allocate(address, bytes);
}
int cuMemFree_v2(uint64_t address) {
  NEED_CONTEXT;
  ENTER(" ");
  return release(address);
}
int cuMemPoolCreate(void **pool, const void *properties) {
  NEED_CONTEXT;
  ENTER(" ");
  const int *fields = properties; /* type, handles, location's type, its number */
  if (fields[0] != 1 || fields[1] != 0 || fields[2] != 1 || fields[3] != 0)
    return kInvalidValue;
  *pool = &pools;
  ++pools;
  return 0;
}
int cuMemPoolDestroy(void *pool) {
  NEED_CONTEXT;
  ENTER(" ");
  --pools;
  return pool == &pools ? 0 : kInvalidValue;
}
int cuMemPoolSetAttribute(void *pool, int attribute, void *value) {
  NEED_CONTEXT;
  ENTER("%d", attribute);
  return pool == &pools && value ? 0 : kInvalidValue;
}
int cuMemAllocFromPoolAsync(uint64_t *address, size_t bytes, void *pool, void *stream) {
  NEED_CONTEXT;
  ENTER("%zu %p", bytes, stream);
  return pool == &pools ? allocate(address, bytes) : kInvalidValue;
}
int cuMemFreeAsync(uint64_t address, void *stream) {
  NEED_CONTEXT;
  ENTER("%p", stream);
  return release(address);
}

int cuMemcpyAsync(uint64_t to, uint64_t from, size_t bytes, void *stream) {
  NEED_CONTEXT;
  ENTER("%s to %s, %zu %p", from & TAG ? "device" : "host", to & TAG ? "device" : "host", bytes, stream);
  if ((from ^ to) & TAG)
    record("%s %llu %zu\n", to & TAG ? "upload" : "download", (unsigned long long)(to & TAG ? to : from), bytes);
  memcpy(fake_memory(to), fake_memory(from), bytes);
  return 0;
}
int cuMemcpyHtoD_v2(uint64_t to, const void *from, size_t bytes) {
  NEED_CONTEXT;
  ENTER("%zu", bytes);
  if (!(to & TAG))
    return kInvalidValue;
  static int number;
  char name[32];
  snprintf(name, sizeof(name), "constant%d", number++);
  record_file(name, from, bytes);
  record("constant %llu %zu %s\n", (unsigned long long)to, bytes, name);
  memcpy(fake_memory(to), from, bytes);
  return 0;
}

int cuLaunchKernel(void *function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX, unsigned blockY,
                   unsigned blockZ, unsigned shared, void *stream, void **parameters, void **extra) {
  NEED_CONTEXT;
  ENTER("%u %u %u, %u %u %u, %u %p", gridX, gridY, gridZ, blockX, blockY, blockZ, shared, stream);
  if (!function || extra || gridX * gridY * gridZ == 0)
    return kInvalidValue;
  struct function *kernel = function;
  record("launch %s %u %u %u %u %u %u %u", kernel->name, gridX, gridY, gridZ, blockX, blockY, blockZ, shared);
  for (int i = 0; i < kernel->parameters; ++i)
    record(" %llu", (unsigned long long)*(uint64_t *)parameters[i]);
  record("\n");
  uint64_t blocks = (uint64_t)gridX * gridY * gridZ;
  kernel->run(parameters, blocks * blockX * blockY * blockZ);
  return 0;
}
