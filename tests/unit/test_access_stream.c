// SPDX-License-Identifier: MIT
// Traces of accesses as streams: files, gzip and pipes, the two forms that are written, real
// traces.
#include <check.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/access/access.h"
#include "harness/base/memory.h"
#include "harness/base/paths.h"
#include "harness/trace/random.h"
#include "tests/unit/access_files.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/suites.h"

#define TEXT "# mmgrade access trace\n"

/// The file cut to n_bytes, and with one byte of it changed.
static void check_cut(const char *name, size_t n_bytes, const char *expected)
{
    ck_assert_int_eq(truncate(access_files_path(name), (off_t)n_bytes), 0);
    char *shown = access_files_show(access_files_path(name), NULL);
    const char *reason = strchr(shown, '!');
    ck_assert_msg(reason != NULL && strstr(reason, expected) != NULL, "%s", reason);
    free(shown);
}

static size_t size_of(const char *path)
{
    FILE *file = fopen(path, "r");
    fseek(file, 0, SEEK_END);
    size_t n_bytes = (size_t)ftell(file);
    fclose(file);
    return n_bytes;
}

static void flip(const char *path, size_t at, uint8_t bits)
{
    FILE *file = fopen(path, "r+");
    fseek(file, (long)at, SEEK_SET);
    int byte = fgetc(file);
    fseek(file, (long)at, SEEK_SET);
    fputc(byte ^ bits, file);
    fclose(file);
}

START_TEST(test_damaged_gzip)
{
    char *text = xcalloc(1 << 20, 1);
    size_t n_bytes = 0;
    struct random random = {1};
    while (n_bytes < 1000000) {
        n_bytes += (size_t)sprintf(text + n_bytes, "L %" PRIx64 ",4\n", random_next(&random) >> 8);
    }
    size_t packed = size_of(access_files_gzip("t.gz", text, n_bytes));
    check_cut("t.gz", packed - 1, "the gzip'd data ends too early: is the file truncated?");
    check_cut("t.gz", packed / 2, "the gzip'd data ends too early: is the file truncated?");
    check_cut("t.gz", 12, "ends too early");
    access_files_gzip("t.gz", text, n_bytes);
    flip(access_files_path("t.gz"), packed - 6, 1); // of the checksum
    check_cut("t.gz", packed, "the gzip'd data is damaged (incorrect data check)");
    free(text);
}
END_TEST

START_TEST(test_damaged_binary)
{
    static const struct access records[] = {{.address = 16, .bytes = 4, .kind = ACCESS_READ},
                                            {.address = UINT64_C(0x8000000000001000),
                                             .bytes = 1 << 20,
                                             .kind = ACCESS_MAP,
                                             .flags = ACCESS_MAY_READ}};
    const char *path = access_files_records("b", ACCESS_BINARY, records, 2);
    access_files_check(path, NULL, "1:R 0x10 4|2:map 0x8000000000001000 1048576 r----");
    ck_assert_uint_eq(size_of(path), 5 * 16);
    static const struct {
        size_t at;
        uint8_t bits; ///< to be turned
        const char *shown;
    } damages[] = {
        {29, 0xb0, "! b:1: its kind is unknown"},
        {28, 4, "! b:1: its size is 0"},
        {29, 1, "! b:1: it has flags that its kind cannot have"},
        {23, 0xff, "1:R 0xff00000000000010 4|2:map 0x8000000000001000 1048576 r----"},
        {39, 0x80, "1:R 0x10 4! b:2: it reaches past the last of 64-bit addresses"},
        {64, 1,
         "1:R 0x10 4|2:map 0x8000000000001000 1048576 r----! b:3: the end mark has another count "
         "of "
         "records: the file is damaged"},
    };
    for (size_t i = 0; i < sizeof damages / sizeof damages[0]; i++) {
        path = access_files_records("b", ACCESS_BINARY, records, 2);
        flip(path, damages[i].at, damages[i].bits);
        access_files_check(path, NULL, damages[i].shown);
    }
    access_files_records("b", ACCESS_BINARY, records, 2);
    check_cut("b", 70, "b:3: ends within a record: is it truncated?");
    check_cut("b", 64, "b:3: ends without an end mark: is it truncated?");
    access_files_records("b", ACCESS_BINARY, records, 2);
    check_cut("b", 96, "b:3: the file goes on after its end mark");
}
END_TEST

