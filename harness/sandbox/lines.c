// SPDX-License-Identifier: MIT
// Driving addr2line and reading its answer:
//     0x0000000000001140        the address
//     push_front                innermost function ...
//     /mm/src/./mm.c:88         ... and its line, with or without " (discriminator 3)"
//     insert                    what it was inlined into, and so on
//     /mm/src/./mm.c:131
#include "harness/sandbox/lines.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/error.h"
#include "harness/base/memory.h"
#include "harness/base/printable.h"
#include "harness/sandbox/artifact.h"

/// Of a command's output 64 KiB are kept: enough for this many, if names are not made to be long.
#define ADDRESSES_AT_ONCE 64
#define MAX_FUNCTION_BYTES 128

struct text_line {
    const char *text;
    size_t n_bytes;
};

/// The next line; false at the end. Half a line, cut off by the limit, is none.
static bool take_line(const char **at, struct text_line *line)
{
    const char *end = strchr(*at, '\n');
    if (end == NULL) {
        return false;
    }
    *line = (struct text_line){.text = *at, .n_bytes = (size_t)(end - *at)};
    *at = end + 1;
    return true;
}

/// "0x0000000000001140"
static bool takes_address(const struct text_line *line, uint64_t *address)
{
    char copy[24] = "";
    if (line->n_bytes < 3 || line->n_bytes >= sizeof copy || memcmp(line->text, "0x", 2) != 0) {
        return false;
    }
    memcpy(copy, line->text, line->n_bytes);
    char *end;
    *address = strtoull(copy, &end, 16);
    return *end == '\0';
}

/// "/mm/src/./mm.c:88 (discriminator 3)"; "??:0" and "mm.c:?" tell nothing.
static void take_place(const struct text_line *line, struct source_line *found)
{
    const char *colon = memrchr(line->text, ':', line->n_bytes);
    if (colon == NULL || colon == line->text || memcmp(line->text, "??", 2) == 0) {
        return;
    }
    errno = 0;
    unsigned long number = strtoul(colon + 1, NULL, 10);
    if (isdigit((unsigned char)colon[1]) && errno == 0 && number > 0) {
        found->file = artifact_source_name(line->text, (size_t)(colon - line->text));
        found->line = number;
    }
}

static void take_function(const struct text_line *line, struct source_line *found)
{
    bool known = line->n_bytes > 0 && memcmp(line->text, "??", line->n_bytes < 2 ? 1 : 2) != 0;
    size_t n = line->n_bytes < MAX_FUNCTION_BYTES ? line->n_bytes : MAX_FUNCTION_BYTES;
    found->function = known ? printable(line->text, n) : NULL;
}

void lines_parse(const char *text, const uint64_t *offsets, size_t n, struct source_line *found)
{
    struct text_line line;
    for (size_t i = 0; i < n; i++) {
        found[i] = (struct source_line){0};
    }
    size_t next = 0;
    while (next < n && take_line(&text, &line)) {
        uint64_t address;
        struct text_line place;
        if (takes_address(&line, &address) && address == offsets[next] && take_line(&text, &line) &&
            take_line(&text, &place)) {
            take_function(&line, &found[next]);
            take_place(&place, &found[next]);
            next++;
        }
    }
}

static void resolve_some(const char *folder, const uint64_t *offsets, size_t n,
                         struct source_line *found)
{
    char addresses[ADDRESSES_AT_ONCE][24];
    const char *arguments[ADDRESSES_AT_ONCE + 7] = {"/usr/bin/addr2line",  "-a", "-f", "-i", "-e",
                                                    "../out/submission.so"};
    for (size_t i = 0; i < n; i++) {
        snprintf(addresses[i], sizeof addresses[i], "0x%llx", (unsigned long long)offsets[i]);
        arguments[i + 6] = addresses[i];
    }
    char *text;
    artifact_run(folder, arguments, &text);
    lines_parse(text, offsets, n, found);
    free(text);
}

void lines_resolve(const char *library, const uint64_t *offsets, size_t n,
                   struct source_line *found)
{
    const char *out = strstr(library, "/out/submission.so");
    if (out == NULL) {
        die("%s is not the outcome of a build", library);
    }
    char *folder = xasprintf("%.*s", (int)(out - library), library);
    for (size_t i = 0; i < n; i += ADDRESSES_AT_ONCE) {
        size_t n_some = n - i < ADDRESSES_AT_ONCE ? n - i : ADDRESSES_AT_ONCE;
        resolve_some(folder, offsets + i, n_some, found + i);
    }
    free(folder);
}

void lines_free(struct source_line *found, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(found[i].file);
        free(found[i].function);
    }
}
