// SPDX-License-Identifier: MIT
// Points against examples worked by hand. Sums are compared exactly, in millionths of a point.
#include <math.h>
#include <stdlib.h>

#include "grading/score.h"
#include "harness/base/memory.h"
#include "tests/unit/suites.h"

static struct criterion criteria[] = {
    {.kind = CRITERION_CORRECTNESS, .name = "correctness", .points = 40, .full = 1},
    {.kind = CRITERION_UTILIZATION, .name = "utilization", .points = 35, .none = 0.5, .full = 0.9},
    {.kind = CRITERION_THROUGHPUT, .name = "throughput", .points = 25, .none = 0, .full = 1},
};

static struct rubric make_rubric(void)
{
    return (struct rubric){.criteria = criteria, .n_criteria = 3, .settings.speed.enabled = true};
}

/// NAN leaves a metric out.
static void add_case(struct result *result, enum status status, double weight, double utilization,
                     double ratio)
{
    result->cases = xreallocarray(result->cases, result->n_cases + 1, sizeof *result->cases);
    struct case_result *one = &result->cases[result->n_cases++];
    *one = (struct case_result){.trace = xstrdup("a.rep"),
                                .weight = weight,
                                .status = status,
                                .counts_utilization = true,
                                .counts_speed = true};
    if (!isnan(utilization)) {
        metric_add(&one->metrics, &one->n_metrics, METRIC_UTILIZATION, "ratio", utilization, NAN);
    }
    if (!isnan(ratio)) {
        metric_add(&one->metrics, &one->n_metrics, METRIC_THROUGHPUT, "ratio", ratio, NAN);
    }
}

static long long millionths(double points)
{
    return llround(points * 1e6);
}

/// Rows and criteria must both give the total, to the last digit.
static void check_sums(const struct result *result)
{
    long long rows = 0;
    long long max_rows = 0;
    long long parts = 0;
    long long max_parts = 0;
    for (size_t i = 0; i < result->n_cases; i++) {
        rows += millionths(result->cases[i].score);
        max_rows += millionths(result->cases[i].max_score);
    }
    for (size_t i = 0; i < result->n_criteria; i++) {
        parts += millionths(result->criteria[i].score);
        max_parts += millionths(result->criteria[i].max_score);
    }
    ck_assert_int_eq(rows, millionths(result->score));
    ck_assert_int_eq(max_rows, millionths(result->max_score));
    ck_assert_int_eq(parts, millionths(result->score));
    ck_assert_int_eq(max_parts, millionths(result->max_score));
}

#define CHECK_POINTS(points, expected) ck_assert_double_eq_tol(points, expected, 1e-9)

START_TEST(weights_divide_the_points)
{
    struct rubric rubric = make_rubric();
    struct result result = {.build.ok = true};
    add_case(&result, STATUS_PASSED, 1, 0.9, 1);   // all of 1/4: 10 + 8.75 + 6.25
    add_case(&result, STATUS_PASSED, 1, 0.7, 0.5); // half of two: 10 + 4.375 + 3.125
    add_case(&result, STATUS_PASSED, 2, 0.4, 2);   // below none, above full: 20 + 0 + 12.5
    score_result(&rubric, &result);
    CHECK_POINTS(result.cases[0].score, 25);
    CHECK_POINTS(result.cases[0].max_score, 25);
    CHECK_POINTS(result.cases[1].score, 17.5);
    CHECK_POINTS(result.cases[2].score, 32.5);
    CHECK_POINTS(result.cases[2].max_score, 50);
    CHECK_POINTS(result.criteria[0].score, 40);
    CHECK_POINTS(result.criteria[1].score, 13.125);
    CHECK_POINTS(result.criteria[2].score, 21.875);
    CHECK_POINTS(result.score, 75);
    CHECK_POINTS(result.max_score, 100);
    CHECK_POINTS(result.criteria[0].value, 1);
    CHECK_POINTS(result.criteria[1].value, (0.9 + 0.7 + 2 * 0.4) / 4);
    CHECK_POINTS(result.criteria[2].value, pow(1 * 0.5 * 2 * 2, 0.25));
    ck_assert(isnan(result.criteria[0].none));
    CHECK_POINTS(result.criteria[1].none, 0.5);
    check_sums(&result);
    result_free(&result);
}
END_TEST

