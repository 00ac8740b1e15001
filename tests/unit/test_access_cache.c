// SPDX-License-Identifier: MIT
// Large gzip'd traces in the user's cache folder: the same records, and no trouble whatever lies
// there.
#include <check.h>
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "harness/access/access.h"
#include "harness/base/memory.h"
#include "tests/unit/access_files.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/suites.h"

#define N_RECORDS 440000

static char *text; ///< over 4 MiB, a page trace with blank lines
static size_t n_text;
static const char *const variables[] = {"XDG_CACHE_HOME", "HOME", "MMGRADE_NO_CACHE"};
static char *values[3]; ///< that they had before a test

static void make_text(void)
{
    for (size_t i = 0; i < 3; i++) {
        values[i] = getenv(variables[i]) == NULL ? NULL : xstrdup(getenv(variables[i]));
    }
    text = xcalloc(N_RECORDS, 16);
    for (unsigned i = 0; i < N_RECORDS; i++) {
        n_text += (size_t)sprintf(text + n_text, "L %07x\n%s", i * 2654435761U >> 4,
                                  i % 16 == 0 ? "\n" : "");
    }
    setenv("XDG_CACHE_HOME", access_files_path("home"), 1);
    unsetenv("MMGRADE_NO_CACHE");
}

static void free_text(void)
{
    for (size_t i = 0; i < 3; i++) {
        unsetenv(variables[i]);
        if (values[i] != NULL) {
            setenv(variables[i], values[i], 1);
        }
        free(values[i]);
    }
    free(text);
    text = NULL;
    n_text = 0;
    access_files_clear();
}

/// A file in gzip's form, stored as it is: quick, and as long for any text of that length. With the
/// mode "a" a second member follows what the file holds.
static const char *pack(const char *mode, const char *bytes, size_t n_bytes)
{
    const char *path = access_files_path("t");
    char stored[4];
    snprintf(stored, sizeof stored, "%sb0", mode);
    gzFile file = gzopen(path, stored);
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(gzwrite(file, bytes, (unsigned)n_bytes), (int)n_bytes);
    ck_assert_int_eq(gzclose(file), Z_OK);
    return path;
}

/// Reads all and compares it with how it was made.
static void check_read(const char *path, unsigned page_bits)
{
    struct access_trace trace;
    struct error error;
    struct access_options options = {.page_bits = page_bits};
    ck_assert_msg(access_trace_read(&trace, path, &options, 0, NULL, &error), "%s", error.text);
    ck_assert_uint_eq(trace.n_records, N_RECORDS);
    ck_assert(trace.pages);
    unsigned n_same = 0;
    for (unsigned i = 0; i < N_RECORDS; i++) {
        const struct access *record = &trace.records[i];
        n_same += record->address == (uint64_t)(i * 2654435761U >> 4) << page_bits &&
                  record->line == i + 1 + (i + 15) / 16 && record->bytes == 1 &&
                  record->kind == ACCESS_READ && record->process == 0 && record->flags == 0;
    }
    ck_assert_uint_eq(n_same, N_RECORDS);
    access_trace_free(&trace);
}

/// How many files the cache has; the first one's path in `path` of 512 bytes unless NULL.
static size_t count_cached(char *path)
{
    const char *folder = access_files_path("home/mmgrade");
    DIR *entries = opendir(folder);
    size_t n = 0;
    for (struct dirent *entry; entries != NULL && (entry = readdir(entries)) != NULL;) {
        if (entry->d_name[0] != '.') {
            if (path != NULL && n == 0) {
                snprintf(path, 512, "%s/%s", folder, entry->d_name);
            }
            n++;
        }
    }
    if (entries != NULL) {
        closedir(entries);
    }
    return n;
}

