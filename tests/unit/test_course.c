// SPDX-License-Identifier: MIT
// What is told of a whole course: quartiles, histogram, pass rates, ranks, pseudonyms.
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "harness/base/memory.h"
#include "harness/base/scratch.h"
#include "harness/base/text_file.h"
#include "reports/course.h"
#include "reports/leaderboard.h"
#include "reports/leaderboard_names.h"
#include "reports/statistics.h"
#include "tests/unit/intake_fixtures.h"
#include "tests/unit/result_samples.h"
#include "tests/unit/suites.h"

static struct export_source source;

static struct export_row *add(const char *name, const char *status, double score,
                              const char *verdict)
{
    source.rows = xreallocarray(source.rows, source.n_rows + 1, sizeof *source.rows);
    struct export_row *row = &source.rows[source.n_rows++];
    *row = (struct export_row){.name = xstrdup(name),
                               .status = xstrdup(status),
                               .score = score,
                               .max_score = isnan(score) ? NAN : 100,
                               .first_verdict = verdict == NULL ? NULL : xstrdup(verdict)};
    return row;
}

/// A result of one case for each letter: + passed, c CRASH, o OVERLAP.
static void give(struct export_row *row, const char *outcomes)
{
    struct result result = sample_empty();
    for (size_t i = 0; outcomes[i] != '\0'; i++) {
        char name[] = {(char)('a' + (int)i), '\0'};
        bool passed = outcomes[i] == '+';
        struct case_result *one =
            sample_add_case(&result, name, passed ? STATUS_PASSED : STATUS_FAILED);
        one->verdict = passed ? NULL : verdict_new(outcomes[i] == 'c' ? "CRASH" : "OVERLAP", 1, 0);
        one->output = passed ? NULL : xstrdup("what it printed");
    }
    course_take_result(row, &result);
    result_free(&result);
}

static void setup(void)
{
    source = (struct export_source){0};
}

static void teardown(void)
{
    course_free(&source);
}

// --- Statistics -------------------------------------------------------------------------------

START_TEST(quartiles_are_those_of_spreadsheets)
{
    double five[] = {5, 1, 4, 2, 3};
    struct quartiles q = quartiles_of(five, 5);
    ck_assert_double_eq(q.minimum, 1);
    ck_assert_double_eq(q.lower, 2);
    ck_assert_double_eq(q.median, 3);
    ck_assert_double_eq(q.upper, 4);
    ck_assert_double_eq(q.maximum, 5);
    ck_assert_double_eq(q.mean, 3);
    double four[] = {10, 20, 40, 30};
    q = quartiles_of(four, 4);
    ck_assert_double_eq(q.lower, 17.5);
    ck_assert_double_eq(q.median, 25);
    ck_assert_double_eq(q.upper, 32.5);
    q = quartiles_of(four, 1);
    ck_assert(q.n == 1 && q.minimum == 10 && q.lower == 10 && q.upper == 10 && q.maximum == 10);
    q = quartiles_of(NULL, 0);
    ck_assert(q.n == 0 && isnan(q.median) && isnan(q.mean));
}
END_TEST

START_TEST(submissions_are_counted_by_what_became_of_them)
{
    give(add("a", "graded", 100, NULL), "++");
    give(add("b", "graded", 10, "OVERLAP"), "o+");
    give(add("c", "graded", 9.999999, "CRASH"), "cc");
    give(add("d", "graded", 50, "OVERLAP"), "o+");
    add("e", "not_built", 0, "BUILD_FAILED");
    add("f", "not_built", 0, "NOT_HANDED_IN");
    add("g", "harness_error", NAN, NULL);
    struct statistics statistics;
    statistics_collect(&statistics, &source);
    ck_assert_uint_eq(statistics.n_graded, 4);
    ck_assert_uint_eq(statistics.n_not_built, 1);
    ck_assert_uint_eq(statistics.n_missing, 1);
    ck_assert_uint_eq(statistics.n_errors, 1);
    ck_assert_uint_eq(statistics.scores.n, 5); // without what was not handed in and the error
    ck_assert_double_eq(statistics.scores.median, 10);
    ck_assert_uint_eq(statistics.bins[0], 2);
    ck_assert_uint_eq(statistics.bins[1], 1); // from its lower bound on
    ck_assert_uint_eq(statistics.bins[5], 1);
    ck_assert_uint_eq(statistics.bins[9], 1); // with the maximum
    ck_assert_uint_eq(statistics.n_traces, 2);
    ck_assert_str_eq(statistics.traces[0].name, "a");
    ck_assert_uint_eq(statistics.traces[0].n_runs, 4);
    ck_assert_uint_eq(statistics.traces[0].n_passed, 1);
    ck_assert_str_eq(statistics.traces[0].verdicts.items[0].code, "OVERLAP");
    ck_assert_uint_eq(statistics.traces[0].verdicts.items[0].n, 2);
    ck_assert_uint_eq(statistics.traces[1].n_passed, 3);
    ck_assert_str_eq(statistics.first_verdicts.items[0].code, "OVERLAP");
    ck_assert_uint_eq(statistics.first_verdicts.n_items, 4);
    statistics_free(&statistics);
}
END_TEST

