// SPDX-License-Identifier: MIT
// What the compiler and binutils leave in a build's folder. A submission had a part in it: names
// and contents are taken with care and shown as the student knows them.
#ifndef MMGRADE_SANDBOX_ARTIFACT_H
#define MMGRADE_SANDBOX_ARTIFACT_H

#include <stdbool.h>
#include <stddef.h>

/// Runs a command in the sandbox over a build's folder, 30 s at most; true when it has succeeded.
/// With `output` (or NULL) what it printed, up to 64 KiB, is put there; the caller frees it.
bool artifact_run(const char *folder, const char *const *arguments, char **output);

/// Reads a regular file below the build's folder, "out/symbols"; links are not followed. NULL when
/// there is none or it holds more than `max_bytes`. A zero stands after the last byte; the caller
/// frees it.
char *artifact_read(const char *folder, const char *path, size_t max_bytes, size_t *n_bytes);

/// The name of a source file as the compiler says it, made printable: a system header with its
/// path, any other without folders ("./mm.c" and "/tmp/x/src/mm.c" are mm.c). The caller frees it.
char *artifact_source_name(const char *name, size_t n_bytes);

#endif
