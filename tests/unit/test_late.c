// SPDX-License-Identifier: MIT
// The late policy: deadlines to the second, days, caps, extensions, what a list of them may say.
#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "grading/late_rules.h"
#include "harness/base/memory.h"
#include "harness/base/scratch.h"
#include "reports/late_report.h"
#include "tests/unit/intake_fixtures.h"
#include "tests/unit/suites.h"

#define HOUR INT64_C(3600)
#define DAY INT64_C(86400)
#define DUE INT64_C(1774717200) // 2026-03-28 17:00:00 UTC, a day before clocks change in Europe

/// 10 % a day, 25 % at most, nothing after 4 days, a quarter of an hour of grace.
static const struct late_policy policy = {.is_set = true,
                                          .due_at = DUE,
                                          .grace_seconds = 900,
                                          .per_day = 10,
                                          .cap = 25,
                                          .refuse_after = 4};

// --- Days and points --------------------------------------------------------------------------

struct instant {
    int64_t seconds; ///< after DUE
    enum late_kind kind;
    int64_t n_days;
    double deduction; ///< of 60 of 80 points
};

static const struct instant instants[] = {
    {-30 * DAY, LATE_ON_TIME, 0, 0},
    {0, LATE_ON_TIME, 0, 0},
    {1, LATE_WITHIN_GRACE, 0, 0},
    {900, LATE_WITHIN_GRACE, 0, 0},
    {901, LATE_LATE, 1, 8},
    {DAY - 1, LATE_LATE, 1, 8},
    {DAY, LATE_LATE, 1, 8},
    {DAY + 1, LATE_LATE, 2, 16},
    {2 * DAY, LATE_LATE, 2, 16},
    {2 * DAY + 1, LATE_LATE, 3, 20},
    {4 * DAY, LATE_LATE, 4, 20},
    {4 * DAY + 1, LATE_REFUSED, 5, 60},
    {400 * DAY, LATE_REFUSED, 400, 60},
};

START_TEST(each_day_that_has_begun_costs)
{
    const struct instant *one = &instants[_i];
    struct late_outcome outcome = late_judge(&policy, DUE, DUE + one->seconds, 60, 80);
    ck_assert_int_eq(outcome.kind, one->kind);
    ck_assert_int_eq(outcome.n_days, one->n_days);
    ck_assert_double_eq_tol(outcome.deduction, one->deduction, 1e-9);
    ck_assert_double_eq_tol(outcome.score, 60 - one->deduction, 1e-9);
}
END_TEST

START_TEST(no_score_falls_below_zero)
{
    struct late_outcome outcome = late_judge(&policy, DUE, DUE + DAY, 5, 80);
    ck_assert_double_eq(outcome.deduction, 5);
    ck_assert_double_eq(outcome.score, 0);
    outcome = late_judge(&policy, DUE, DUE + 9 * DAY, 0, 80);
    ck_assert_double_eq(outcome.deduction, 0);
    ck_assert_double_eq(outcome.score, 0);
}
END_TEST

START_TEST(what_has_no_score_gets_none)
{
    static const int64_t seconds[] = {-1, DAY, 9 * DAY};
    for (size_t i = 0; i < 3; i++) {
        struct late_outcome outcome = late_judge(&policy, DUE, DUE + seconds[i], NAN, NAN);
        ck_assert(isnan(outcome.score) && isnan(outcome.deduction));
    }
}
END_TEST

START_TEST(without_a_time_nothing_is_late)
{
    struct late_outcome outcome = late_judge(&policy, DUE, 0, 60, 80);
    ck_assert_int_eq(outcome.kind, LATE_UNKNOWN);
    ck_assert_double_eq(outcome.score, 60);
}
END_TEST

START_TEST(without_a_policy_nothing_is_late)
{
    struct late_rules none = {0};
    struct gradebook_row row = {
        .name = (char *)"a", .score = 60, .max_score = 80, .submitted_at = DUE};
    struct late_outcome outcome = late_rules_apply(&none, &row);
    ck_assert_int_eq(outcome.kind, LATE_UNKNOWN);
    ck_assert_double_eq(outcome.score, 60);
}
END_TEST

START_TEST(points_are_rounded_to_millionths)
{
    struct late_policy third = policy;
    third.per_day = 100.0 / 3;
    third.cap = 100;
    struct late_outcome outcome = late_judge(&third, DUE, DUE + HOUR, 61.3, 80);
    ck_assert_double_eq(outcome.deduction, 26.666667);
    ck_assert_double_eq(outcome.score, 34.633333);
}
END_TEST

START_TEST(nothing_late_counts_when_nothing_is_accepted)
{
    struct late_policy strict = policy;
    strict.refuse_after = 0;
    ck_assert_int_eq(late_judge(&strict, DUE, DUE + 900, 60, 80).kind, LATE_WITHIN_GRACE);
    ck_assert_int_eq(late_judge(&strict, DUE, DUE + 901, 60, 80).kind, LATE_REFUSED);
    strict.refuse_after = INFINITY;
    ck_assert_int_eq(late_judge(&strict, DUE, DUE + 900 * DAY, 60, 80).kind, LATE_LATE);
}
END_TEST

