// SPDX-License-Identifier: MIT
// Result trees written and read back: what comes back is written alike and looks alike; what is no
// result is refused with its place.
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "reports/formats.h"
#include "reports/json_read.h"
#include "tests/unit/access_files.h"
#include "tests/unit/random_result.h"
#include "tests/unit/result_samples.h"
#include "tests/unit/suites.h"

#define N_TREES 300

/// The caller frees it.
static char *write_text(const char *format, const struct result *result)
{
    char *text = NULL;
    size_t n_bytes = 0;
    FILE *stream = open_memstream(&text, &n_bytes);
    format_print(format_find(format), result, stream, &(struct format_options){.width = 80});
    fclose(stream);
    return text;
}

static struct result read_back(const char *text)
{
    struct result result;
    struct error error;
    ck_assert_msg(json_read_result(text, strlen(text), &result, &error), "%s\n%s", error.text,
                  text);
    return result;
}

/// Takes the tree.
static void expect_same(struct result result, const char *format)
{
    char *json = write_text("json", &result);
    struct result back = read_back(json);
    char *json_again = write_text("json", &back);
    ck_assert_str_eq(json, json_again);
    if (format != NULL) {
        char *text = write_text(format, &result);
        char *text_again = write_text(format, &back);
        ck_assert_str_eq(text, text_again);
        free(text);
        free(text_again);
    }
    result_free(&back);
    free(json_again);
    free(json);
    result_free(&result);
}

START_TEST(samples_come_back)
{
    for (const struct format *format = formats; format->name != NULL; format++) {
        expect_same(sample_passing(), format->name);
        expect_same(sample_failing(), format->name);
        expect_same(sample_unbuilt(), format->name);
        expect_same(sample_empty(), format->name);
    }
}
END_TEST

START_TEST(random_trees_come_back)
{
    uint64_t seed = access_files_seed("random_trees_come_back");
    for (uint64_t i = 0; i < N_TREES; i++) {
        expect_same(random_result(seed + i), NULL);
    }
}
END_TEST

START_TEST(every_member_comes_back)
{
    struct result result = sample_failing();
    result.cases[0].verdict->source = xstrdup("mm.c:12");
    result.cases[0].verdict->places = xcalloc(1, sizeof *result.cases[0].verdict->places);
    result.cases[0].verdict->n_places = 1;
    result.cases[0].verdict->places[0] = (struct code_place){
        .file = xstrdup("mm.c"), .line = 12, .function = xstrdup("place"), .text = xstrdup("x")};
    char *json = write_text("json", &result);
    struct result back = read_back(json);
    const struct case_result *one = &back.cases[0];
    ck_assert_uint_eq(back.n_cases, result.n_cases);
    ck_assert_str_eq(one->trace, "cc1.rep");
    ck_assert_int_eq(one->status, STATUS_FAILED);
    ck_assert_int_eq(back.cases[4].status, STATUS_SKIPPED);
    ck_assert_str_eq(one->verdict->code, "PAYLOAD_CHANGED");
    ck_assert_uint_eq(one->verdict->op, 204);
    ck_assert_str_eq(one->verdict->places[0].function, "place");
    ck_assert_str_eq(back.cases[1].warnings[1].code, "PAST_BREAK");
    ck_assert_str_eq(back.cases[1].metrics[0].name, METRIC_UTILIZATION);
    ck_assert_double_eq(back.cases[1].metrics[0].reference, 0.91);
    ck_assert(isnan(back.cases[1].metrics[1].reference));
    ck_assert(one->counts_speed && one->counts_utilization);
    ck_assert_double_eq_tol(back.score, result.score, 1e-12);
    free(json);
    result_free(&back);
    result_free(&result);
}
END_TEST

/// The JSON of a failing sample with one part of it changed.
static char *changed(const char *from, const char *to)
{
    struct result result = sample_failing();
    char *json = write_text("json", &result);
    char *at = strstr(json, from);
    ck_assert_msg(at != NULL, "'%s' is not in\n%s", from, json);
    char *text = xasprintf("%.*s%s%s", (int)(at - json), json, to, at + strlen(from));
    free(json);
    result_free(&result);
    return text;
}