static void set_old(const char *path)
{
    const struct timespec times[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
}

/// A file that was read from is marked as used.
static bool is_old(const char *path)
{
    struct stat status;
    ck_assert_int_eq(stat(path, &status), 0);
    return status.st_mtim.tv_sec == 1000;
}

START_TEST(test_same_records)
{
    const char *path = pack("w", text, n_text);
    char cached[512];
    check_read(path, 12);
    ck_assert_uint_eq(count_cached(cached), 1);
    set_old(cached);
    check_read(path, 12);
    ck_assert(!is_old(cached));
    check_read(path, 0); // whatever the pages' size
    check_read(path, 35);
    ck_assert_uint_eq(count_cached(NULL), 1);
}
END_TEST

START_TEST(test_rewind)
{
    const char *path = pack("w", text, n_text);
    struct error error;
    struct access records[4096];
    struct access_stream *stream = access_open(path, NULL, &error);
    ck_assert_uint_eq(access_next(stream, records, 4096, &error), 4096);
    ck_assert_uint_eq(count_cached(NULL), 1); // the temporary one
    for (int pass = 0; pass < 2; pass++) {
        ck_assert(access_rewind(stream, &error));
        ck_assert_str_eq(access_dialect_name(stream), "page-kinds");
        size_t n_all = 0;
        for (size_t n; (n = access_next(stream, records, 4096, &error)) != 0 && n != SIZE_MAX;) {
            n_all += n;
        }
        ck_assert_uint_eq(n_all, N_RECORDS);
        ck_assert_uint_eq(count_cached(NULL), 1);
    }
    access_close(stream);
    check_read(path, 12);
}
END_TEST

/// Only whole and good traces are kept.
START_TEST(test_not_kept)
{
    struct access_trace trace;
    struct error error;
    bool cut = false;
    const char *path = pack("w", text, n_text);
    ck_assert(access_trace_read(&trace, path, NULL, 1000, &cut, &error) && cut);
    access_trace_free(&trace);
    ck_assert_uint_eq(count_cached(NULL), 0);
    text[n_text - 2] = 'x';
    path = pack("w", text, n_text);
    ck_assert(!access_trace_read(&trace, path, NULL, 0, NULL, &error));
    ck_assert_uint_eq(count_cached(NULL), 0);
    path = pack("w", text, 3 << 20);
    ck_assert(access_trace_read(&trace, path, NULL, 0, NULL, &error)); // too small
    access_trace_free(&trace);
    ck_assert_uint_eq(count_cached(NULL), 0);
}
END_TEST

/// What is not packed is parsed as fast.
START_TEST(test_plain)
{
    check_read(access_files_write("t", text, n_text), 12);
    ck_assert_uint_eq(count_cached(NULL), 0);
}
END_TEST

/// Another content, another time, another dialect: another trace.
START_TEST(test_changed)
{
    const char *path = pack("w", text, n_text);
    check_read(path, 12);
    size_t line = (size_t)(strchr(text, '\n') - text) + 1;
    char *other = xstrdup(text);
    other[line - 2] = other[line - 2] == '0' ? '1' : '0';
    struct stat status;
    ck_assert_int_eq(stat(path, &status), 0);
    pack("w", other, n_text);
    const struct timespec times[2] = {status.st_atim, status.st_mtim}; // as `cp -p` does
    ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
    struct access_trace trace;
    struct error error;
    ck_assert(access_trace_read(&trace, path, NULL, 0, NULL, &error));
    ck_assert_uint_eq(trace.records[0].address, 0x1000);
    access_trace_free(&trace);
    struct access_options forced = {.dialect = "lackey"};
    ck_assert(!access_trace_read(&trace, path, &forced, 0, NULL, &error));
    free(other);
}
END_TEST

static void damage(const char *path, long at, int whence)
{
    FILE *file = fopen(path, "r+");
    ck_assert_ptr_nonnull(file);
    fseek(file, at, whence);
    int byte = fgetc(file);
    fseek(file, at, whence);
    fputc(byte ^ 4, file);
    fclose(file);
}

/// Where a byte is turned, or, with SEEK_DATA, what the file is cut to.
static const struct {
    long at;
    int whence;
} damages[] = {
    {8, SEEK_SET},  {1000000, SEEK_SET}, {-50, SEEK_END}, {-24, SEEK_END},
    {0, SEEK_DATA}, {31, SEEK_DATA},     {32, SEEK_DATA}, {1000000, SEEK_DATA},
};

START_TEST(test_damaged)
{
    const char *path = pack("w", text, n_text);
    char cached[512];
    check_read(path, 12);
    ck_assert_uint_eq(count_cached(cached), 1);
    if (damages[_i].whence == SEEK_DATA) {
        ck_assert_int_eq(truncate(cached, damages[_i].at), 0);
    } else {
        damage(cached, damages[_i].at, damages[_i].whence);
    }
    check_read(path, 12); // from the text, and a good one takes its place
    set_old(cached);
    check_read(path, 12);
    ck_assert(!is_old(cached));
}
END_TEST

/// What no one expects in a folder of one's own.
START_TEST(test_foreign)
{
    const char *path = pack("w", text, n_text);
    char cached[512];
    check_read(path, 12);
    ck_assert_uint_eq(count_cached(cached), 1);
    unlink(cached);
    ck_assert_int_eq(mkdir(cached, 0700), 0);
    check_read(path, 12);
    rmdir(cached);
    ck_assert_int_eq(mkfifo(cached, 0600), 0);
    check_read(path, 12);
    ck_assert_int_eq(symlink("/etc/passwd", access_files_path("home/mmgrade/access-link")), 0);
    check_read(path, 12);
    ck_assert_uint_eq(count_cached(NULL), 2);
}
END_TEST

/// One after the other: no folder, none that can be made, none wanted.
START_TEST(test_no_folder)
{
    const char *path = pack("w", text, n_text);
    setenv("XDG_CACHE_HOME", "/dev/null/nowhere", 1);
    check_read(path, 12);
    setenv("XDG_CACHE_HOME", "relative", 1);
    unsetenv("HOME");
    check_read(path, 12);
    setenv("HOME", access_files_path("home"), 1);
    setenv("MMGRADE_NO_CACHE", "1", 1);
    check_read(path, 12);
    ck_assert_int_ne(access(access_files_path("home"), F_OK), 0);
    ck_assert_int_ne(access("relative", F_OK), 0);
    setenv("MMGRADE_NO_CACHE", "0", 1);
    check_read(path, 12);
    ck_assert_int_eq(access(access_files_path("home/.cache/mmgrade"), F_OK), 0);
}
END_TEST

/// Past 512 MiB the oldest go, abandoned temporary files among them, and nothing that is not ours.
START_TEST(test_cap)
{
    static const char *const names[] = {"access-1", "access-2.XYZ", "access-3", "other"};
    mkdir(access_files_path("home"), 0700);
    mkdir(access_files_path("home/mmgrade"), 0700);
    char name[64];
    for (size_t i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "home/mmgrade/%s", names[i]);
        const char *path = access_files_write(name, "", 0);
        ck_assert_int_eq(truncate(path, 250 << 20), 0);
        const struct timespec times[2] = {{0}, {.tv_sec = 1000 + (time_t)i}};
        ck_assert_int_eq(utimensat(AT_FDCWD, path, times, 0), 0);
    }
    check_read(pack("w", text, n_text), 12);
    ck_assert_uint_eq(count_cached(NULL), 4);
    for (size_t i = 0; i < 4; i++) {
        snprintf(name, sizeof name, "home/mmgrade/%s", names[i]);
        ck_assert_int_eq(access(access_files_path(name), F_OK) == 0, i > 0);
    }
}
END_TEST

