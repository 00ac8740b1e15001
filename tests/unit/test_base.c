// SPDX-License-Identifier: MIT
// What every stage stands on: harmless text, error lines, arrays, scratch folders, metrics, paths.
#include <check.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/content_hash.h"
#include "harness/base/error.h"
#include "harness/base/memory.h"
#include "harness/base/paths.h"
#include "harness/base/printable.h"
#include "harness/base/result.h"
#include "harness/base/scratch.h"
#include "tests/unit/suites.h"

#define TEXT(literal) literal, sizeof(literal) - 1

struct shown {
    const char *bytes;
    size_t n_bytes;
    const char *text;
};

static const struct shown shown[] = {
    {TEXT(""), ""},
    {TEXT("plain ~ text\n\tindented\n"), "plain ~ text\n\tindented\n"},
    {TEXT("na\xc3\xafve \xe2\x82\xac \xf0\x9f\x98\x80"),
     "na\xc3\xafve \xe2\x82\xac \xf0\x9f\x98\x80"},
    {TEXT("\033[31mred\033[0m"), "?[31mred?[0m"},
    {TEXT("a\rb\bc\ad\x7f"), "a?b?c?d?"},
    {TEXT("nul\0byte"), "nul?byte"},
    {TEXT("\xc2\x9b"
          "31m"),
     "??31m"}, // C1: one character of two bytes
    {TEXT("\xc2\x80 \xc2\x9f \xc2\xa0"), "?? ?? \xc2\xa0"},
    {TEXT("\x80\xbf"), "??"},               // continuation bytes alone
    {TEXT("\xff\xfe"), "??"},               // in no encoding
    {TEXT("\xc3"), "?"},                    // cut off
    {TEXT("\xe2\x82"), "??"},               // cut off later
    {TEXT("\xe2\x82x"), "??x"},             // cut off by another character
    {TEXT("\xc0\xaf"), "??"},               // '/' in two bytes
    {TEXT("\xe0\x80\xaf"), "???"},          // '/' in three
    {TEXT("\xf0\x80\x80\xaf"), "????"},     // '/' in four
    {TEXT("\xe0\x9f\xbf"), "???"},          // U+07FF in three
    {TEXT("\xed\x9f\xbf"), "\xed\x9f\xbf"}, // the last one before the surrogates
    {TEXT("\xed\xa0\x80\xed\xbf\xbf"), "??????"},
    {TEXT("\xee\x80\x80"), "\xee\x80\x80"}, // the first one behind them
    {TEXT("\xf4\x8f\xbf\xbf"), "\xf4\x8f\xbf\xbf"},
    {TEXT("\xf4\x90\x80\x80"), "????"}, // above U+10FFFF
    {TEXT("\xf5\x80\x80\x80"), "????"},
    {TEXT("\xe2\x80\xaeoverride"), "???override"},
    {TEXT("\xe2\x80\xaa\xe2\x80\xad"), "??????"},
    {TEXT("\xe2\x81\xa6isolate\xe2\x81\xa9"), "???isolate???"},
};

START_TEST(untrusted_text_becomes_harmless)
{
    const struct shown *one = &shown[_i];
    char *text = printable(one->bytes, one->n_bytes);
    ck_assert_str_eq(text, one->text);
    free(text);
}
END_TEST

START_TEST(error_names_its_place)
{
    struct error error;
    ck_assert(!error_at(&error, "a.rep", 3, 7, "bad %s", "size"));
    ck_assert_str_eq(error.text, "a.rep:3:7: bad size");
    error_at(&error, "a.rep", 3, 0, "bad line");
    ck_assert_str_eq(error.text, "a.rep:3: bad line");
    error_at(&error, "a.rep", 0, 0, "no such file");
    ck_assert_str_eq(error.text, "a.rep: no such file");
    error_at(&error, "a.rep", 0, 5, "odd");
    ck_assert_str_eq(error.text, "a.rep: odd");
}
END_TEST

START_TEST(long_errors_are_cut)
{
    char name[2000];
    memset(name, 'x', sizeof name);
    for (size_t n = sizeof(struct error) - 12; n < sizeof(struct error) + 2; n++) {
        struct error error;
        name[n] = '\0';
        error_at(&error, name, 12345, 67, "reason");
        ck_assert_uint_eq(strlen(error.text), sizeof error.text - 1);
        name[n] = 'x';
    }
}
END_TEST

START_TEST(arrays_keep_their_elements_when_they_grow)
{
    size_t capacity = 0;
    unsigned *numbers = NULL;
    size_t n_moves = 0;
    for (unsigned i = 0; i < 5000; i++) {
        size_t before = capacity;
        numbers = array_grow(numbers, &capacity, i, sizeof *numbers);
        n_moves += capacity != before;
        ck_assert_uint_gt(capacity, i);
        numbers[i] = i;
    }
    ck_assert_uint_le(n_moves, 12);
    for (unsigned i = 0; i < 5000; i++) {
        ck_assert_uint_eq(numbers[i], i);
    }
    free(numbers);
}
END_TEST

START_TEST(scratch_folders_are_private_and_leave_nothing)
{
    char *folder = scratch_make();
    char *other = scratch_make();
    struct stat status;
    ck_assert_str_ne(folder, other);
    ck_assert_int_eq(stat(folder, &status), 0);
    ck_assert_uint_eq(status.st_mode & 0777, 0700);
    char *keep = xasprintf("%s/keep", other);
    char *deep = xasprintf("%s/a/b", folder);
    char *link = xasprintf("%s/a/link", folder);
    char *middle = xasprintf("%s/a", folder);
    ck_assert_int_eq(mkdir(middle, 0700) | mkdir(deep, 0700) | mkdir(keep, 0700), 0);
    ck_assert_int_eq(symlink(other, link), 0);
    char *name = xstrdup(folder);
    scratch_remove(folder);
    ck_assert_int_ne(lstat(name, &status), 0);
    ck_assert_int_eq(stat(keep, &status), 0); // behind the link: untouched
    scratch_remove(other);
    scratch_remove(NULL);
    free(keep);
    free(deep);
    free(link);
    free(middle);
    free(name);
}
END_TEST