START_TEST(failed_and_skipped_earn_nothing)
{
    struct rubric rubric = make_rubric();
    struct result result = {.build.ok = true};
    add_case(&result, STATUS_PASSED, 1, 0.9, 2);
    add_case(&result, STATUS_FAILED, 1, 0.9, 2); // metrics of a failed case are not looked at
    add_case(&result, STATUS_SKIPPED, 1, NAN, NAN);
    add_case(&result, STATUS_FAILED, 1, NAN, NAN);
    score_result(&rubric, &result);
    CHECK_POINTS(result.score, 25);
    CHECK_POINTS(result.max_score, 100);
    CHECK_POINTS(result.cases[1].score, 0);
    CHECK_POINTS(result.cases[1].max_score, 25);
    CHECK_POINTS(result.criteria[0].value, 0.25);
    CHECK_POINTS(result.criteria[1].value, 0.9 / 4);
    CHECK_POINTS(result.criteria[2].value, 2);
    check_sums(&result);
    result_free(&result);
}
END_TEST

START_TEST(flags_say_what_counts)
{
    struct rubric rubric = make_rubric();
    struct result result = {.build.ok = true};
    add_case(&result, STATUS_PASSED, 1, 0.9, 0.1);
    add_case(&result, STATUS_PASSED, 1, 0.5, 1);
    result.cases[0].counts_speed = false;
    result.cases[1].counts_utilization = false;
    score_result(&rubric, &result);
    CHECK_POINTS(result.cases[0].max_score, 20 + 35);
    CHECK_POINTS(result.cases[1].max_score, 20 + 25);
    CHECK_POINTS(result.score, 100);
    check_sums(&result);
    result_free(&result);
}
END_TEST

START_TEST(nothing_timed_leaves_throughput_out)
{
    struct rubric rubric = make_rubric();
    struct result result = {.build.ok = true};
    rubric.settings.speed.enabled = false;
    add_case(&result, STATUS_PASSED, 1, 0.9, NAN);
    add_case(&result, STATUS_FAILED, 1, NAN, NAN);
    score_result(&rubric, &result);
    CHECK_POINTS(result.max_score, 75);
    CHECK_POINTS(result.score, 37.5);
    ck_assert_uint_eq(result.n_criteria, 3);
    CHECK_POINTS(result.criteria[2].max_score, 0);
    ck_assert(isnan(result.criteria[2].value));
    check_sums(&result);
    result_free(&result);
}
END_TEST

START_TEST(a_passed_case_without_its_metric_costs_nothing)
{
    struct rubric rubric = make_rubric();
    struct result result = {.build.ok = true};
    add_case(&result, STATUS_PASSED, 1, 0.9, NAN);
    add_case(&result, STATUS_PASSED, 1, NAN, 0.5);
    add_case(&result, STATUS_PASSED, 1, INFINITY, 1);
    score_result(&rubric, &result);
    CHECK_POINTS(result.criteria[1].score, 35);
    CHECK_POINTS(result.criteria[2].score, 18.75);
    CHECK_POINTS(result.max_score, 100);
    check_sums(&result);
    result_free(&result);

    result = (struct result){.build.ok = true};
    add_case(&result, STATUS_PASSED, 1, NAN, NAN);
    score_result(&rubric, &result);
    CHECK_POINTS(result.max_score, 40);
    CHECK_POINTS(result.score, 40);
    result_free(&result);
}
END_TEST

START_TEST(all_failed_is_zero_of_everything)
{
    struct rubric rubric = make_rubric();
    struct result result = {.build.ok = true};
    add_case(&result, STATUS_FAILED, 1, NAN, NAN);
    score_result(&rubric, &result);
    CHECK_POINTS(result.score, 0);
    CHECK_POINTS(result.max_score, 100);
    ck_assert(isnan(result.criteria[2].value));
    result_free(&result);
}
END_TEST

