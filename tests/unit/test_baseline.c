// SPDX-License-Identifier: MIT
// Baselines written and read, and compared with figures of now.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/memory.h"
#include "harness/base/scratch.h"
#include "reports/regression.h"
#include "tests/unit/suites.h"

static char *folder;
static char *path;

static void make_folder(void)
{
    folder = scratch_make();
    path = xasprintf("%s/malloc.baseline.jsonl", folder);
}

static void remove_folder(void)
{
    free(path);
    scratch_remove(folder);
}

static struct baseline_row make_row(char *reference, char *trace, double utilization, double speed)
{
    return (struct baseline_row){.reference = reference,
                                 .trace = trace,
                                 .utilization = utilization,
                                 .heap_bytes = 1000 / utilization,
                                 .ops_per_sbrk = 10,
                                 .cycles_ratio = NAN,
                                 .speed_ratio = speed};
}

static void add(struct baseline *baseline, char *reference, char *trace, double utilization,
                double speed)
{
    struct baseline_row row = make_row(reference, trace, utilization, speed);
    baseline_add(baseline, &row);
}

static void add_failure(struct baseline *baseline, char *reference, char *trace, char *failure)
{
    struct baseline_row row = make_row(reference, trace, NAN, NAN);
    row.ops_per_sbrk = NAN;
    row.failure = failure;
    baseline_add(baseline, &row);
}

static void check_same(double a, double b)
{
    ck_assert((isnan(a) && isnan(b)) || a == b);
}

START_TEST(the_baseline_lies_beside_its_rubric)
{
    char *beside = baseline_path("grading/rubrics/malloc.yaml");
    ck_assert_str_eq(beside, "grading/rubrics/malloc.baseline.jsonl");
    free(beside);
}
END_TEST

START_TEST(numbers_and_names_come_back_as_they_were)
{
    const double numbers[] = {0.1, 1.0 / 3, 2.0 / 7, 0x1.fffffffffffffp-1, 104857600, 1e-9};
    struct baseline written = {0};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char *trace = xasprintf("\"quoted\\ %zu\".rep", i);
        add(&written, "best", trace, numbers[i], i == 0 ? NAN : 1 / numbers[i]);
        free(trace);
    }
    add_failure(&written, "buddy", "a.rep", "NULL_RETURN at operation 3");
    struct error error;
    ck_assert(baseline_write(&written, path, &error));
    struct baseline read;
    ck_assert_msg(baseline_read(&read, path, &error), "%s", error.text);
    ck_assert_uint_eq(read.n_rows, written.n_rows);
    for (size_t i = 0; i < read.n_rows; i++) {
        ck_assert_str_eq(read.rows[i].reference, written.rows[i].reference);
        ck_assert_str_eq(read.rows[i].trace, written.rows[i].trace);
        check_same(read.rows[i].utilization, written.rows[i].utilization);
        check_same(read.rows[i].heap_bytes, written.rows[i].heap_bytes);
        check_same(read.rows[i].ops_per_sbrk, written.rows[i].ops_per_sbrk);
        check_same(read.rows[i].speed_ratio, written.rows[i].speed_ratio);
    }
    ck_assert_str_eq(baseline_find(&read, "buddy", "a.rep")->failure, "NULL_RETURN at operation 3");
    ck_assert_ptr_null(baseline_find(&read, "best", "a.rep"));
    baseline_free(&read);
    baseline_free(&written);
}
END_TEST

#define NUMBERS                                                                                    \
    "\"utilization\": 0.5, \"heap_bytes\": 2, \"ops_per_sbrk\": 1, \"speed_ratio\": null"

static const struct {
    const char *text;
    const char *refusal; ///< NULL: it is read
} files[] = {
    {"", NULL},
    {"{\"reference\": \"a\", \"trace\": \"t\", " NUMBERS "}\n", NULL},
    {"{\"reference\": \"a\", \"trace\": \"t\", " NUMBERS "}", NULL}, // no line feed at the end
    {"{\"reference\": \"a\", \"trace\": \"t\", " NUMBERS "}\n\n", ":2:"},
    {"{\"reference\": \"a\"\n", ":1:"},
    {"[]\n", ":1: no row"},
    {"{\"trace\": \"t\", " NUMBERS "}\n", "reference"},
    {"{\"reference\": \"a\", \"trace\": 1, " NUMBERS "}\n", ":1: no row"},
    {"{\"reference\": \"a\", \"trace\": \"t\", \"more\": 1, " NUMBERS "}\n", "more"},
    {"{\"reference\": \"a\", \"trace\": \"t\", \"failure\": \"CRASH\", " NUMBERS "}\n", "either"},
    {"{\"reference\": \"a\", \"trace\": \"t\", \"utilization\": null, \"heap_bytes\": 2, "
     "\"ops_per_sbrk\": 1, \"speed_ratio\": 1}\n",
     "either"},
    {"{\"reference\": \"a\", \"trace\": \"t\", \"utilization\": -1, \"heap_bytes\": 2, "
     "\"ops_per_sbrk\": 1, \"speed_ratio\": 1}\n",
     "'utilization'"},
};

