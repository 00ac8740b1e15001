// SPDX-License-Identifier: MIT
// The group `late` of a rubric: what it says, what it is without keys, what is said about mistakes.
#include <math.h>
#include <string.h>

#include "grading/rubric.h"
#include "tests/unit/suites.h"

#define GOOD                                                                                       \
    "lab: malloc\ntraces:\n  - file: grading/rubrics/malloc.yaml\n"                                \
    "criteria:\n  - name: correctness\n    points: 10\n"
#define LATE GOOD "late:\n  due: 2026-03-01 18:00:00 +01:00\n"

static bool parse(struct rubric *rubric, const char *text, struct error *error)
{
    return rubric_parse(rubric, "r.yaml", text, strlen(text), error);
}

static const struct {
    const char *text;
    const char *message;
} mistakes[] = {
    {GOOD "late:\n  grace: 5 min\n", "r.yaml:8:3: key 'due' is missing in late"},
    {GOOD "late:\n  due: tomorrow\n",
     "r.yaml:8:8: 'due' needs a time with its zone, such as 2026-03-01 18:00:00 +01:00, found "
     "'tomorrow'"},
    {GOOD "late:\n  due: 2026-03-01 18:00\n", "r.yaml:8:8: 'due' needs a time with its zone"},
    {GOOD "late:\n  due: 2026-02-30 18:00:00Z\n", "r.yaml:8:8: 'due' needs a time with its zone"},
    {LATE "  grace: 15\n", "r.yaml:9:10: 'grace' needs a time with its unit"},
    {LATE "  grace: 8 days\n", "r.yaml:9:10: 'grace' is 8 days, allowed are 0 ms to 7 days"},
    {LATE "  per_day: -1\n", "r.yaml:9:12: 'per_day' is -1, allowed are 0 to 100"},
    {LATE "  per_day: 10 %\n", "r.yaml:9:12: 'per_day' needs a number, found '10 %'"},
    {LATE "  per_day: 10\n  cap: 5\n", "r.yaml:10:8: 'cap' (5) is below 'per_day' (10)"},
    {LATE "  cap: 101\n", "r.yaml:9:8: 'cap' is 101, allowed are 0 to 100"},
    {LATE "  refuse_after: -1\n", "r.yaml:9:17: 'refuse_after' is -1, allowed are 0 to 3660"},
    {LATE "  refuse_after: 1\n  grace: 2 days\n",
     "r.yaml:10:10: 'grace' is longer than 'refuse_after'"},
    {LATE "  extensions: [a]\n", "r.yaml:9:15: 'extensions' needs a text, found a list"},
    {LATE "  deadline: x\n", "r.yaml:9:3: unknown key 'deadline' in late (one of due, grace, "
                             "per_day, cap, refuse_after, extensions)"},
};

START_TEST(mistakes_are_named_with_their_place)
{
    struct rubric rubric;
    struct error error = {""};
    ck_assert_msg(!parse(&rubric, mistakes[_i].text, &error), "%s", mistakes[_i].text);
    ck_assert_msg(strncmp(error.text, mistakes[_i].message, strlen(mistakes[_i].message)) == 0,
                  "%s", error.text);
}
END_TEST

START_TEST(a_rubric_without_it_has_no_policy)
{
    struct rubric rubric;
    struct error error;
    ck_assert_msg(parse(&rubric, GOOD, &error), "%s", error.text);
    ck_assert(!rubric.late.is_set);
    rubric_free(&rubric);
}
END_TEST

START_TEST(a_deadline_alone_costs_nothing)
{
    struct rubric rubric;
    struct error error;
    ck_assert_msg(parse(&rubric, LATE, &error), "%s", error.text);
    ck_assert(rubric.late.is_set);
    ck_assert_int_eq(rubric.late.due_at, 1772384400);
    ck_assert_double_eq(rubric.late.grace_seconds, 0);
    ck_assert_double_eq(rubric.late.per_day, 0);
    ck_assert_double_eq(rubric.late.cap, 100);
    ck_assert(isinf(rubric.late.refuse_after));
    ck_assert_ptr_null(rubric.late.extensions);
    rubric_free(&rubric);
}
END_TEST

START_TEST(values_are_stored)
{
    struct rubric rubric;
    struct error error;
    bool ok = parse(&rubric,
                    LATE "  grace: 2 h\n  per_day: 12.5\n  cap: 50\n  refuse_after: 0\n"
                         "  extensions: lists/ext.csv\n",
                    &error);
    ck_assert_msg(ok, "%s", error.text);
    ck_assert_double_eq(rubric.late.grace_seconds, 7200);
    ck_assert_double_eq(rubric.late.per_day, 12.5);
    ck_assert_double_eq(rubric.late.cap, 50);
    ck_assert_double_eq(rubric.late.refuse_after, 0);
    ck_assert_str_eq(rubric.late.extensions, "lists/ext.csv");
    rubric_free(&rubric);
}
END_TEST

Suite *rubric_late_suite(void)
{
    Suite *suite = suite_create("rubric_late");
    TCase *tests = tcase_create("rubric_late");
    tcase_add_loop_test(tests, mistakes_are_named_with_their_place, 0,
                        (int)(sizeof mistakes / sizeof *mistakes));
    tcase_add_test(tests, a_rubric_without_it_has_no_policy);
    tcase_add_test(tests, a_deadline_alone_costs_nothing);
    tcase_add_test(tests, values_are_stored);
    suite_add_tcase(suite, tests);
    return suite;
}
