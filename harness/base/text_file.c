// SPDX-License-Identifier: MIT
// Reading a small input file.
#include "harness/base/text_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"

char *text_file_read(const char *path, size_t max_bytes, size_t *n_bytes, struct error *error)
{
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        error_at(error, path, 0, 0, "%s", strerror(errno));
        return NULL;
    }
    size_t capacity = 0;
    char *text = NULL;
    size_t n = 0;
    do {
        capacity = capacity == 0 ? 4096 : 2 * capacity;
        text = xreallocarray(text, capacity + 1, 1);
        n += fread(text + n, 1, capacity - n, file);
    } while (n == capacity && n <= max_bytes);
    bool failed = ferror(file) != 0;
    int reason = errno;
    fclose(file);
    if (failed || n > max_bytes) {
        char *too_long = xasprintf("is longer than %zu bytes", max_bytes);
        error_at(error, path, 0, 0, "%s", failed ? strerror(reason) : too_long);
        free(too_long);
        free(text);
        return NULL;
    }
    text[n] = '\0';
    *n_bytes = n;
    return text;
}