START_TEST(what_is_no_row_is_refused_with_its_line)
{
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(files[_i].text, file);
    fclose(file);
    struct baseline baseline;
    struct error error = {""};
    bool ok = baseline_read(&baseline, path, &error);
    ck_assert_msg(ok == (files[_i].refusal == NULL), "%s", error.text);
    if (ok) {
        baseline_free(&baseline);
    } else {
        ck_assert_ptr_nonnull(strstr(error.text, "malloc.baseline.jsonl:"));
        ck_assert_msg(strstr(error.text, files[_i].refusal) != NULL, "%s", error.text);
    }
}
END_TEST

START_TEST(a_file_that_cannot_be_written_is_told)
{
    struct baseline baseline = {0};
    struct error error;
    char *nowhere = xasprintf("%s/no-such-folder/a.jsonl", folder);
    ck_assert(!baseline_write(&baseline, nowhere, &error));
    ck_assert_ptr_nonnull(strstr(error.text, nowhere));
    ck_assert(!baseline_read(&baseline, nowhere, &error));
    ck_assert_ptr_nonnull(strstr(error.text, nowhere));
    free(nowhere);
}
END_TEST

/// Compares one case's two utilizations; the heap is 1000 / utilization.
static void check_counts(double before, double now, size_t n_worse, size_t n_better)
{
    struct baseline sides[2] = {0};
    add(&sides[0], "best", "a.rep", before, NAN);
    add(&sides[1], "best", "a.rep", now, NAN);
    struct regression regression;
    regression_compare(&regression, &sides[0], &sides[1]);
    ck_assert_uint_eq(regression.counts[CHANGE_WORSE], n_worse);
    ck_assert_uint_eq(regression.counts[CHANGE_BETTER], n_better);
    ck_assert_uint_eq(regression.counts[CHANGE_NONE], 3 - n_worse - n_better);
    regression_free(&regression);
    baseline_free(&sides[0]);
    baseline_free(&sides[1]);
}

START_TEST(figures_of_the_heap_are_held_exactly)
{
    check_counts(0.8, 0.8, 0, 0);
    check_counts(0.8, 0.8 + 1e-12, 0, 0);
    check_counts(0.8, 0.8 - 1e-7, 2, 0);
    check_counts(0.8, 0.8 + 1e-7, 0, 2);
}
END_TEST

START_TEST(failures_are_worse_only_when_new)
{
    struct baseline before = {0};
    struct baseline now = {0};
    add(&before, "best", "a.rep", 0.5, 1);
    add_failure(&now, "best", "a.rep", "CRASH at operation 1");
    add_failure(&before, "best", "b.rep", "TIMEOUT at operation 2");
    add_failure(&now, "best", "b.rep", "CRASH at operation 1");
    add_failure(&before, "best", "c.rep", "OVERLAP at operation 3");
    add(&now, "best", "c.rep", 0.5, 1);
    struct regression regression;
    regression_compare(&regression, &before, &now);
    ck_assert_uint_eq(regression.n_changes, 2);
    ck_assert_int_eq(regression.changes[0].kind, CHANGE_WORSE);
    ck_assert_str_eq(regression.changes[0].failure, "CRASH at operation 1");
    ck_assert_int_eq(regression.changes[1].kind, CHANGE_BETTER);
    ck_assert_str_eq(regression.changes[1].failure, "OVERLAP at operation 3");
    ck_assert_uint_eq(regression.counts[CHANGE_NONE], 1);
    regression_free(&regression);
    baseline_free(&before);
    baseline_free(&now);
}
END_TEST

