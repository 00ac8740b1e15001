// SPDX-License-Identifier: MIT
// What students may see of hidden cases: no format tells more than the outcome and the points,
// whatever the cases hold.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/trace/random.h"
#include "reports/formats.h"
#include "reports/redact.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/random_result.h"
#include "tests/unit/result_samples.h"
#include "tests/unit/suites.h"

// Each text and each number of a hidden case has these letters or digits in it.
#define SECRET_TEXT "SECRET"
#define SECRET_DIGITS "7777"

static char *decode_base64(const char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *decoded = xcalloc(strlen(text) + 1, 1);
    size_t n = 0;
    unsigned bits = 0;
    for (size_t i = 0; text[i] != '\0' && strchr(digits, text[i]) != NULL; i++) {
        bits = bits << 6 | (unsigned)(strchr(digits, text[i]) - digits);
        if (i % 4 != 0) {
            decoded[n++] = (char)(bits >> (6 - 2 * (i % 4)));
        }
    }
    return decoded;
}

/// As students get it, or as it is; base64 decoded. The caller frees it.
static char *show(const struct format *format, const struct result *result, bool for_student)
{
    char *text = NULL;
    size_t n_bytes;
    FILE *stream = xopen_memstream(&text, &n_bytes);
    struct format_options options = {.width = 200, .for_student = for_student};
    format_print(format, result, stream, &options);
    fclose(stream);
    if (strcmp(format->name, "github") == 0) {
        char *decoded = decode_base64(text);
        free(text);
        text = decoded;
    }
    return text;
}

static struct verdict secret_verdict(void)
{
    struct verdict verdict = {.code = "SECRET_CODE",
                              .op = 77771,
                              .line = 77772,
                              .op_text = xstrdup("SECRET op"),
                              .message = xstrdup("SECRET message"),
                              .details = xstrdup("SECRET details"),
                              .source = xstrdup("SECRET source"),
                              .hint = xstrdup("SECRET hint"),
                              .reproduce = xstrdup("SECRET reproduce"),
                              .n_places = 1};
    verdict.places = xcalloc(1, sizeof *verdict.places);
    verdict.places[0] = (struct code_place){.file = xstrdup("SECRET file"),
                                            .line = 77773,
                                            .function = xstrdup("SECRET function"),
                                            .text = xstrdup("SECRET line")};
    return verdict;
}

static void add_secret(struct result *result, const char *trace, enum status status)
{
    struct case_result *one = sample_add_case(result, trace, status);
    *one = (struct case_result){.trace = one->trace,
                                .machine = xstrdup("SECRET machine"),
                                .trace_hash = xstrdup("SECRET hash"),
                                .weight = 1,
                                .hidden = true,
                                .seed = 77774,
                                .counts_utilization = true,
                                .counts_speed = true,
                                .status = status,
                                .verdict = xcalloc(1, sizeof *one->verdict),
                                .warnings = xcalloc(1, sizeof *one->warnings),
                                .n_warnings = 1,
                                .samples = xcalloc(1, sizeof *one->samples),
                                .n_samples = 1,
                                .output = xstrdup("SECRET output"),
                                .score = status == STATUS_PASSED ? 3.25 : 0,
                                .max_score = 5.5};
    *one->verdict = secret_verdict();
    one->verdict->op +=
        status == STATUS_PASSED ? 77770000 : 0; // the first at fault is told in full
    one->warnings[0] = secret_verdict();
    one->samples[0] = (struct heap_sample){77775, 77776, 77777, 77778, 77779};
    static const char *const names[] = {
        METRIC_UTILIZATION, METRIC_INTERNAL_FRAG, METRIC_EXTERNAL_FRAG, METRIC_OPS,
        METRIC_HEAP,        METRIC_THROUGHPUT,    METRIC_CYCLES,        "SECRET metric"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        metric_add(&one->metrics, &one->n_metrics, names[i], "SECRET unit", 0.7777, 0.17777);
    }
}