static char *printed(void)
{
    char *text;
    size_t n_bytes;
    struct statistics statistics;
    FILE *stream = xopen_memstream(&text, &n_bytes);
    statistics_collect(&statistics, &source);
    statistics_print(&statistics, stream);
    statistics_free(&statistics);
    fclose(stream);
    return text;
}

static void fits_the_page(const char *text)
{
    for (const char *line = text; *line != '\0';) {
        size_t length = strcspn(line, "\n");
        ck_assert_msg(length <= 80, "%.*s", (int)length, line);
        ck_assert_msg(length == 0 || line[length - 1] != ' ', "%.*s|", (int)length, line);
        line += length + 1;
    }
}

START_TEST(an_empty_course_has_statistics_too)
{
    char *text = printed();
    fits_the_page(text);
    ck_assert_ptr_nonnull(strstr(text, "Scores of 0 submissions\n"));
    ck_assert_ptr_null(strstr(text, "nan"));
    ck_assert_ptr_null(strstr(text, "median"));
    free(text);
    add("a", "harness_error", NAN, NULL);
    text = printed();
    ck_assert_ptr_nonnull(strstr(text, "harness errors     1  (no score yet)\n"));
    ck_assert_ptr_null(strstr(text, "nan"));
    free(text);
}
END_TEST

START_TEST(large_courses_fit_the_page)
{
    struct result result = sample_passing();
    free(result.cases[0].trace);
    result.cases[0].trace = xstrdup("a-trace-with-a-name-that-is-so-long-that-no-table-of-eighty-"
                                    "columns-can-hold-it-in-full.rep");
    course_take_result(add("x", "graded", 95, NULL), &result);
    for (size_t i = 0; i < 3000; i++) {
        add("y", "graded", 75, NULL);
    }
    char *text = printed();
    fits_the_page(text);
    ck_assert_ptr_nonnull(strstr(text, " 90..100 %  #  1\n")); // one mark of few among many
    ck_assert_ptr_nonnull(strstr(text, "##  3000\n"));
    free(text);
}
END_TEST

// --- The leaderboard --------------------------------------------------------------------------

START_TEST(the_same_score_has_the_same_rank)
{
    static const struct {
        const char *pseudonym;
        double score;
        size_t rank;
    } expected[] = {{"d", 90, 1}, {"a", 80, 2}, {"c", 80, 2}, {"b", 70, 4}};
    add("1", "graded", 80, NULL)->pseudonym = xstrdup("c");
    add("2", "graded", 70, NULL)->pseudonym = xstrdup("b");
    add("3", "graded", 90, NULL)->pseudonym = xstrdup("d");
    add("4", "graded", 80, "CRASH")->pseudonym = xstrdup("a");
    add("5", "not_built", 0, "BUILD_FAILED")->pseudonym = xstrdup("e");
    add("6", "harness_error", NAN, NULL)->pseudonym = xstrdup("f");
    size_t n_leaders;
    struct leader *leaders = leaderboard_of(&source, &n_leaders);
    ck_assert_uint_eq(n_leaders, 4);
    for (size_t i = 0; i < n_leaders; i++) {
        ck_assert_str_eq(leaders[i].pseudonym, expected[i].pseudonym);
        ck_assert_double_eq(leaders[i].score, expected[i].score);
        ck_assert_uint_eq(leaders[i].rank, expected[i].rank);
        ck_assert(isnan(leaders[i].throughput)); // without a result
    }
    free(leaders);
}
END_TEST

