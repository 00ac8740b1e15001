// SPDX-License-Identifier: MIT
// Memory of the judge: each call succeeds or dies (exit 2), so callers check nothing.
#ifndef MMGRADE_BASE_MEMORY_H
#define MMGRADE_BASE_MEMORY_H

#include <stddef.h>
#include <stdio.h>

/// `count * size` zeroed bytes; free() gives them back.
void *xcalloc(size_t count, size_t size);

/// Like realloc, for `count * size` bytes, overflow checked.
void *xreallocarray(void *old, size_t count, size_t size);

char *xstrdup(const char *string);

/// A printf into a fresh string; the caller frees it.
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/// A stream into a fresh string, which is whole after fclose; the caller frees it.
FILE *xopen_memstream(char **string, size_t *n_bytes);

/// NULL in place of an empty string, which is freed.
char *string_or_null(char *string);

/// Makes room for one more element at the end of a growing array: returns `array`, moved if need
/// be, with *capacity doubled when `count` has reached it. Amortised O(1).
void *array_grow(void *array, size_t *capacity, size_t count, size_t element_bytes);

#endif