/// A visible case that passed, one that failed, and hidden ones of every outcome.
static struct result secretive(void)
{
    struct result result = sample_empty();
    struct case_result *one = sample_add_case(&result, "open.rep", STATUS_PASSED);
    metric_add(&one->metrics, &one->n_metrics, METRIC_UTILIZATION, "ratio", 0.5, NAN);
    one = sample_add_case(&result, "failing.rep", STATUS_FAILED);
    one->verdict = verdict_new("OVERLAP", 3, 4);
    one->verdict->message = xstrdup("Blocks overlap.");
    one->verdict->reproduce = xstrdup("mmgrade grade --rubric /SECRET/r.yaml mm.c");
    add_secret(&result, "SECRET-1.rep", STATUS_PASSED);
    add_secret(&result, "SECRET-2.rep", STATUS_FAILED);
    add_secret(&result, "SECRET-3.rep", STATUS_SKIPPED);
    metric_add(&result.metrics, &result.n_metrics, METRIC_UTILIZATION, "ratio", 0.67777, NAN);
    metric_add(&result.metrics, &result.n_metrics, METRIC_SPEED_RATIO, "ratio", 1.7777, NAN);
    free(result.rubric);
    result.rubric = xstrdup("/SECRET/exam.yaml");
    result.n_criteria = 2;
    result.criteria = xcalloc(2, sizeof *result.criteria);
    for (size_t i = 0; i < 2; i++) {
        result.criteria[i] = (struct criterion_result){.name = xstrdup(sample_criteria[i].name),
                                                       .score = 4,
                                                       .max_score = 8,
                                                       .value = 0.7777,
                                                       .none = i == 0 ? NAN : 0.25,
                                                       .full = 1};
    }
    return result;
}

START_TEST(no_member_of_a_hidden_case_is_told)
{
    struct result result = secretive();
    for (const struct format *format = formats; format->name != NULL; format++) {
        char *text = show(format, &result, true);
        ck_assert_msg(strstr(text, SECRET_TEXT) == NULL, "%s tells: %s", format->name, text);
        ck_assert_msg(strstr(text, SECRET_DIGITS) == NULL, "%s tells: %s", format->name, text);
        ck_assert_msg(strstr(text, "hidden test 3") != NULL, "%s: %s", format->name, text);
        ck_assert_msg(strstr(text, "hidden test 5") != NULL, "%s: %s", format->name, text);
        ck_assert_msg(strstr(text, "failing.rep") != NULL, "%s: %s", format->name, text);
        ck_assert_msg(strstr(text, "OVERLAP") != NULL, "%s: %s", format->name, text);
        free(text);
    }
    result_free(&result);
}
END_TEST

START_TEST(formats_for_students_need_not_be_told)
{
    struct result result = secretive();
    for (const struct format *format = formats; format->name != NULL; format++) {
        char *asked = show(format, &result, true);
        char *text = show(format, &result, false);
        if (format->is_for_students) {
            ck_assert_str_eq(text, asked);
        } else {
            ck_assert_ptr_nonnull(strstr(text, "SECRET-2.rep"));
            ck_assert_ptr_nonnull(strstr(text, "SECRET_CODE"));
            ck_assert_ptr_nonnull(strstr(text, "SECRET reproduce"));
        }
        free(asked);
        free(text);
    }
    result_free(&result);
}
END_TEST

// What is stored for instructors loses nothing: all that the other tests look for is in it.
START_TEST(the_stored_result_keeps_all)
{
    struct result result = secretive();
    char *text = show(format_find("json"), &result, false);
    static const char *const kept[] = {"SECRET-1.rep",
                                       "SECRET machine",
                                       "SECRET hash",
                                       "SECRET op",
                                       "SECRET message",
                                       "SECRET details",
                                       "SECRET source",
                                       "SECRET hint",
                                       "SECRET reproduce",
                                       "SECRET file",
                                       "SECRET function",
                                       "SECRET line",
                                       "SECRET unit",
                                       "SECRET output",
                                       "SECRET metric",
                                       "\"hidden\": true",
                                       "\"seed\": 77774",
                                       "77771",
                                       "77772",
                                       "77773",
                                       "77775",
                                       "77776",
                                       "77777",
                                       "77778",
                                       "77779"};
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++) {
        ck_assert_msg(strstr(text, kept[i]) != NULL, "%s is lost", kept[i]);
    }
    free(text);
    result_free(&result);
}
END_TEST

START_TEST(points_of_hidden_cases_are_told)
{
    struct result result = secretive();
    char *text = show(format_find("gradescope"), &result, false);
    ck_assert_ptr_nonnull(strstr(text, "\"score\": 3.25"));
    ck_assert_ptr_nonnull(strstr(text, "\"max_score\": 5.5"));
    free(text);
    text = show(format_find("feedback"), &result, false);
    ck_assert_ptr_nonnull(strstr(text, "3.2/5.5"));
    free(text);
    result_free(&result);
}
END_TEST

