// SPDX-License-Identifier: MIT
// Reading and judging symbol tables.
#include "harness/sandbox/symbols.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/memory.h"
#include "harness/base/printable.h"
#include "harness/sandbox/artifact.h"

#define MAX_TEXT_BYTES (4u << 20)
#define MAX_NAME_BYTES 256

#define LIBRARY "../out/submission.so"
#define ARCHIVE "../out/extras.a"

/// The linker wraps the functions that copy, fill and print, so that the worker's are called.
static const char *const usual[] = {
    // memlib
    "mem_sbrk",
    "mem_heap_lo",
    "mem_heap_hi",
    "mem_heapsize",
    "mem_pagesize",
    "mem_init",
    "mem_deinit",
    "mem_reset_brk",
    // the callback runtime
    "__tsan_*",
    "__sanitizer_cov_trace_pc",
    "__wrap_*",
    // output
    "printf",
    "fprintf",
    "vprintf",
    "vfprintf",
    "puts",
    "putchar",
    "putc",
    "fputs",
    "fputc",
    "fwrite",
    "fflush",
    "perror",
    "strerror",
    "stdout",
    "stderr",
    "__printf_chk",
    "__fprintf_chk",
    "__vprintf_chk",
    "__vfprintf_chk",
    // the end
    "abort",
    "exit",
    "_exit",
    "_Exit",
    "__assert_fail",
    "__assert_perror_fail",
    "__stack_chk_fail",
    // arithmetic
    "log",
    "log2",
    "log10",
    "logf",
    "log2f",
    "sqrt",
    "sqrtf",
    "pow",
    "powf",
    "exp",
    "exp2",
    "ceil",
    "ceilf",
    "floor",
    "floorf",
    "round",
    "lround",
    "fmod",
    "fmax",
    "fmin",
    "abs",
    "labs",
    "llabs",
    "ffs",
    "ffsl",
    "ffsll",
    "rand",
    "srand",
    "random",
    "srandom",
    "__popcountdi2",
    // what compilers, the linker and libc's headers need
    "__errno_location",
    "getpagesize",
    "__tls_get_addr",
    "___tls_get_addr",
    "__cxa_finalize",
    "__gmon_start__",
    "_ITM_*",
    "_GLOBAL_OFFSET_TABLE_",
    "__stack_chk_fail_local",
};

static const char *const reserved[] = {
    "mem_sbrk",   "mem_heap_lo", "mem_heap_hi",   "mem_heapsize", "mem_pagesize",
    "mem_init",   "mem_deinit",  "mem_reset_brk", "__tsan_*",     "__sanitizer_*",
    "__sancov_*", "__wrap_*",    "__real_*",
};

bool symbols_match(const char *pattern, const char *name, size_t n_bytes)
{
    size_t n = strlen(pattern);
    if (n > 0 && pattern[n - 1] == '*') {
        return n_bytes >= n - 1 && memcmp(name, pattern, n - 1) == 0;
    }
    return n_bytes == n && memcmp(name, pattern, n) == 0;
}

static bool lists(const char *const *patterns, size_t n, const char *name, size_t n_bytes)
{
    for (size_t i = 0; i < n; i++) {
        if (symbols_match(patterns[i], name, n_bytes)) {
            return true;
        }
    }
    return false;
}

bool symbols_allow(const char *name, size_t n_bytes, const char *const *allowed)
{
    size_t n = 0;
    while (allowed != NULL && allowed[n] != NULL) {
        n++;
    }
    return lists(usual, sizeof usual / sizeof *usual, name, n_bytes) ||
           lists(allowed, n, name, n_bytes);
}

bool symbols_reserved(const char *name)
{
    return lists(reserved, sizeof reserved / sizeof *reserved, name, strlen(name));
}

bool symbol_is_import(const struct symbol *symbol)
{
    // Lower case is an import that may be missing.
    return strchr("Uwv", symbol->type) != NULL;
}

