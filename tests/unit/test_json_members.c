// SPDX-License-Identifier: MIT
// A result tree written as JSON and read back, member by member: none may be lost. Texts come back
// as printable() shows them, numbers to 15 digits.
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/base/printable.h"
#include "reports/formats.h"
#include "reports/json_read.h"
#include "tests/unit/access_files.h"
#include "tests/unit/random_result.h"
#include "tests/unit/suites.h"

#define N_TREES 200

#define SAME_COUNT(member) ck_assert_msg(was->member == is->member, "%s is another", #member)
#define SAME_TEXT(member) compare_texts(was->member, is->member, #member)
#define SAME_NUMBER(member) compare_numbers(was->member, is->member, #member)
/// The elements of a list with its count.
#define SAME_LIST(list, count, compare)                                                            \
    do {                                                                                           \
        SAME_COUNT(count);                                                                         \
        for (size_t i = 0; i < (size_t)was->count; i++) {                                          \
            compare(&was->list[i], &is->list[i]);                                                  \
        }                                                                                          \
    } while (0)

static void compare_texts(const char *was, const char *is, const char *member)
{
    char *shown = was == NULL ? NULL : printable(was, strlen(was));
    ck_assert_msg((shown == NULL) == (is == NULL), "%s is there or is not", member);
    ck_assert_msg(shown == NULL || strcmp(shown, is) == 0, "%s: '%s', not '%s'", member, is, shown);
    free(shown);
}

static void compare_numbers(double was, double is, const char *member)
{
    bool same = isnan(was) ? isnan(is) : was == is || fabs(was - is) <= 1e-14 * fabs(was);
    ck_assert_msg(same, "%s: %.17g, not %.17g", member, is, was);
}

static void compare_places(const struct code_place *was, const struct code_place *is)
{
    SAME_TEXT(file);
    SAME_COUNT(line);
    SAME_TEXT(function);
    SAME_TEXT(text);
}

static void compare_verdicts(const struct verdict *was, const struct verdict *is)
{
    ck_assert_int_eq(was == NULL, is == NULL);
    if (was == NULL) {
        return;
    }
    SAME_TEXT(code);
    SAME_COUNT(op);
    SAME_COUNT(line);
    SAME_TEXT(op_text);
    SAME_TEXT(message);
    SAME_TEXT(details);
    SAME_TEXT(source);
    SAME_TEXT(hint);
    SAME_TEXT(reproduce);
    SAME_LIST(places, n_places, compare_places);
}

static void compare_metrics(const struct metric *was, const struct metric *is)
{
    SAME_TEXT(name);
    SAME_TEXT(unit);
    SAME_NUMBER(value);
    SAME_NUMBER(reference);
}

static void compare_samples(const struct heap_sample *was, const struct heap_sample *is)
{
    SAME_COUNT(op);
    SAME_COUNT(payload_bytes);
    SAME_COUNT(heap_bytes);
    SAME_COUNT(internal_bytes);
    SAME_COUNT(external_bytes);
}

static void compare_cases(const struct case_result *was, const struct case_result *is)
{
    SAME_TEXT(trace);
    SAME_TEXT(machine);
    SAME_TEXT(trace_hash);
    SAME_COUNT(hidden);
    SAME_COUNT(seed);
    SAME_NUMBER(weight);
    SAME_COUNT(counts_utilization);
    SAME_COUNT(counts_speed);
    SAME_COUNT(hidden);
    SAME_COUNT(seed);
    SAME_COUNT(status);
    compare_verdicts(was->verdict, is->verdict);
    SAME_LIST(warnings, n_warnings, compare_verdicts);
    SAME_LIST(metrics, n_metrics, compare_metrics);
    SAME_LIST(samples, n_samples, compare_samples);
    SAME_TEXT(output);
    SAME_NUMBER(score);
    SAME_NUMBER(max_score);
}

static void compare_criteria(const struct criterion_result *was, const struct criterion_result *is)
{
    SAME_TEXT(name);
    SAME_NUMBER(score);
    SAME_NUMBER(max_score);
    SAME_NUMBER(value);
    SAME_NUMBER(none);
    SAME_NUMBER(full);
}

static void compare_builds(const struct build_result *was, const struct build_result *is)
{
    SAME_COUNT(ok);
    SAME_TEXT(compiler);
    SAME_TEXT(command);
    SAME_TEXT(files);
    SAME_TEXT(output);
    SAME_TEXT(note);
    SAME_TEXT(isolation);
    SAME_TEXT(sources_hash);
    compare_verdicts(was->uncounted, is->uncounted);
    compare_verdicts(was->verdict, is->verdict);
}

static void compare_results(const struct result *was, const struct result *is)
{
    SAME_TEXT(lab);
    SAME_TEXT(submission);
    SAME_TEXT(rubric);
    SAME_TEXT(op_noun);
    compare_builds(&was->build, &is->build);
    SAME_LIST(cases, n_cases, compare_cases);
    SAME_LIST(metrics, n_metrics, compare_metrics);
    SAME_LIST(criteria, n_criteria, compare_criteria);
    SAME_NUMBER(score);
    SAME_NUMBER(max_score);
}

START_TEST(no_member_is_lost)
{
    uint64_t seed = access_files_seed("no_member_is_lost");
    for (uint64_t i = 0; i < N_TREES; i++) {
        struct result was = random_result(seed + i);
        struct result is;
        struct error error = {""};
        char *text = NULL;
        size_t n_bytes = 0;
        FILE *stream = xopen_memstream(&text, &n_bytes);
        json_write(&was, stream, &(struct format_options){0});
        fclose(stream);
        ck_assert_msg(json_read_result(text, n_bytes, &is, &error), "%s", error.text);
        compare_results(&was, &is);
        free(text);
        result_free(&was);
        result_free(&is);
    }
}
END_TEST

Suite *json_members_suite(void)
{
    Suite *suite = suite_create("json_members");
    TCase *tests = tcase_create("json_members");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, no_member_is_lost);
    suite_add_tcase(suite, tests);
    return suite;
}