START_TEST(test_trace_read)
{
    struct access_trace trace;
    struct error error;
    bool cut = true;
    const char *path = access_files_write("t.trace", "L 10,4\nL 20,4\nL 30,4\n", 21);
    ck_assert(access_trace_read(&trace, path, NULL, 0, NULL, &error));
    ck_assert_uint_eq(trace.n_records, 3);
    ck_assert_str_eq(trace.name, "t.trace");
    ck_assert(!trace.pages);
    ck_assert_uint_eq(trace.records[2].address, 0x30);
    access_trace_free(&trace);
    ck_assert(access_trace_read(&trace, path, NULL, 3, &cut, &error) && !cut);
    ck_assert_uint_eq(trace.n_records, 3);
    access_trace_free(&trace);
    ck_assert(access_trace_read(&trace, path, NULL, 2, &cut, &error) && cut);
    ck_assert_uint_eq(trace.n_records, 2);
    access_trace_free(&trace);
    path = access_files_write("t.trace", "L 10,4\nL 20,4\nX", 15);
    ck_assert(!access_trace_read(&trace, path, NULL, 0, NULL, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "t.trace:3: unknown access 'X'"));
    ck_assert_ptr_null(trace.records);
}
END_TEST

START_TEST(test_rewind)
{
    static const char text[] = "L 10,4\nL 20,4\nL 30,4\n";
    for (int gzip = 0; gzip < 2; gzip++) {
        const char *path = (gzip != 0 ? access_files_gzip : access_files_write)("t", text, 21);
        struct error error;
        struct access records[2];
        struct access_stream *stream = access_open(path, NULL, &error);
        for (int i = 0; i < 3; i++) {
            ck_assert_uint_eq(access_next(stream, records, 2, &error), 2);
            ck_assert_uint_eq(records[1].line, 2);
            ck_assert_uint_eq(records[1].address, 0x20);
            ck_assert(access_rewind(stream, &error));
        }
        unlink(path);
        ck_assert(!access_rewind(stream, &error));
        ck_assert_ptr_nonnull(strstr(error.text, ": No such file or directory"));
        ck_assert_uint_eq(access_next(stream, records, 2, &error), SIZE_MAX);
        access_close(stream);
    }
}
END_TEST

START_TEST(test_pipe)
{
    int ends[2];
    ck_assert_int_eq(pipe(ends), 0);
    ck_assert_int_eq((int)write(ends[1], "L 10,4\nL 20,4", 13), 13);
    close(ends[1]);
    int before = dup(STDIN_FILENO);
    ck_assert_int_ge(dup2(ends[0], STDIN_FILENO), 0);
    struct error error;
    struct access records[3];
    struct access_stream *stream = access_open("-", NULL, &error);
    ck_assert_msg(stream != NULL, "%s", error.text);
    ck_assert_uint_eq(access_next(stream, records, 3, &error), 2);
    ck_assert_uint_eq(records[1].address, 0x20);
    ck_assert(!access_rewind(stream, &error));
    ck_assert_str_eq(error.text, "standard input: can be read only once");
    ck_assert_uint_eq(access_next(stream, records, 3, &error), 0);
    access_close(stream);
    ck_assert_ptr_null(access_open("-", NULL, &error));
    ck_assert_str_eq(error.text, "standard input: is empty");
    dup2(before, STDIN_FILENO);
    close(before);
    close(ends[0]);
}
END_TEST

/// Lines longer than any window.
START_TEST(test_long_lines)
{
    size_t n_bytes = (size_t)6 << 20;
    char *text = xcalloc(n_bytes + 64, 1);
    size_t n = (size_t)sprintf(text, TEXT "R 0x1 1\n#");
    memset(text + n, 'x', n_bytes);
    strcpy(text + n + n_bytes, "\nR 0x2 1");
    setenv("MMGRADE_NO_CACHE", "1", 1);
    access_files_check(access_files_write("t", text, strlen(text)), NULL, "2:R 0x1 1|4:R 0x2 1");
    access_files_check(access_files_gzip("t", text, strlen(text)), NULL, "2:R 0x1 1|4:R 0x2 1");
    uint64_t sum = 0;
    n = 0;
    for (unsigned i = 0; n < n_bytes; i++) {
        n += (size_t)sprintf(text + n, "%u,", i);
        sum += i;
    }
    for (int gzip = 0; gzip < 2; gzip++) {
        struct access_trace trace;
        struct error error;
        const char *path = (gzip != 0 ? access_files_gzip : access_files_write)("t", text, n);
        struct access_options options = {.page_bits = 0};
        ck_assert_msg(access_trace_read(&trace, path, &options, 0, NULL, &error), "%s", error.text);
        uint64_t seen = 0;
        for (size_t i = 0; i < trace.n_records; i++) {
            seen += trace.records[i].address;
        }
        ck_assert_uint_eq(seen, sum);
        ck_assert_uint_eq(trace.records[trace.n_records - 1].line, 1);
        access_trace_free(&trace);
    }
    free(text);
}
END_TEST