bool symbol_is_global(const struct symbol *symbol)
{
    return strchr("TDBRCGSWVi", symbol->type) != NULL;
}

/// Behind "../out/extras.a[3.o]: " or "../out/submission.so: "; NULL when the line starts
/// otherwise.
static const char *after_prefix(const char *line, const char *end, char **member)
{
    static const char library[] = LIBRARY ": ";
    static const char archive[] = ARCHIVE "[";
    size_t n = (size_t)(end - line);
    *member = NULL;
    if (n > strlen(library) && memcmp(line, library, strlen(library)) == 0) {
        return line + strlen(library);
    }
    const char *closing = n > strlen(archive) && memcmp(line, archive, strlen(archive)) == 0
                              ? memmem(line, n, "]: ", 3)
                              : NULL;
    if (closing == NULL) {
        return NULL;
    }
    line += strlen(archive);
    *member = printable(line, (size_t)(closing - line));
    return closing + 3;
}

static void add(struct symbols *symbols, size_t *capacity, const char *line, const char *end)
{
    char *member;
    const char *name = after_prefix(line, end, &member);
    const char *blank = name == NULL ? NULL : memchr(name, ' ', (size_t)(end - name));
    if (blank == NULL || blank == name || end - blank < 2) {
        free(member);
        return;
    }
    const char *version = memchr(name, '@', (size_t)(blank - name));
    size_t n = (size_t)((version == NULL ? blank : version) - name);
    symbols->list = array_grow(symbols->list, capacity, symbols->n, sizeof *symbols->list);
    symbols->list[symbols->n++] =
        (struct symbol){.name = printable(name, n < MAX_NAME_BYTES ? n : MAX_NAME_BYTES),
                        .member = member,
                        .type = blank[1]};
}

void symbols_parse(struct symbols *symbols, const char *text, size_t n_bytes)
{
    size_t capacity = 0;
    *symbols = (struct symbols){0};
    for (const char *line = text, *end = text + n_bytes; line < end;) {
        const char *line_end = memchr(line, '\n', (size_t)(end - line));
        line_end = line_end == NULL ? end : line_end;
        add(symbols, &capacity, line, line_end);
        line = line_end + 1;
    }
}

bool symbols_read(struct symbols *symbols, const char *folder)
{
    char *archive = xasprintf("%s/out/extras.a", folder);
    const char *arguments[] = {"/bin/sh", "-c",    "nm -A -P \"$@\" >../out/symbols",
                               "sh",      LIBRARY, access(archive, F_OK) == 0 ? ARCHIVE : NULL,
                               NULL};
    size_t n_bytes = 0;
    char *text = artifact_run(folder, arguments, NULL)
                     ? artifact_read(folder, "out/symbols", MAX_TEXT_BYTES, &n_bytes)
                     : NULL;
    *symbols = (struct symbols){0};
    if (text != NULL) {
        symbols_parse(symbols, text, n_bytes);
    }
    bool ok = symbols->n > 0;
    free(text);
    free(archive);
    return ok;
}

void symbols_free(struct symbols *symbols)
{
    for (size_t i = 0; i < symbols->n; i++) {
        free(symbols->list[i].name);
        free(symbols->list[i].member);
    }
    free(symbols->list);
}

static bool defines(const struct symbols *symbols, const char *name)
{
    for (size_t i = 0; i < symbols->n; i++) {
        const struct symbol *one = &symbols->list[i];
        if (one->member == NULL && !symbol_is_import(one) && strcmp(one->name, name) == 0) {
            return true;
        }
    }
    return false;
}

bool symbols_linked(const struct symbols *symbols, const char *member)
{
    bool offers_some = false;
    for (size_t i = 0; i < symbols->n; i++) {
        const struct symbol *one = &symbols->list[i];
        if (one->member != NULL && strcmp(one->member, member) == 0) {
            offers_some |= symbol_is_global(one);
            if (symbol_is_global(one) && !defines(symbols, one->name)) {
                return false;
            }
        }
    }
    return offers_some;
}
