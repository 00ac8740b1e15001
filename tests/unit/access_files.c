// SPDX-License-Identifier: MIT
// Files and their content as text.
#include "tests/unit/access_files.h"

#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "harness/base/clock.h"
#include "harness/base/memory.h"
#include "harness/base/scratch.h"
#include "harness/trace/random.h"

static char *folder;

const char *access_files_path(const char *name)
{
    static char paths[4][256];
    static unsigned next;
    if (folder == NULL) {
        folder = scratch_make();
    }
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

void access_files_clear(void)
{
    scratch_remove(folder);
    folder = NULL;
}

const char *access_files_write(const char *name, const void *bytes, size_t n_bytes)
{
    const char *path = access_files_path(name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    ck_assert_uint_eq(fwrite(bytes, 1, n_bytes, file), n_bytes);
    fclose(file);
    return path;
}

const char *access_files_gzip(const char *name, const void *bytes, size_t n_bytes)
{
    const char *path = access_files_path(name);
    gzFile file = gzopen(path, "wb1");
    ck_assert_ptr_nonnull(file);
    ck_assert(n_bytes == 0 || gzwrite(file, bytes, (unsigned)n_bytes) == (int)n_bytes);
    gzclose(file);
    return path;
}

const char *access_files_records(const char *name, enum access_form form,
                                 const struct access *records, size_t n)
{
    const char *path = access_files_path(name);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    struct access_writer writer;
    access_writer_begin(&writer, file, form, false);
    access_writer_comment(&writer, "a comment\n\nof three lines");
    access_writer_add(&writer, records, n / 3);
    access_writer_add(&writer, records + n / 3, n - n / 3);
    ck_assert(access_writer_end(&writer));
    fclose(file);
    return path;
}

static void show_error(FILE *out, const char *path, const struct error *error)
{
    const char *text = error->text;
    const char *slash = strrchr(path, '/');
    if (slash != NULL && strncmp(text, path, strlen(path)) == 0) {
        text += slash + 1 - path;
    }
    fprintf(out, "! %s", text);
}

char *access_files_show(const char *path, const struct access_options *options)
{
    char *shown = NULL;
    size_t n_shown = 0;
    FILE *out = open_memstream(&shown, &n_shown);
    struct error error = {""};
    struct access_stream *stream = access_open(path, options, &error);
    struct access records[7];
    size_t n = stream == NULL ? SIZE_MAX : access_next(stream, records, 7, &error);
    while (n != 0 && n != SIZE_MAX) {
        for (size_t i = 0; i < n; i++) {
            char text[ACCESS_TEXT_BYTES];
            access_print(&records[i], text);
            fprintf(out, "%s%" PRIu32 ":%s", ftello(out) == 0 ? "" : "|", records[i].line, text);
        }
        n = access_next(stream, records, 7, &error);
    }
    if (n == SIZE_MAX) {
        show_error(out, path, &error);
        struct error again = {""}; // a refusal stays one
        ck_assert(stream == NULL || (access_next(stream, records, 7, &again) == SIZE_MAX &&
                                     strcmp(again.text, error.text) == 0));
    }
    access_close(stream);
    fclose(out);
    return shown;
}

uint64_t access_files_seed(const char *test)
{
    const char *given = getenv("MMGRADE_SEED");
    uint64_t seed = given != NULL ? strtoull(given, NULL, 10) : clock_ns();
    printf("%s: MMGRADE_SEED=%" PRIu64 "\n", test, seed);
    fflush(stdout);
    return seed;
}

static struct access random_record(struct random *random)
{
    struct access record = {.kind = (uint8_t)random_below(random, ACCESS_SWITCH + 1),
                            .process = (uint16_t)random_below(random, 3)};
    if (record.kind == ACCESS_SWITCH) {
        return record;
    }
    uint64_t most = UINT64_MAX >> random_below(random, 64);
    record.bytes = 1 + random_below_wide(random, random_below(random, 4) == 0 ? most : 200);
    record.address = random_below_wide(random, UINT64_MAX - record.bytes + 1);
    if (record.kind == ACCESS_MAP || record.kind == ACCESS_PROTECT) {
        record.flags = (uint8_t)(ACCESS_MAY_READ | 2 * random_below(random, 16));
    } else if (record.kind != ACCESS_UNMAP && random_below(random, 2) == 0) {
        record.flags = ACCESS_MAY_USER;
    }
    return record;
}

struct access *access_files_random(uint64_t seed, size_t n)
{
    struct random random = {seed};
    struct access *records = xcalloc(n, sizeof *records);
    for (size_t i = 0; i < n; i++) {
        records[i] = random_record(&random);
    }
    return records;
}

void access_files_check_same(const char *path, const struct access *records, size_t n,
                             bool numbered)
{
    struct access_trace trace;
    struct error error;
    ck_assert_msg(access_trace_read(&trace, path, NULL, 0, NULL, &error), "%s", error.text);
    ck_assert_uint_eq(trace.n_records, n);
    size_t n_same = 0; // an assertion a record takes seconds
    for (size_t i = 0; i < n; i++) {
        struct access seen = trace.records[i];
        bool right_line = !numbered || seen.line == i + 1;
        seen.line = records[i].line;
        n_same += right_line && memcmp(&seen, &records[i], sizeof seen) == 0;
    }
    ck_assert_uint_eq(n_same, n);
    access_trace_free(&trace);
}

void access_files_check(const char *path, const struct access_options *options,
                        const char *expected)
{
    char *shown = access_files_show(path, options);
    ck_assert_str_eq(shown, expected);
    free(shown);
}