// --- Times ------------------------------------------------------------------------------------

struct time {
    const char *text;
    int64_t seconds; ///< -1: refused
};

static const struct time times[] = {
    {"2026-03-28 18:00:00 +01:00", DUE},
    {"2026-03-28T17:00Z", DUE},
    {"2026-03-28 17:00 UTC", DUE},
    {"2026-03-28 10:00:00-07", DUE},
    {"1774717200", DUE},
    {"2026-03-28 18:00:00", -1}, // which zone?
    {"2026-03-28", -1},          // its beginning or its end?
    {"2026-03-28 +01:00", -1},
    {"2026-02-30 18:00:00Z", -1},
    {"tomorrow", -1},
    {"", -1},
};

START_TEST(a_deadline_has_a_time_and_a_zone)
{
    int64_t seconds = -1;
    bool ok = late_parse_time(times[_i].text, &seconds);
    ck_assert_msg(ok == (times[_i].seconds >= 0), "%s", times[_i].text);
    ck_assert_msg(!ok || seconds == times[_i].seconds, "%s: %lld", times[_i].text,
                  (long long)seconds);
}
END_TEST

// --- Extensions -------------------------------------------------------------------------------

static char *folder;
static char *rubric_path;

static void setup(void)
{
    folder = scratch_make();
    rubric_path = xasprintf("%s/rubric.yaml", folder);
}

static void teardown(void)
{
    free(rubric_path);
    scratch_remove(folder);
}

static bool read_list(struct late_rules *rules, const char *text, struct error *error)
{
    struct late_policy extended = policy;
    extended.extensions = (char *)"ext.csv";
    put_file(folder, "ext.csv", text);
    return late_rules_read(rules, &extended, rubric_path, NULL, error);
}

static int64_t due_of(const struct late_rules *rules, const char *name, const char *student_id)
{
    struct gradebook_row row = {.name = (char *)(uintptr_t)name,
                                .student_id = (char *)(uintptr_t)student_id,
                                .submitted_at = DUE};
    struct late_outcome outcome = late_rules_apply(rules, &row);
    ck_assert_int_eq(outcome.is_extended, outcome.due_at != DUE);
    return outcome.due_at - DUE;
}

START_TEST(extensions_are_for_names_and_ids)
{
    struct error error;
    struct late_rules rules;
    bool ok = read_list(&rules,
                        "student_id,extra_hours,name,due,extra_days\n"
                        ",,\"Doe, J\",2026-03-28 20:00:00 +01:00,\n"
                        "17,1.5,,,\n"
                        "18,12,roe,,2\n"
                        "19,,,,1\n",
                        &error);
    ck_assert_msg(ok, "%s", error.text);
    ck_assert_int_eq(due_of(&rules, "Doe, J", NULL), 2 * HOUR);
    ck_assert_int_eq(due_of(&rules, "x", "17"), HOUR + HOUR / 2);
    ck_assert_int_eq(due_of(&rules, "roe", "x"), 2 * DAY + 12 * HOUR);
    ck_assert_int_eq(due_of(&rules, "x", "18"), 2 * DAY + 12 * HOUR);
    ck_assert_int_eq(due_of(&rules, "x", "171"), 0);
    ck_assert_int_eq(due_of(&rules, "x", "1"), 0);
    ck_assert_int_eq(due_of(&rules, "x", NULL), 0);
    // of a group the latest counts
    ck_assert_int_eq(due_of(&rules, "x", "19;17; 20"), DAY);
    ck_assert_int_eq(due_of(&rules, "x", "20; 17"), HOUR + HOUR / 2);
    late_rules_free(&rules);
}
END_TEST

START_TEST(the_command_line_names_another_list)
{
    struct error error;
    struct late_rules rules;
    put_file(folder, "other.csv", "name,extra_hours\na,1\n");
    char *other = xasprintf("%s/other.csv", folder);
    ck_assert(late_rules_read(&rules, &policy, rubric_path, other, &error));
    ck_assert_int_eq(due_of(&rules, "a", NULL), HOUR);
    late_rules_free(&rules);
    struct late_policy none = {0};
    ck_assert(!late_rules_read(&rules, &none, rubric_path, other, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "rubric.yaml: has no group 'late'"));
    free(other);
}
END_TEST

static const char *const bad_lists[][2] = {
    {"", "ext.csv:1: is empty"},
    {"name,days\na,1\n", "ext.csv:1: unknown column 'days'"},
    {"due\n2026-04-01 12:00Z\n", "ext.csv:2: a row needs a name or a student_id"},
    {"name,due\na,\n", "ext.csv:2: a row needs either 'due', or 'extra_hours' or 'extra_days'"},
    {"name,due,extra_days\na,2026-04-01 12:00Z,1\n", "ext.csv:2: a row needs either 'due', or"},
    {"name,due\na,2026-04-01\n", "ext.csv:2: '2026-04-01' is not a time with its zone"},
    {"name,due\na,2026-03-28 17:00Z\n", "is not later than the rubric's 'due'"},
    {"name,extra_hours\na,two\n", "ext.csv:2: 'two' is not a number of hours above 0"},
    {"name,extra_hours\na,-1\n", "ext.csv:2: '-1' is not a number of hours above 0"},
    {"name,extra_days\na,nan\n", "ext.csv:2: 'nan' is not a number of days above 0"},
    {"name,extra_days\na,1e9\n", "ext.csv:2: '1e9' is not a number of days above 0"},
    {"name,extra_days\na,1\nb,1\na,2\n", "ext.csv:4: 'a' stands twice (first on line 2)"},
    {"name,student_id,extra_days\n,7,1\nb,7,1\n", "ext.csv:3: '7' stands twice"},
};

