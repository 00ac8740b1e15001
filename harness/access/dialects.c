// SPDX-License-Identifier: MIT
// The table of dialects, and which of them a file is of.
#include "harness/access/dialects.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/access/binary.h"
#include "harness/base/memory.h"

const struct access_dialect access_dialects[] = {
    {.name = "binary",
     .form = "mmgrade's own, 16 bytes a record",
     .unit_bytes = BINARY_UNIT_BYTES,
     .matches = dialect_is_binary,
     .begin = dialect_begin_binary,
     .read = dialect_read_binary,
     .end = dialect_end_binary},
    {.name = "text",
     .form = "# mmgrade access trace",
     .matches = dialect_is_text,
     .read = dialect_read_text},
    {.name = "oracleGeneral",
     .form = "24 bytes a record: time, object, size, next access",
     .pages = true,
     .unit_bytes = 24,
     .matches = dialect_is_objects,
     .read = dialect_read_objects},
    {.name = "cachelab",
     .form = "L|S|M hexaddress,size",
     .matches = dialect_is_cachelab,
     .read = dialect_read_cachelab},
    {.name = "lackey", .form = " I|L|S|M hexaddress,size", .read = dialect_read_lackey},
    {.name = "mixed",
     .form = "I|D hexaddress",
     .matches = dialect_is_mixed,
     .read = dialect_read_mixed},
    {.name = "page-kinds",
     .form = "I|L|S|M hexpage",
     .pages = true,
     .read = dialect_read_page_kinds},
    {.name = "addresses", .form = "hexaddress R|W", .read = dialect_read_addresses},
    {.name = "din", .form = "0|1|2 hexaddress", .read = dialect_read_din},
    {.name = "pages", .form = "one decimal page a line", .pages = true, .read = dialect_read_pages},
    {.name = "page-list",
     .form = "decimal pages between commas",
     .pages = true,
     .read = dialect_read_page_list},
};
const size_t n_access_dialects = sizeof access_dialects / sizeof access_dialects[0];

static void join_names(char *text, size_t text_bytes)
{
    size_t used = 0;
    for (size_t i = 0; i < n_access_dialects && used < text_bytes; i++) {
        used += (size_t)snprintf(text + used, text_bytes - used, "%s%s", i == 0 ? "" : ", ",
                                 access_dialects[i].name);
    }
}

const struct access_dialect *access_dialect_find(const char *name, struct error *error)
{
    for (size_t i = 0; i < n_access_dialects; i++) {
        if (strcmp(access_dialects[i].name, name) == 0) {
            return &access_dialects[i];
        }
    }
    char names[256];
    join_names(names, sizeof names);
    snprintf(error->text, sizeof error->text, "unknown dialect '%s' (one of %s)", name, names);
    return NULL;
}

static bool takes_first_record(const struct access_dialect *dialect, const char *sample,
                               const char *end)
{
    struct error ignored;
    struct access record;
    struct cursor cursor = {.at = sample, .end = end, .path = "", .error = &ignored};
    return dialect->unit_bytes == 0 && dialect->read(&cursor, &record, 1) == 1;
}

static const struct access_dialect *match(const char *sample, size_t n_bytes)
{
    for (size_t i = 0; i < n_access_dialects; i++) {
        const struct access_dialect *dialect = &access_dialects[i];
        if (dialect->matches != NULL ? dialect->matches(sample, n_bytes)
                                     : takes_first_record(dialect, sample, sample + n_bytes + 1)) {
            return dialect;
        }
    }
    return NULL;
}

/// A first line that a dialect can read half of is told as that dialect tells it.
static bool refuse_half_read(const char *path, const char *sample, const char *end,
                             const char *word, struct error *error)
{
    const char *furthest = word;
    for (size_t i = 0; i < n_access_dialects; i++) {
        const struct access_dialect *dialect = &access_dialects[i];
        struct error told;
        struct access record;
        struct cursor cursor = {.at = sample, .end = end, .line = 1, .path = path, .error = &told};
        if (dialect->unit_bytes != 0 || dialect->read(&cursor, &record, 1) != 0 ||
            cursor.refused == NULL || cursor.refused <= furthest) {
            continue;
        }
        furthest = cursor.refused;
        *error = told;
        size_t used = strlen(error->text);
        snprintf(error->text + used, sizeof error->text - used, " (dialect %s)", dialect->name);
    }
    return furthest > word;
}

static void refuse(const char *path, const char *sample, const char *end, struct error *error)
{
    struct cursor cursor = {.at = sample, .end = end, .line = 1, .path = path, .error = error};
    const char *word = sample;
    while (word < end - 1 && (cursor_at_blank(word))) {
        word++;
    }
    if (refuse_half_read(path, sample, end, word, error)) {
        return;
    }
    char more[320] = ": of no known dialect (";
    join_names(more + strlen(more), sizeof more - strlen(more) - 1);
    strcat(more, ")");
    cursor_refuse(&cursor, word, "starts with", more);
}

const struct access_dialect *access_dialect_recognise(const char *path, const char *text,
                                                      size_t n_bytes, struct error *error)
{
    char *sample = xcalloc(n_bytes + 1, 1);
    memcpy(sample, text, n_bytes);
    sample[n_bytes] = '\n';
    const struct access_dialect *dialect = match(sample, n_bytes);
    if (dialect == NULL) {
        refuse(path, sample, sample + n_bytes + 1, error);
    }
    free(sample);
    return dialect;
}

const char *access_fault(const struct access *record)
{
    // Bits that a kind's flags may have, and one that they must have.
    static const struct {
        uint8_t allowed;
        uint8_t required;
    } flags[] = {
        [ACCESS_FETCH] = {ACCESS_MAY_USER, 0},    [ACCESS_READ] = {ACCESS_MAY_USER, 0},
        [ACCESS_WRITE] = {ACCESS_MAY_USER, 0},    [ACCESS_MODIFY] = {ACCESS_MAY_USER, 0},
        [ACCESS_MAP] = {31, ACCESS_MAY_READ},     [ACCESS_UNMAP] = {0, 0},
        [ACCESS_PROTECT] = {31, ACCESS_MAY_READ}, [ACCESS_SWITCH] = {0, 0},
    };
    if (record->kind > ACCESS_SWITCH) {
        return "its kind is unknown";
    }
    if ((record->flags & ~flags[record->kind].allowed) != 0 ||
        (record->flags & flags[record->kind].required) != flags[record->kind].required) {
        return "it has flags that its kind cannot have";
    }
    if (record->kind == ACCESS_SWITCH) {
        return (record->address | record->bytes) == 0 ? NULL : "a switch of processes has a place";
    }
    if (record->bytes == 0) {
        return "its size is 0";
    }
    if (record->address + (record->bytes - 1) < record->address) {
        return "it reaches past the last of 64-bit addresses";
    }
    return NULL;
}
