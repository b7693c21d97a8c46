/*
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * modules FILE PIPELINE OUTPUT: reads a module, runs a pipeline, prints it, and writes it; then reads what it wrote and
 * what it printed, each into a context of its own, where all should print the same.
 */

#include "sdq-c/sdq.h"

#include <stdio.h>
#include <string.h>

static int fail(const char *what) {
  fprintf(stderr, "%s: %s\n", what, sdq_last_error());
  return 1;
}

int main(int argc, char **argv) {
  if (argc != 4)
    return 2;
  sdq_context *context = sdq_context_create();
  sdq_module *module = sdq_module_read(context, argv[1]);
  if (!module)
    return fail("sdq_module_read");
  if (sdq_module_run(module, argv[2]) != 0)
    return fail("sdq_module_run");
  char *text = sdq_module_print(module);
  fputs(text, stdout);
  if (sdq_module_write(module, argv[3]) != 0)
    return fail("sdq_module_write");

  sdq_context *second = sdq_context_create(), *third = sdq_context_create();
  sdq_module *again = sdq_module_read(second, argv[3]);
  sdq_module *parsed = sdq_module_parse(third, text, strlen(text), "text");
  sdq_context_free(context); /* modules keep what they need */
  sdq_context_free(second);
  sdq_context_free(third);
  if (!again || !parsed)
    return fail("reading it again");
  char *text_again = sdq_module_print(again), *text_parsed = sdq_module_print(parsed);
  int same = strcmp(text, text_again) == 0 && strcmp(text, text_parsed) == 0;
  puts(same ? "reads back the same" : "reads back differently");
  sdq_string_free(text);
  sdq_string_free(text_again);
  sdq_string_free(text_parsed);
  sdq_module_free(module);
  sdq_module_free(again);
  sdq_module_free(parsed);
  return 0;
}
