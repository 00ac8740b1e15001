// SPDX-License-Identifier: MIT
// Failure of the harness (die), chatter (note) and refused input (error_at).
#include "harness/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void print_line(const char *format, va_list arguments)
{
    fflush(stdout);
    fputs("mmgrade: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
}

void die(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print_line(format, arguments);
    va_end(arguments);
    exit(2);
}

void note(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    print_line(format, arguments);
    va_end(arguments);
}

bool error_at(struct error *error, const char *file, size_t line, size_t column, const char *format,
              ...)
{
    int n = snprintf(error->text, sizeof error->text, "%s", file);
    size_t used = n < 0 ? 0 : (size_t)n;
    const size_t places[] = {line, column};
    for (size_t i = 0; i < 2 && places[i] != 0 && used < sizeof error->text; i++) {
        used += (size_t)snprintf(error->text + used, sizeof error->text - used, ":%zu", places[i]);
    }
    if (used < sizeof error->text) {
        used += (size_t)snprintf(error->text + used, sizeof error->text - used, ": ");
    }
    if (used < sizeof error->text) {
        va_list arguments;
        va_start(arguments, format);
        vsnprintf(error->text + used, sizeof error->text - used, format, arguments);
        va_end(arguments);
    }
    return false;
}