START_TEST(a_wrong_list_is_refused_with_its_line)
{
    struct error error = {""};
    struct late_rules rules;
    ck_assert(!read_list(&rules, bad_lists[_i][0], &error));
    ck_assert_msg(strstr(error.text, bad_lists[_i][1]) != NULL, "%s", error.text);
}
END_TEST

START_TEST(a_missing_list_is_told)
{
    struct error error = {""};
    struct late_rules rules;
    struct late_policy extended = policy;
    extended.extensions = (char *)"none.csv";
    ck_assert(!late_rules_read(&rules, &extended, rubric_path, NULL, &error));
    ck_assert_ptr_nonnull(strstr(error.text, "none.csv: "));
}
END_TEST

// --- What is told -----------------------------------------------------------------------------

static char *paragraph(int64_t seconds, bool is_extended)
{
    char *text;
    size_t n_bytes;
    FILE *stream = xopen_memstream(&text, &n_bytes);
    struct late_outcome outcome = late_judge(&policy, DUE, DUE + seconds, 60, 80);
    outcome.is_extended = is_extended;
    late_report_paragraph(stream, &outcome, 80);
    fclose(stream);
    return text;
}

static const struct {
    int64_t seconds;
    bool is_extended;
    const char *text;
} paragraphs[] = {
    {-5, false, "Handed in on time; it was due 2026-03-28 17:00:00 UTC.\n"},
    {60, false,
     "Handed in 1 minute after 2026-03-28 17:00:00 UTC, which is within the grace: no\n"
     "points are taken off.\n"},
    {DAY + 3 * HOUR + 59, true,
     "Handed in 1 day and 3 hours after 2026-03-28 17:00:00 UTC (extended), late: 20 %\n"
     "of 80 points are taken off, 60.0 - 16.0 = 44.0.\n"},
    {5 * DAY + 1, false,
     "Handed in 5 days after 2026-03-28 17:00:00 UTC, too late to count: 0 "
     "points.\n"},
};

START_TEST(students_are_told_what_it_costs)
{
    char *text = paragraph(paragraphs[_i].seconds, paragraphs[_i].is_extended);
    ck_assert_str_eq(text, paragraphs[_i].text);
    free(text);
}
END_TEST

START_TEST(a_deduction_is_a_criterion_of_the_result)
{
    struct result result = {.score = 60, .max_score = 80};
    late_report_deduct(&result, 0);
    late_report_deduct(&result, NAN);
    ck_assert_uint_eq(result.n_criteria, 0);
    ck_assert_double_eq(late_report_deducted(&result), 0);
    late_report_deduct(&result, 16.1);
    ck_assert_uint_eq(result.n_criteria, 1);
    ck_assert_str_eq(result.criteria[0].name, "late");
    ck_assert_double_eq(result.criteria[0].score, -16.1);
    ck_assert_double_eq(result.score, 43.9);
    ck_assert_double_eq(late_report_deducted(&result), 16.1);
    result_free(&result);
}
END_TEST

#define N(table) (int)(sizeof table / sizeof *table)

Suite *late_suite(void)
{
    Suite *suite = suite_create("late");
    TCase *points = tcase_create("points");
    tcase_add_loop_test(points, each_day_that_has_begun_costs, 0, N(instants));
    tcase_add_test(points, no_score_falls_below_zero);
    tcase_add_test(points, what_has_no_score_gets_none);
    tcase_add_test(points, without_a_time_nothing_is_late);
    tcase_add_test(points, without_a_policy_nothing_is_late);
    tcase_add_test(points, points_are_rounded_to_millionths);
    tcase_add_test(points, nothing_late_counts_when_nothing_is_accepted);
    tcase_add_loop_test(points, a_deadline_has_a_time_and_a_zone, 0, N(times));
    tcase_add_loop_test(points, students_are_told_what_it_costs, 0, N(paragraphs));
    tcase_add_test(points, a_deduction_is_a_criterion_of_the_result);
    suite_add_tcase(suite, points);
    TCase *extensions = tcase_create("extensions");
    tcase_add_checked_fixture(extensions, setup, teardown);
    tcase_add_test(extensions, extensions_are_for_names_and_ids);
    tcase_add_test(extensions, the_command_line_names_another_list);
    tcase_add_loop_test(extensions, a_wrong_list_is_refused_with_its_line, 0, N(bad_lists));
    tcase_add_test(extensions, a_missing_list_is_told);
    suite_add_tcase(suite, extensions);
    return suite;
}
