// SPDX-License-Identifier: MIT
// What a submission prints where cycles are counted: nothing, and nobody would read it. The linker
// redirects output to here (--wrap), because libc writes where no callback sees it: a %n, or a
// stream of the submission's own making, would reach the figures.
#include <stdarg.h>
#include <stdio.h>

// They take what the library's functions take, and use none of it.
#pragma GCC diagnostic ignored "-Wunused-parameter"

#define SILENT(type, name, parameters, value)                                                      \
    type __wrap_##name parameters;                                                                 \
    type __wrap_##name parameters                                                                  \
    {                                                                                              \
        return value;                                                                              \
    }

SILENT(int, printf, (const char *format, ...), 0)
SILENT(int, fprintf, (FILE * stream, const char *format, ...), 0)
SILENT(int, vprintf, (const char *format, va_list arguments), 0)
SILENT(int, vfprintf, (FILE * stream, const char *format, va_list arguments), 0)
SILENT(int, __printf_chk, (int flag, const char *format, ...), 0)
SILENT(int, __fprintf_chk, (FILE * stream, int flag, const char *format, ...), 0)
SILENT(int, __vprintf_chk, (int flag, const char *format, va_list arguments), 0)
SILENT(int, __vfprintf_chk, (FILE * stream, int flag, const char *format, va_list arguments), 0)
SILENT(int, puts, (const char *text), 0)
SILENT(int, putchar, (int byte), byte)
SILENT(int, putc, (int byte, FILE *stream), byte)
SILENT(int, fputs, (const char *text, FILE *stream), 0)
SILENT(int, fputc, (int byte, FILE *stream), byte)
SILENT(int, fflush, (FILE * stream), 0)
SILENT(size_t, fwrite, (const void *items, size_t size, size_t n_items, FILE *stream), n_items)
SILENT(void, perror, (const char *text), (void)0)