START_TEST(metrics_are_found_by_name)
{
    struct metric *metrics = NULL;
    size_t n = 0;
    ck_assert_ptr_null(metric_find(metrics, n, METRIC_OPS));
    metric_add(&metrics, &n, METRIC_OPS, "ops", 12, NAN);
    metric_add(&metrics, &n, METRIC_UTILIZATION, "ratio", 0.5, 0.75);
    ck_assert_uint_eq(n, 2);
    ck_assert_double_eq(metric_find(metrics, n, METRIC_UTILIZATION)->reference, 0.75);
    ck_assert_double_eq(metric_find(metrics, n, METRIC_OPS)->value, 12);
    ck_assert_ptr_null(metric_find(metrics, n, "op"));
    free(metrics);
}
END_TEST

START_TEST(paths_lead_to_the_project)
{
    char *rubrics = paths_in_root("grading/rubrics");
    char *absolute = paths_in_root("/some/where");
    char *worker = paths_beside_program("mmgrade-worker");
    char *missing = paths_beside_program("no-such-program");
    ck_assert_int_eq(access(rubrics, R_OK), 0);
    ck_assert_int_eq(strncmp(rubrics, paths_root(), strlen(paths_root())), 0);
    ck_assert_str_eq(absolute, "/some/where");
    ck_assert_int_eq(access(worker, X_OK), 0);
    ck_assert_ptr_nonnull(strstr(missing, "/tests/unit/no-such-program"));
    free(rubrics);
    free(absolute);
    free(worker);
    free(missing);
}
END_TEST

START_TEST(contents_are_told_apart)
{
    char *folder = scratch_make();
    char *sub = xasprintf("%s/sub", folder);
    char *file = xasprintf("%s/a.c", folder);
    ck_assert_ptr_null(content_hash(file));
    ck_assert_ptr_null(content_hash(folder)); // no file in it
    ck_assert_int_eq(mkdir(sub, 0700), 0);
    const char *const steps[][2] = {
        {"a.c", "int x;"}, {"a.c", "int y;"}, {"sub/b.c", "int x;"}, {"sub/c.c", ""}};
    char *hashes[4];
    for (size_t i = 0; i < 4; i++) {
        char *path = xasprintf("%s/%s", folder, steps[i][0]);
        FILE *stream = fopen(path, "we");
        ck_assert(stream != NULL && fputs(steps[i][1], stream) >= 0 && fclose(stream) == 0);
        free(path);
        hashes[i] = content_hash(folder);
        char *again = content_hash(folder);
        ck_assert_uint_eq(strlen(hashes[i]), 16);
        ck_assert_str_eq(hashes[i], again);
        free(again);
        for (size_t j = 0; j < i; j++) {
            ck_assert_str_ne(hashes[i], hashes[j]);
        }
    }
    for (size_t i = 0; i < 4; i++) {
        free(hashes[i]);
    }
    scratch_remove(folder);
    free(file);
    free(sub);
}
END_TEST

static void write_text(const char *path, const char *text)
{
    FILE *stream = fopen(path, "we");
    ck_assert(stream != NULL && fputs(text, stream) >= 0 && fclose(stream) == 0);
}

/// The folder's bounded hash, kept in `last`, must differ from the one before.
static void expect_change(const char *folder, char *last)
{
    char *now = content_hash_bounded(folder, 10);
    ck_assert_str_ne(now, last);
    strcpy(last, now);
    free(now);
}

START_TEST(what_is_too_large_counts_by_its_size)
{
    char *folder = scratch_make();
    char *small = xasprintf("%s/a", folder);
    char *large = xasprintf("%s/b", folder);
    char last[17] = "";
    write_text(small, "12345");
    write_text(large, "");
    ck_assert_int_eq(truncate(large, (off_t)1 << 40), 0); // reading it would take minutes
    expect_change(folder, last);
    write_text(small, "54321");
    expect_change(folder, last);
    ck_assert_int_eq(truncate(large, (off_t)1 << 41), 0);
    expect_change(folder, last);
    const struct timespec times[] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    ck_assert_int_eq(utimensat(AT_FDCWD, large, times, 0), 0);
    expect_change(folder, last);
    // Times of what is read do not matter: copies of a course are the same course.
    ck_assert_int_eq(utimensat(AT_FDCWD, small, times, 0), 0);
    char *again = content_hash_bounded(folder, 10);
    ck_assert_str_eq(again, last);
    free(again);
    scratch_remove(folder);
    free(small);
    free(large);
}
END_TEST

Suite *base_suite(void)
{
    Suite *suite = suite_create("base");
    TCase *tests = tcase_create("base");
    tcase_add_loop_test(tests, untrusted_text_becomes_harmless, 0,
                        (int)(sizeof shown / sizeof *shown));
    tcase_add_test(tests, error_names_its_place);
    tcase_add_test(tests, long_errors_are_cut);
    tcase_add_test(tests, arrays_keep_their_elements_when_they_grow);
    tcase_add_test(tests, scratch_folders_are_private_and_leave_nothing);
    tcase_add_test(tests, metrics_are_found_by_name);
    tcase_add_test(tests, paths_lead_to_the_project);
    tcase_add_test(tests, contents_are_told_apart);
    tcase_add_test(tests, what_is_too_large_counts_by_its_size);
    suite_add_tcase(suite, tests);
    return suite;
}
