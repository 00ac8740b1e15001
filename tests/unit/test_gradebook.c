// SPDX-License-Identifier: MIT
// The gradebook: rows come back as they were put, one for each content; which of them count.
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "grading/gradebook.h"
#include "harness/base/memory.h"
#include "harness/base/scratch.h"
#include "tests/unit/intake_fixtures.h"
#include "tests/unit/suites.h"

static char *folder;
static char *path;
static struct gradebook *gradebook;

static void open_gradebook(void)
{
    struct error error;
    gradebook = gradebook_open(path, &error);
    ck_assert_msg(gradebook != NULL, "%s", error.text);
}

static void setup(void)
{
    folder = scratch_make();
    path = xasprintf("%s/gradebook.sqlite", folder);
    open_gradebook();
}

static void teardown(void)
{
    gradebook_close(gradebook);
    free(path);
    scratch_remove(folder);
}

static const struct gradebook_row graded = {
    .name = (char *)"O'Neil \xff\n=1",
    .submission_hash = (char *)"s1",
    .grader_hash = (char *)"g1",
    .status = GRADE_GRADED,
    .score = 61.300001,
    .max_score = 100,
    .first_verdict = (char *)"OVERLAP",
    .result_json = (char *)"{\"schema\": 1}\n",
    .submitted_at = 1772384400,
    .student_id = (char *)"4711",
    .attempts = 2,
    .version = (char *)"0.1",
    .seconds = 1.5,
};

/// The same but for the name, the submission and the score.
static void put(const char *name, const char *submission, double score)
{
    struct gradebook_row row = graded;
    row.name = (char *)(uintptr_t)name;
    row.submission_hash = (char *)(uintptr_t)submission;
    row.score = score;
    row.status = isnan(score) ? GRADE_HARNESS_ERROR : GRADE_GRADED;
    gradebook_put(gradebook, &row);
}

START_TEST(a_row_comes_back_as_it_was_put)
{
    struct gradebook_row row;
    gradebook_put(gradebook, &graded);
    gradebook_close(gradebook);
    open_gradebook();
    ck_assert(gradebook_find(gradebook, graded.name, "s1", "g1", &row));
    ck_assert_str_eq(row.name, graded.name);
    ck_assert_int_eq(row.status, GRADE_GRADED);
    ck_assert_double_eq(row.score, 61.300001);
    ck_assert_double_eq(row.max_score, 100);
    ck_assert_str_eq(row.first_verdict, "OVERLAP");
    ck_assert_ptr_null(row.reason);
    ck_assert_str_eq(row.result_json, graded.result_json);
    ck_assert_int_eq(row.submitted_at, 1772384400);
    ck_assert_str_eq(row.student_id, "4711");
    ck_assert_uint_eq(row.attempts, 2);
    ck_assert_str_eq(row.version, "0.1");
    ck_assert_double_eq(row.seconds, 1.5);
    gradebook_row_free(&row);
    ck_assert(!gradebook_find(gradebook, graded.name, "s2", "g1", &row));
    ck_assert(!gradebook_find(gradebook, graded.name, "s1", "g2", &row));
    ck_assert(!gradebook_find(gradebook, "O", "s1", "g1", &row));
}
END_TEST

START_TEST(a_harness_error_has_no_score)
{
    struct gradebook_row row = {.name = (char *)"a",
                                .submission_hash = (char *)"s1",
                                .grader_hash = (char *)"g1",
                                .status = GRADE_HARNESS_ERROR,
                                .score = NAN,
                                .max_score = NAN,
                                .reason = (char *)"no memory",
                                .version = (char *)"0.1"};
    gradebook_put(gradebook, &row);
    ck_assert(gradebook_find(gradebook, "a", "s1", "g1", &row));
    ck_assert_int_eq(row.status, GRADE_HARNESS_ERROR);
    ck_assert(isnan(row.score) && isnan(row.max_score));
    ck_assert_str_eq(row.reason, "no memory");
    ck_assert_ptr_null(row.result_json);
    ck_assert_ptr_null(row.student_id);
    gradebook_row_free(&row);
}
END_TEST

START_TEST(the_same_content_has_one_row)
{
    struct gradebook_row row;
    put("a", "s1", 10);
    put("a", "s1", 20);
    ck_assert(gradebook_find(gradebook, "a", "s1", "g1", &row));
    ck_assert_double_eq(row.score, 20);
    gradebook_row_free(&row);
    ck_assert(gradebook_find_best(gradebook, "a", "g1", NULL, NULL, &row));
    ck_assert_double_eq(row.score, 20);
    gradebook_row_free(&row);
}
END_TEST