START_TEST(what_one_side_lacks_is_told_once)
{
    struct baseline few = {0};
    struct baseline many = {0};
    add(&few, "best", "a.rep", 0.5, NAN);
    add(&few, "buddy", "a.rep", 0.5, NAN);
    add(&many, "best", "a.rep", 0.5, NAN);
    add(&many, "best", "b.rep", 0.5, NAN);
    add(&many, "buddy", "a.rep", 0.5, NAN);
    add(&many, "buddy", "b.rep", 0.5, NAN);
    add(&many, "implicit", "a.rep", 0.5, NAN);
    add(&many, "implicit", "b.rep", 0.5, NAN);
    struct regression regression;
    regression_compare(&regression, &few, &many);
    ck_assert_uint_eq(regression.n_changes, 2);
    ck_assert_uint_eq(regression.counts[CHANGE_NEW], 2);
    ck_assert_ptr_null(regression.changes[0].reference);
    ck_assert_str_eq(regression.changes[0].trace, "b.rep");
    ck_assert_str_eq(regression.changes[1].reference, "implicit");
    ck_assert_ptr_null(regression.changes[1].trace);
    regression_free(&regression);
    regression_compare(&regression, &many, &few);
    ck_assert_uint_eq(regression.counts[CHANGE_GONE], 2);
    regression_free(&regression);
    baseline_free(&few);
    baseline_free(&many);
}
END_TEST

START_TEST(speed_is_held_as_a_geometric_mean)
{
    struct baseline before = {0};
    struct baseline now = {0};
    add(&before, "best", "a.rep", 0.5, 1);
    add(&before, "best", "b.rep", 0.5, 1);
    add(&before, "best", "c.rep", 0.5, NAN); // not timed both times
    add(&now, "best", "a.rep", 0.5, 0.25);
    add(&now, "best", "b.rep", 0.5, 4);
    add(&now, "best", "c.rep", 0.5, 0.001);
    ck_assert_double_eq_tol(regression_relative_speed(&before, &now, "best"), 1, 1e-12);
    ck_assert(isnan(regression_relative_speed(&before, &now, "buddy")));
    ck_assert(!regression_is_slower(NAN));
    ck_assert(!regression_is_slower(0.61));
    ck_assert(regression_is_slower(0.59));
    baseline_free(&before);
    baseline_free(&now);
}
END_TEST

START_TEST(stored_speeds_stay_while_nothing_else_changes)
{
    struct baseline before = {0};
    struct baseline now = {0};
    add(&before, "best", "a.rep", 0.5, 1);
    add(&now, "best", "a.rep", 0.5, 1.1);
    add(&now, "best", "new.rep", 0.5, 1.2);
    add(&before, "buddy", "a.rep", 0.5, 1);
    add(&now, "buddy", "a.rep", 0.6, 1.1);
    add(&before, "implicit", "a.rep", 0.5, 1);
    add(&now, "implicit", "a.rep", 0.6, NAN);
    add(&before, "segregated", "a.rep", 0.5, 1);
    add(&now, "segregated", "a.rep", 0.5, 2);
    regression_keep_speed(&before, &now);
    ck_assert_double_eq(baseline_find(&now, "best", "a.rep")->speed_ratio, 1);
    ck_assert_double_eq(baseline_find(&now, "best", "new.rep")->speed_ratio, 1.2);
    ck_assert_double_eq(baseline_find(&now, "buddy", "a.rep")->speed_ratio, 1.1);
    ck_assert_double_eq(baseline_find(&now, "implicit", "a.rep")->speed_ratio, 1);
    ck_assert_double_eq(baseline_find(&now, "segregated", "a.rep")->speed_ratio, 2);
    baseline_free(&before);
    baseline_free(&now);
}
END_TEST

Suite *baseline_suite(void)
{
    Suite *suite = suite_create("baseline");
    TCase *tests = tcase_create("files");
    tcase_add_checked_fixture(tests, make_folder, remove_folder);
    tcase_add_test(tests, the_baseline_lies_beside_its_rubric);
    tcase_add_test(tests, numbers_and_names_come_back_as_they_were);
    tcase_add_loop_test(tests, what_is_no_row_is_refused_with_its_line, 0,
                        (int)(sizeof files / sizeof *files));
    tcase_add_test(tests, a_file_that_cannot_be_written_is_told);
    suite_add_tcase(suite, tests);
    tests = tcase_create("comparison");
    tcase_add_test(tests, figures_of_the_heap_are_held_exactly);
    tcase_add_test(tests, failures_are_worse_only_when_new);
    tcase_add_test(tests, what_one_side_lacks_is_told_once);
    tcase_add_test(tests, speed_is_held_as_a_geometric_mean);
    tcase_add_test(tests, stored_speeds_stay_while_nothing_else_changes);
    suite_add_tcase(suite, tests);
    return suite;
}