START_TEST(pseudonyms_differ_and_stay)
{
    struct leaderboard_key key = {{1, 2, 3}};
    for (size_t i = 0; i < 600; i++) { // some 10 draw what another has drawn
        char name[16];
        snprintf(name, sizeof name, "s%zu", i);
        add(name, "graded", 1, NULL);
    }
    leaderboard_name(&source, &key);
    char **first = xcalloc(source.n_rows, sizeof *first);
    for (size_t i = 0; i < source.n_rows; i++) {
        first[i] = xstrdup(source.rows[i].pseudonym);
        ck_assert_msg(strspn(first[i], "abcdefghijklmnopqrstuvwxyz-") == strlen(first[i]), "%s",
                      first[i]);
        for (size_t k = 0; k < i; k++) {
            ck_assert_str_ne(first[i], first[k]);
        }
    }
    leaderboard_name(&source, &key);
    size_t n_same = 0;
    for (size_t i = 0; i < source.n_rows; i++) {
        ck_assert_str_eq(source.rows[i].pseudonym, first[i]);
    }
    key.bytes[31] = 1;
    leaderboard_name(&source, &key);
    for (size_t i = 0; i < source.n_rows; i++) {
        n_same += strcmp(source.rows[i].pseudonym, first[i]) == 0;
        free(first[i]);
    }
    ck_assert_uint_lt(n_same, 10);
    free(first);
}
END_TEST

START_TEST(more_submissions_than_words_have_pseudonyms)
{
    struct leaderboard_key key = {{0}};
    for (size_t i = 0; i < 60; i++) {
        add("the same name", "graded", 1, NULL); // so all draw alike
    }
    leaderboard_name(&source, &key);
    ck_assert_ptr_nonnull(strpbrk(source.rows[59].pseudonym, "0123456789"));
    for (size_t i = 0; i < 60; i++) {
        for (size_t k = 0; k < i; k++) {
            ck_assert_str_ne(source.rows[i].pseudonym, source.rows[k].pseudonym);
        }
    }
}
END_TEST

START_TEST(the_key_is_made_once_and_is_private)
{
    struct error error = {""};
    struct leaderboard_key made, again;
    char *folder = scratch_make();
    char *path = xasprintf("%s/leaderboard.key", folder);
    struct stat status;
    ck_assert(!leaderboard_key_read(folder, &again, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "leaderboard.key"));
    ck_assert(leaderboard_key_make(folder, &made, &error));
    ck_assert(stat(path, &status) == 0 && (status.st_mode & 0777) == 0600);
    ck_assert(leaderboard_key_make(folder, &again, &error));
    ck_assert_mem_eq(made.bytes, again.bytes, sizeof made.bytes);
    put_file(folder, "leaderboard.key", "0123\n");
    ck_assert(!leaderboard_key_make(folder, &again, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "leaderboard.key:1: is no key"));
    free(path);
    scratch_remove(folder);
}
END_TEST

Suite *course_suite(void)
{
    Suite *suite = suite_create("course");
    TCase *tests = tcase_create("course");
    tcase_add_checked_fixture(tests, setup, teardown);
    tcase_set_timeout(tests, 120);
    tcase_add_test(tests, quartiles_are_those_of_spreadsheets);
    tcase_add_test(tests, submissions_are_counted_by_what_became_of_them);
    tcase_add_test(tests, an_empty_course_has_statistics_too);
    tcase_add_test(tests, large_courses_fit_the_page);
    tcase_add_test(tests, the_same_score_has_the_same_rank);
    tcase_add_test(tests, pseudonyms_differ_and_stay);
    tcase_add_test(tests, more_submissions_than_words_have_pseudonyms);
    tcase_add_test(tests, the_key_is_made_once_and_is_private);
    suite_add_tcase(suite, tests);
    return suite;
}