START_TEST(test_round_trip)
{
    uint64_t seed = access_files_seed("access round trip");
    for (size_t i = 0; i < 40; i++) {
        size_t n = i * i * i; // over more than one array of the writer
        struct access *records = access_files_random(seed + i, n);
        access_files_check_same(access_files_records("r.text", ACCESS_TEXT, records, n), records, n,
                                false);
        access_files_check_same(access_files_records("r.bin", ACCESS_BINARY, records, n), records,
                                n, true);
        free(records);
    }
}
END_TEST

START_TEST(test_write_errors)
{
    static const struct access record = {.address = 1, .bytes = 1, .kind = ACCESS_READ};
    FILE *file = fopen("/dev/full", "w");
    for (int form = ACCESS_TEXT; file != NULL && form <= ACCESS_BINARY; form++) {
        struct access_writer writer;
        access_writer_begin(&writer, file, (enum access_form)form, false);
        access_writer_add(&writer, &record, 1);
        ck_assert(!access_writer_end(&writer));
    }
    if (file != NULL) {
        fclose(file);
    }
}
END_TEST

static const struct {
    const char *file;
    const char *dialect;
    size_t counts[4]; ///< by enum access_kind
    uint64_t first;
} foreign[] = {
    {"cachelab/yi2.trace", "cachelab", {0, 10, 7, 0}, 0},
    {"cachelab/long.trace", "cachelab", {0, 249005, 37961, 0}, 0x602264},
    {"lackey/ls-l.lackey.gz", "lackey", {2018051, 484270, 270816, 6529}, 0x401ab70},
    {"mixed/inf2c_ls-l_400k.txt.gz", "mixed", {297432, 102568, 0, 0}, 0x401ab70},
    {"page/gcc.trace.gz", "addresses", {0, 892816, 107184, 0}, 0x41f7a0},
    {"page/sixpack.trace.gz", "addresses", {0, 839017, 160983, 0}, 0x1f16ff60},
};

START_TEST(test_foreign)
{
    char *name = xasprintf("../shared/traces/vm/%s", foreign[_i].file);
    char *path = paths_in_root(name);
    free(name);
    if (access(path, R_OK) == 0) {
        setenv("MMGRADE_NO_CACHE", "1", 1);
        struct error error;
        struct access records[1024];
        struct access_stream *stream = access_open(path, NULL, &error);
        ck_assert_msg(stream != NULL, "%s", error.text);
        ck_assert_str_eq(access_dialect_name(stream), foreign[_i].dialect);
        size_t counts[4] = {0};
        uint64_t first = UINT64_MAX;
        size_t n = 0;
        while ((n = access_next(stream, records, 1024, &error)) != 0 && n != SIZE_MAX) {
            first = first == UINT64_MAX ? records[0].address : first;
            for (size_t i = 0; i < n; i++) {
                counts[records[i].kind & 3]++;
            }
        }
        ck_assert_msg(n == 0, "%s", error.text);
        ck_assert_uint_eq(first, foreign[_i].first);
        for (size_t kind = 0; kind < 4; kind++) {
            ck_assert_uint_eq(counts[kind], foreign[_i].counts[kind]);
        }
        access_close(stream);
    }
    free(path);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof(table)[0])

Suite *access_stream_suite(void)
{
    Suite *suite = suite_create("access_stream");
    TCase *damaged = tcase_create("damaged");
    tcase_add_test(damaged, test_damaged_gzip);
    tcase_add_test(damaged, test_damaged_binary);
    suite_add_tcase(suite, damaged);
    TCase *streams = tcase_create("streams");
    tcase_set_timeout(streams, 120);
    tcase_add_test(streams, test_trace_read);
    tcase_add_test(streams, test_rewind);
    tcase_add_test(streams, test_pipe);
    tcase_add_test(streams, test_long_lines);
    tcase_add_test(streams, test_round_trip);
    tcase_add_test(streams, test_write_errors);
    tcase_add_loop_test(streams, test_foreign, 0, under_valgrind() ? 2 : COUNT(foreign));
    suite_add_tcase(suite, streams);
    return suite;
}
