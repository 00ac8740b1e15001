// SPDX-License-Identifier: MIT
// Allocation that dies instead of failing.
#include "harness/base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/error.h"

static void *or_die(void *memory)
{
    if (memory == NULL) {
        die("out of memory");
    }
    return memory;
}

void *xcalloc(size_t count, size_t size)
{
    return or_die(calloc(count == 0 ? 1 : count, size == 0 ? 1 : size));
}

void *xreallocarray(void *old, size_t count, size_t size)
{
    return or_die(reallocarray(old, count == 0 ? 1 : count, size));
}

char *xstrdup(const char *string)
{
    return or_die(strdup(string));
}

char *xasprintf(const char *format, ...)
{
    char *string = NULL;
    va_list arguments;
    va_start(arguments, format);
    int n = vasprintf(&string, format, arguments);
    va_end(arguments);
    return or_die(n < 0 ? NULL : string);
}

FILE *xopen_memstream(char **string, size_t *n_bytes)
{
    return or_die(open_memstream(string, n_bytes));
}

char *string_or_null(char *string)
{
    if (*string != '\0') {
        return string;
    }
    free(string);
    return NULL;
}

void *array_grow(void *array, size_t *capacity, size_t count, size_t element_bytes)
{
    if (count < *capacity) {
        return array;
    }
    *capacity = *capacity == 0 ? 16 : 2 * *capacity;
    return xreallocarray(array, *capacity, element_bytes);
}