/// Reads all, from the text or the cache, without keeping it; how many records there are.
static size_t count_records(const char *path)
{
    static struct access records[4096];
    struct error error;
    struct access_stream *stream = access_open(path, NULL, &error);
    ck_assert_msg(stream != NULL, "%s", error.text);
    size_t n_all = 0;
    for (size_t n; (n = access_next(stream, records, 4096, &error)) != 0; n_all += n) {
        ck_assert_msg(n != SIZE_MAX, "%s", error.text);
    }
    access_close(stream);
    return n_all;
}

static long peak_kib(void)
{
    struct rusage usage;
    ck_assert_int_eq(getrusage(RUSAGE_SELF, &usage), 0);
    return usage.ru_maxrss;
}

/// A cache file of 54 MiB is written, summed and read in a small part of that.
START_TEST(test_memory)
{
    const char *path = pack("w", text, n_text);
    for (size_t i = 1; i < 8; i++) {
        path = pack("a", text, n_text);
    }
    char cached[512];
    long before_kib = peak_kib();
    ck_assert_uint_eq(count_records(path), 8 * N_RECORDS);
    ck_assert_uint_eq(count_cached(cached), 1);
    set_old(cached);
    ck_assert_uint_eq(count_records(path), 8 * N_RECORDS);
    ck_assert(!is_old(cached));
    ck_assert_int_lt(peak_kib() - before_kib, 16 << 10);
}
END_TEST

#define COUNT(table) (int)(sizeof(table) / sizeof(table)[0])

Suite *access_cache_suite(void)
{
    Suite *suite = suite_create("access_cache");
    TCase *cache = tcase_create("cache");
    tcase_add_checked_fixture(cache, make_text, free_text);
    tcase_set_timeout(cache, 120);
    tcase_add_test(cache, test_same_records);
    tcase_add_test(cache, test_rewind);
    tcase_add_test(cache, test_not_kept);
    tcase_add_test(cache, test_plain);
    tcase_add_test(cache, test_changed);
    tcase_add_loop_test(cache, test_damaged, 0, under_valgrind() ? 1 : COUNT(damages));
    tcase_add_test(cache, test_foreign);
    tcase_add_test(cache, test_no_folder);
    tcase_add_test(cache, test_cap);
    if (!under_valgrind()) { // which takes memory for itself
        tcase_add_test(cache, test_memory);
    }
    suite_add_tcase(suite, cache);
    return suite;
}