START_TEST(the_best_version_is_that_with_most_points)
{
    struct gradebook_row row;
    put("a", "s1", 10);
    put("a", "s2", 30);
    put("a", "s3", 20);
    put("a", "s4", NAN);
    put("b", "s2", 90);
    ck_assert(gradebook_find_best(gradebook, "a", "g1", NULL, NULL, &row));
    ck_assert_str_eq(row.submission_hash, "s2");
    gradebook_row_free(&row);
    ck_assert(!gradebook_find_best(gradebook, "a", "g2", NULL, NULL, &row));
}
END_TEST

/// What was handed in at 2 or later counts half.
static double late(void *context, const struct gradebook_row *row)
{
    ck_assert_ptr_eq(context, &gradebook);
    return row->submitted_at >= 2 ? row->score / 2 : row->score;
}

START_TEST(the_best_version_is_that_with_most_points_left)
{
    struct gradebook_row row;
    put("a", "s1", 30);
    put("a", "s2", 50);
    put("a", "s3", NAN);
    gradebook_set_origin(gradebook, "a", "s1", "g1", 1, "17");
    gradebook_set_origin(gradebook, "a", "s2", "g1", 2, NULL);
    gradebook_set_origin(gradebook, "a", "none", "g1", 2, NULL);
    ck_assert(gradebook_find_best(gradebook, "a", "g1", late, &gradebook, &row));
    ck_assert_str_eq(row.submission_hash, "s1");
    ck_assert_double_eq(row.score, 30);
    ck_assert_int_eq(row.submitted_at, 1);
    ck_assert_str_eq(row.student_id, "17");
    gradebook_row_free(&row);
    put("a", "s2", 60); // of the same points left, that with more raw ones
    gradebook_set_origin(gradebook, "a", "s2", "g1", 2, NULL);
    ck_assert(gradebook_find_best(gradebook, "a", "g1", late, &gradebook, &row));
    ck_assert_str_eq(row.submission_hash, "s2");
    ck_assert_ptr_null(row.student_id);
    gradebook_row_free(&row);
    ck_assert(gradebook_find_best(gradebook, "a", "g1", NULL, NULL, &row));
    ck_assert_str_eq(row.submission_hash, "s2");
    gradebook_row_free(&row);
    put("b", "s1", NAN);
    ck_assert(gradebook_find_best(gradebook, "b", "g1", late, &gradebook, &row));
    gradebook_row_free(&row);
}
END_TEST

static char seen[200];

static void see(void *context, const struct gradebook_row *row)
{
    snprintf(seen + strlen(seen), sizeof seen - strlen(seen), "%s%s:%s", (const char *)context,
             row->name, row->submission_hash);
}

START_TEST(chosen_rows_are_visited_by_name)
{
    put("b", "s1", 10);
    put("a", "s1", 10);
    put("a", "s2", 20);
    put("c", "s1", 10);
    struct gradebook_row row = graded;
    gradebook_begin(gradebook);
    row.name = (char *)"b";
    gradebook_choose(gradebook, &row);
    row.name = (char *)"a";
    gradebook_choose(gradebook, &row);
    gradebook_commit(gradebook);
    *seen = '\0';
    gradebook_each(gradebook, see, (void *)(uintptr_t) " ");
    ck_assert_str_eq(seen, " a:s1 b:s1");
    gradebook_choose_none(gradebook);
    row.submission_hash = (char *)"s2";
    gradebook_choose(gradebook, &row);
    *seen = '\0';
    gradebook_each(gradebook, see, (void *)(uintptr_t) " ");
    ck_assert_str_eq(seen, " a:s2");
}
END_TEST

START_TEST(what_is_no_gradebook_is_refused)
{
    struct error error;
    char *other = xasprintf("%s/other", folder);
    put_file(folder, "other",
             "this is a text of more than a hundred bytes, which no database "
             "begins with, whatever its version, and however old it is.....");
    ck_assert_ptr_null(gradebook_open(other, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "other: file is not a database"));
    free(other);
    other = xasprintf("%s/none/there", folder);
    ck_assert_ptr_null(gradebook_open(other, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "unable to open"));
    free(other);
}
END_TEST

Suite *gradebook_suite(void)
{
    Suite *suite = suite_create("gradebook");
    TCase *tests = tcase_create("gradebook");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, a_row_comes_back_as_it_was_put);
    tcase_add_test(tests, a_harness_error_has_no_score);
    tcase_add_test(tests, the_same_content_has_one_row);
    tcase_add_test(tests, the_best_version_is_that_with_most_points);
    tcase_add_test(tests, the_best_version_is_that_with_most_points_left);
    tcase_add_test(tests, chosen_rows_are_visited_by_name);
    tcase_add_test(tests, what_is_no_gradebook_is_refused);
    suite_add_tcase(suite, tests);
    return suite;
}