static const struct {
    const char *from;
    const char *to;
    const char *refusal;
} refused[] = {
    {"\"schema\": 1,", "\"schema\": 2,", "result: the whole is no result of schema 1"},
    {"\"schema\": 1,", "", "result: the whole is no result of schema 1"},
    {"\"lab\": \"malloc\",", "", "result: lab is missing"},
    {"\"lab\": \"malloc\"", "\"lab\": null", "result: lab must be a text"},
    {"\"status\": \"failed\"", "\"status\": \"perfect\"",
     "result: cases[0].status must be 'passed', 'failed' or 'skipped'"},
    {"\"op\": 204", "\"op\": -1", "result: cases[0].verdict.op must be a whole number from 0 on"},
    {"\"op\": 204", "\"op\": 1.5", "result: cases[0].verdict.op must be a whole number from 0 on"},
    {"\"code\": \"PAYLOAD_CHANGED\"", "\"code\": null",
     "result: cases[0].verdict.code must be a text"},
    {"\"code\": \"PAST_BREAK\"", "\"code\": 7", "result: cases[1].warnings[1].code must be a text"},
    {"\"value\": 0.548", "\"value\": \"1e9\"",
     "result: cases[1].metrics.utilization.value must be a number or null"},
    {"\"op\": [],", "\"op\": [1],",
     "result: cases[0].samples.payload_bytes must be an array as "
     "long as the other columns"},
    {"\"op\": [],", "\"op\": {},", "result: cases[0].samples.op must be an array"},
    {"\"ok\": true", "\"ok\": 1", "result: build.ok must be true or false"},
    {"\"cases\": [", "\"cases\": 1, \"x\": [", "result: cases must be an array"},
    {"\"cases\": [", "\"cases\": [1, ", "result: cases[0] must be an object"},
    {"\"build\": {", "\"build\": 1, \"x\": {", "result: build must be an object"},
    {"\"schema\": 1,", "\"schema\": 1, \"lab\": \"a\",", "result:4:"},
    {"\"schema\": 1,", "\"schema\" 1,", "result:2:"},
};

START_TEST(refusals_name_the_place)
{
    struct result result;
    struct error error;
    char *json = changed(refused[_i].from, refused[_i].to);
    ck_assert_msg(!json_read_result(json, strlen(json), &result, &error), "%s was taken",
                  refused[_i].to);
    ck_assert_msg(strncmp(error.text, refused[_i].refusal, strlen(refused[_i].refusal)) == 0,
                  "'%s' instead of '%s'", error.text, refused[_i].refusal);
    free(json);
}
END_TEST

START_TEST(what_is_no_object_is_refused)
{
    static const char *const texts[] = {"", "[]", "7", "{", "null", "{}", "\xff"};
    struct result result;
    struct error error;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        ck_assert(!json_read_result(texts[i], strlen(texts[i]), &result, &error));
    }
    ck_assert(!json_read_file("/nonexistent", &result, &error));
    ck_assert_str_eq(error.text, "/nonexistent: cannot be read: No such file or directory");
    ck_assert(!json_read_file("/", &result, &error));
}
END_TEST

/// Cut off anywhere, it is refused and nothing leaks.
START_TEST(truncated_results_are_refused)
{
    struct result sample = sample_failing();
    char *json = write_text("json", &sample);
    size_t n_bytes = strlen(json) - 2; // the last brace and line feed
    struct result result;
    struct error error;
    for (size_t n = 0; n <= n_bytes; n += 13) {
        ck_assert(!json_read_result(json, n, &result, &error));
    }
    free(json);
    result_free(&sample);
}
END_TEST

START_TEST(unknown_and_absent_names_are_borne)
{
    char *json = changed("\"schema\": 1,", "\"schema\": 1, \"later\": [{}],");
    struct result result = read_back(json);
    ck_assert_ptr_null(result.op_noun);
    result_free(&result);
    free(json);
    json = changed("\"machine\": null,", "");
    result = read_back(json);
    ck_assert_ptr_null(result.cases[0].machine);
    result_free(&result);
    free(json);
    json = changed("\"lab\": \"malloc\"", "\"lab\": \"cache\"");
    result = read_back(json);
    ck_assert_str_eq(result.op_noun, "access");
    result_free(&result);
    free(json);
}
END_TEST

Suite *json_read_suite(void)
{
    Suite *suite = suite_create("json_read");
    TCase *tests = tcase_create("json_read");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, samples_come_back);
    tcase_add_test(tests, random_trees_come_back);
    tcase_add_test(tests, every_member_comes_back);
    tcase_add_loop_test(tests, refusals_name_the_place, 0, sizeof refused / sizeof *refused);
    tcase_add_test(tests, what_is_no_object_is_refused);
    tcase_add_test(tests, truncated_results_are_refused);
    tcase_add_test(tests, unknown_and_absent_names_are_borne);
    suite_add_tcase(suite, tests);
    return suite;
}