START_TEST(a_failed_build_is_zero)
{
    struct rubric rubric = make_rubric();
    struct result result = {.build.ok = false};
    score_result(&rubric, &result);
    CHECK_POINTS(result.score, 0);
    CHECK_POINTS(result.max_score, 100);
    result_free(&result);

    result = (struct result){.build.ok = false};
    add_case(&result, STATUS_PASSED, 1, 0.9, 1);
    score_result(&rubric, &result);
    CHECK_POINTS(result.score, 0);
    CHECK_POINTS(result.max_score, 100);
    check_sums(&result);
    result_free(&result);
}
END_TEST

START_TEST(weightless_cases_are_worth_nothing)
{
    struct rubric rubric = make_rubric();
    struct result result = {.build.ok = true};
    add_case(&result, STATUS_FAILED, 0, NAN, NAN);
    add_case(&result, STATUS_PASSED, 3, 0.9, 1);
    score_result(&rubric, &result);
    CHECK_POINTS(result.cases[0].max_score, 0);
    CHECK_POINTS(result.score, 100);
    check_sums(&result);
    result_free(&result);
}
END_TEST

START_TEST(odd_numbers_add_up)
{
    struct rubric rubric = make_rubric();
    for (int n_cases = 1; n_cases <= 60; n_cases++) {
        struct result result = {.build.ok = true};
        for (int i = 0; i < n_cases; i++) {
            enum status status = i % 7 == 6 ? STATUS_FAILED : STATUS_PASSED;
            add_case(&result, status, 1 + 0.1 * (i % 3), 0.5 + 0.011 * i, 0.3 + 0.0137 * i);
        }
        score_result(&rubric, &result);
        score_result(&rubric, &result); // a second scoring replaces the first
        CHECK_POINTS(result.max_score, 100);
        ck_assert_uint_eq(result.n_criteria, 3);
        check_sums(&result);
        result_free(&result);
    }
}
END_TEST

START_TEST(hidden_cases_earn_whole_hundredths)
{
    struct rubric rubric = make_rubric();
    struct result result = {.build.ok = true};
    add_case(&result, STATUS_PASSED, 1, 0.7 + 0.00041, 0.123456);
    add_case(&result, STATUS_PASSED, 1, 0.7 - 0.00041, 0.118);
    add_case(&result, STATUS_PASSED, 2, 0.7 + 0.00041, 0.123456);
    result.cases[0].hidden = true;
    result.cases[1].hidden = true;
    score_result(&rubric, &result);
    CHECK_POINTS(result.cases[0].score, 10 + 8.75 * 0.5 + 6.25 * 0.12);
    CHECK_POINTS(result.cases[1].score, result.cases[0].score);
    ck_assert_double_eq_tol(result.cases[2].score, 20 + 17.5 * 0.501025 + 12.5 * 0.123456, 1e-6);
    check_sums(&result);
    result_free(&result);
}
END_TEST

Suite *score_suite(void)
{
    Suite *suite = suite_create("score");
    TCase *tests = tcase_create("score");
    tcase_add_test(tests, weights_divide_the_points);
    tcase_add_test(tests, hidden_cases_earn_whole_hundredths);
    tcase_add_test(tests, failed_and_skipped_earn_nothing);
    tcase_add_test(tests, flags_say_what_counts);
    tcase_add_test(tests, nothing_timed_leaves_throughput_out);
    tcase_add_test(tests, a_passed_case_without_its_metric_costs_nothing);
    tcase_add_test(tests, all_failed_is_zero_of_everything);
    tcase_add_test(tests, a_failed_build_is_zero);
    tcase_add_test(tests, weightless_cases_are_worth_nothing);
    tcase_add_test(tests, odd_numbers_add_up);
    suite_add_tcase(suite, tests);
    return suite;
}