START_TEST(without_hidden_cases_nothing_changes)
{
    struct result result = sample_failing();
    for (const struct format *format = formats; format->name != NULL; format++) {
        char *plain = show(format, &result, false);
        char *asked = show(format, &result, true);
        ck_assert_str_eq(plain, asked);
        free(plain);
        free(asked);
    }
    result_free(&result);
}
END_TEST

START_TEST(in_place_is_the_same)
{
    struct result result = secretive();
    struct result redacted = secretive();
    redact_result(&redacted);
    for (const struct format *format = formats; format->name != NULL; format++) {
        char *view = show(format, &result, true);
        char *text = show(format, &redacted, false);
        ck_assert_str_eq(text, view);
        free(view);
        free(text);
    }
    result_free(&result);
    result_free(&redacted);
}
END_TEST

START_TEST(patterns_hide)
{
    struct result result = sample_failing();
    char first[] = "cc1*";
    char second[] = "short[12].rep";
    char *patterns[] = {first, second};
    redact_hide(&result, patterns, 2);
    const bool hidden[] = {true, false, true, true, false};
    for (size_t i = 0; i < 5; i++) {
        ck_assert_int_eq(result.cases[i].hidden, hidden[i]);
    }
    struct result view = redact_view(&result);
    ck_assert_str_eq(view.cases[0].trace, "hidden test 1");
    ck_assert_str_eq(view.cases[1].trace, "binary.rep");
    ck_assert_str_eq(result.cases[0].trace, "cc1.rep");
    struct result twice = redact_view(&view);
    ck_assert_str_eq(twice.cases[3].trace, "hidden test 4");
    redact_view_free(&twice);
    redact_view_free(&view);
    result_free(&result);
}
END_TEST

/// Gives the hidden cases of `result` all that `other` has but what students may see.
static void exchange_secrets(struct result *result, struct result *other)
{
    for (size_t i = 0; i < result->n_cases; i++) {
        struct case_result *one = &result->cases[i];
        if (one->hidden && i < other->n_cases) {
            struct case_result old = *one;
            *one = other->cases[i];
            other->cases[i] = old;
            one->hidden = true;
            one->status = old.status;
            one->weight = old.weight;
            one->counts_utilization = old.counts_utilization;
            one->counts_speed = old.counts_speed;
            one->score = old.score;
            one->max_score = old.max_score;
        }
    }
    for (size_t i = 0; i < result->n_criteria; i++) {
        result->criteria[i].value += 1;
    }
}

static bool hides_any(const struct result *result)
{
    bool any = false;
    for (size_t i = 0; i < result->n_cases; i++) {
        any = any || result->cases[i].hidden;
    }
    return any;
}

// Two results that differ in what is hidden alone look the same to students, byte by byte.
START_TEST(what_is_hidden_makes_no_difference)
{
    uint64_t first = test_seed(1);
    size_t n_compared = 0;
    for (uint64_t seed = first; seed < first + 200; seed++) {
        struct result one = random_result(seed);
        struct result two = random_result(seed);
        struct result donor = random_result(seed + 100000);
        one.score = two.score = 1; // never NAN, and Gradescope takes none
        if (hides_any(&one)) {
            exchange_secrets(&two, &donor);
            n_compared++;
        }
        for (const struct format *format = formats; format->name != NULL; format++) {
            char *left = show(format, &one, true);
            char *right = show(format, &two, true);
            ck_assert_msg(strcmp(left, right) == 0, "seed %llu: %s tells a difference:\n%s\n%s",
                          (unsigned long long)seed, format->name, left, right);
            free(left);
            free(right);
        }
        result_free(&one);
        result_free(&two);
        result_free(&donor);
    }
    ck_assert_uint_gt(n_compared, 20);
}
END_TEST

Suite *redact_suite(void)
{
    Suite *suite = suite_create("redact");
    TCase *tests = tcase_create("redact");
    tcase_set_timeout(tests, 60);
    tcase_add_test(tests, no_member_of_a_hidden_case_is_told);
    tcase_add_test(tests, formats_for_students_need_not_be_told);
    tcase_add_test(tests, the_stored_result_keeps_all);
    tcase_add_test(tests, points_of_hidden_cases_are_told);
    tcase_add_test(tests, without_hidden_cases_nothing_changes);
    tcase_add_test(tests, in_place_is_the_same);
    tcase_add_test(tests, patterns_hide);
    tcase_add_test(tests, what_is_hidden_makes_no_difference);
    suite_add_tcase(suite, tests);
    return suite;
}
