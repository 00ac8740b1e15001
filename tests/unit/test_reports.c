// SPDX-License-Identifier: MIT
// Reports of hand-built result trees: against golden files, parsed back, and with hostile strings.
// GOLDEN_UPDATE=1 in the environment rewrites tests/golden/; review the difference.
#include <dirent.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "grading/score.h"
#include "harness/base/memory.h"
#include "harness/base/paths.h"
#include "reports/formats.h"
#include "tests/unit/result_samples.h"
#include "tests/unit/suites.h"

static char *write_text(const char *format, const struct result *result,
                        struct format_options options)
{
    char *text = NULL;
    size_t text_bytes = 0;
    FILE *stream = open_memstream(&text, &text_bytes);
    format_print(format_find(format), result, stream, &options);
    fclose(stream);
    return text;
}

/// Compares with tests/golden/NAME; frees `text`.
static void expect_golden(const char *name, char *text)
{
    char *relative = xasprintf("tests/golden/%s", name);
    char *path = paths_in_root(relative);
    const char *update = getenv("GOLDEN_UPDATE");
    if (update != NULL && strcmp(update, "1") == 0) {
        FILE *file = fopen(path, "w");
        ck_assert_ptr_nonnull(file);
        fputs(text, file);
        fclose(file);
    }
    char *expected = xcalloc(1 << 16, 1);
    FILE *file = fopen(path, "r");
    ck_assert_msg(file != NULL, "%s is missing; GOLDEN_UPDATE=1 writes it", relative);
    ck_assert_uint_lt(fread(expected, 1, 1 << 16, file), 1 << 16);
    fclose(file);
    ck_assert_msg(strcmp(text, expected) == 0, "%s differs; the report is now:\n%s", relative,
                  text);
    free(expected);
    free(path);
    free(relative);
    free(text);
}

static void expect_report(const char *name, struct result result, size_t width)
{
    struct format_options options = {.width = width};
    expect_golden(name, write_text("terminal", &result, options));
    result_free(&result);
}

START_TEST(terminal_passing)
{
    expect_report("terminal_passing.txt", sample_passing(), 100);
    expect_report("terminal_passing_80.txt", sample_passing(), 80);
    expect_report("terminal_passing_40.txt", sample_passing(), 40);
}
END_TEST

START_TEST(terminal_failing)
{
    expect_report("terminal_failing.txt", sample_failing(), 100);
    expect_report("terminal_failing_80.txt", sample_failing(), 80);
}
END_TEST

START_TEST(colors_are_all_that_colors_add)
{
    struct result result = sample_failing();
    char *plain = write_text("terminal", &result, (struct format_options){.width = 80});
    char *colored =
        write_text("terminal", &result, (struct format_options){.width = 80, .colors = true});
    ck_assert_ptr_null(strchr(plain, '\033'));
    ck_assert_ptr_nonnull(strstr(colored, "\033[1;31mcc1.rep  X  PAYLOAD_CHANGED"));
    char *end = colored;
    for (const char *at = colored; *at != '\0'; at++) { // takes the sequences out
        if (*at == '\033') {
            at += strcspn(at, "m");
        } else {
            *end++ = *at;
        }
    }
    *end = '\0';
    ck_assert_str_eq(colored, plain);
    free(plain);
    free(colored);
    result_free(&result);
}
END_TEST

START_TEST(terminal_unbuilt)
{
    expect_report("terminal_unbuilt.txt", sample_unbuilt(), 80);
}
END_TEST

START_TEST(terminal_says_when_nothing_was_timed)
{
    struct result result = sample_passing();
    struct rubric rubric = {.criteria = sample_criteria, .n_criteria = 3};
    score_result(&rubric, &result);
    expect_report("terminal_untimed.txt", result, 80);
}
END_TEST

START_TEST(full_marks_need_no_advice)
{
    struct result result = sample_empty();
    struct case_result *one = sample_add_case(&result, "a.rep", STATUS_PASSED);
    sample_add_metrics(&one->metrics, &one->n_metrics, 0.95, 0.02, 0.03, 10, 1);
    sample_score(&result);
    char *text = write_text("terminal", &result, (struct format_options){.width = 80});
    ck_assert_ptr_nonnull(strstr(text, "100.0 / 100"));
    ck_assert_ptr_null(strstr(text, "What would help most"));
    free(text);
    result_free(&result);
}
END_TEST

#define EVIL                                                                                       \
    "\033[2J\033]0;title\007\x9b"                                                                  \
    "31m\xc2\x9b"                                                                                  \
    "5m\r\b\xff\xe2\x80\xae"

static void replace(char **text, const char *new_text)
{
    free(*text);
    *text = xstrdup(new_text);
}

/// Every string of the tree holds escape sequences, broken UTF-8 and a line feed.
static struct result make_hostile(void)
{
    const char *evil = EVIL "\ntotal 100.0 / 100";
    struct result result = sample_failing();
    char **const strings[] = {&result.lab,           &result.submission,     &result.rubric,
                              &result.build.command, &result.build.compiler, &result.build.files,
                              &result.build.output,  &result.build.isolation};
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
        replace(strings[i], evil);
    }
    replace(&result.build.command, "gcc -O" EVIL);
    for (size_t i = 0; i < result.n_cases; i++) {
        struct case_result *one = &result.cases[i];
        replace(&one->trace, evil);
        replace(&one->output, evil);
        for (size_t j = 0; j < one->n_warnings; j++) {
            replace(&one->warnings[j].message, evil);
            replace(&one->warnings[j].hint, evil);
            replace(&one->warnings[j].op_text, evil);
        }
    }
    struct verdict *verdict = result.cases[0].verdict;
    replace(&verdict->op_text, evil);
    replace(&verdict->message, evil);
    replace(&verdict->details, evil);
    replace(&verdict->hint, evil);
    replace(&verdict->reproduce, evil);
    return result;
}

static void expect_harmless(const char *text)
{
    for (const char *at = text; *at != '\0'; at++) {
        unsigned char byte = (unsigned char)*at;
        ck_assert_msg(byte == '\n' || (byte >= 0x20 && byte < 0x7f), "byte 0x%02x in:\n%s", byte,
                      text);
    }
    const char *line = strstr(text, "\ntotal ");
    ck_assert_ptr_nonnull(line);
    ck_assert_ptr_null(strstr(line + 1, "\ntotal ")); // the report's own is the only one
}

START_TEST(escape_sequences_are_neutralised)
{
    struct result result = make_hostile();
    char *text = write_text("terminal", &result, (struct format_options){.width = 80});
    expect_harmless(text);
    free(text);
    result.build.ok = false;
    result.build.verdict = verdict_new("BUILD_FAILED", 0, 0);
    replace(&result.build.verdict->message, EVIL);
    text = write_text("terminal", &result, (struct format_options){.width = 80});
    expect_harmless(text);
    free(text);
    result_free(&result);
}
END_TEST

static json_t *parse_json(const struct result *result)
{
    json_error_t error;
    char *text = write_text("json", result, (struct format_options){.width = 0});
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(root != NULL, "line %d: %s", error.line, error.text);
    free(text);
    return root;
}

static const char *string_at(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

START_TEST(json_of_a_passing_run)
{
    struct result result = sample_passing();
    struct heap_sample samples[] = {{.op = 1, .payload_bytes = 8, .heap_bytes = 64},
                                    {.op = 2, .heap_bytes = UINT64_MAX}};
    result.cases[0].samples = samples;
    result.cases[0].n_samples = 2;
    json_t *root = parse_json(&result);
    json_t *one = json_array_get(json_object_get(root, "cases"), 0);
    json_t *metric = json_object_get(json_object_get(one, "metrics"), METRIC_UTILIZATION);
    json_t *sampled = json_object_get(one, "samples");
    ck_assert_int_eq(json_integer_value(json_object_get(root, "schema")), 1);
    ck_assert_str_eq(string_at(root, "lab"), "malloc");
    ck_assert_str_eq(string_at(root, "rubric"), "grading/rubrics/malloc.yaml");
    ck_assert_double_eq(json_real_value(json_object_get(root, "score")), result.score);
    ck_assert_double_eq(json_real_value(json_object_get(root, "max_score")), 100);
    ck_assert_uint_eq(json_array_size(json_object_get(root, "cases")), 3);
    ck_assert_uint_eq(json_array_size(json_object_get(root, "criteria")), 3);
    ck_assert_str_eq(string_at(one, "trace"), "cc1.rep");
    ck_assert_str_eq(string_at(one, "status"), "passed");
    ck_assert(json_is_null(json_object_get(one, "verdict")));
    ck_assert_double_eq(json_real_value(json_object_get(metric, "value")), 0.941);
    ck_assert_double_eq(json_real_value(json_object_get(metric, "reference")), 0.91);
    ck_assert_str_eq(string_at(metric, "unit"), "ratio");
    metric = json_object_get(json_object_get(one, "metrics"), METRIC_OPS);
    ck_assert(json_is_null(json_object_get(metric, "reference")));
    ck_assert_uint_eq(json_array_size(json_object_get(sampled, "op")), 2);
    ck_assert_int_eq(
        json_integer_value(json_array_get(json_object_get(sampled, "payload_bytes"), 0)), 8);
    ck_assert(json_is_true(json_object_get(json_object_get(root, "build"), "ok")));
    json_decref(root);
    result.cases[0].samples = NULL;
    result_free(&result);
}
END_TEST

START_TEST(json_of_a_failing_run)
{
    struct result result = sample_failing();
    json_t *root = parse_json(&result);
    json_t *cases = json_object_get(root, "cases");
    json_t *verdict = json_object_get(json_array_get(cases, 0), "verdict");
    json_t *warnings = json_object_get(json_array_get(cases, 1), "warnings");
    ck_assert_str_eq(string_at(json_array_get(cases, 0), "status"), "failed");
    ck_assert_str_eq(string_at(json_array_get(cases, 4), "status"), "skipped");
    ck_assert_str_eq(string_at(verdict, "code"), "PAYLOAD_CHANGED");
    ck_assert_int_eq(json_integer_value(json_object_get(verdict, "op")), 204);
    ck_assert_int_eq(json_integer_value(json_object_get(verdict, "line")), 208);
    ck_assert_str_eq(string_at(verdict, "op_text"), "f 31");
    ck_assert_str_eq(string_at(verdict, "details"), result.cases[0].verdict->details);
    ck_assert_str_eq(string_at(verdict, "hint"), result.cases[0].verdict->hint);
    ck_assert_str_eq(string_at(verdict, "reproduce"), result.cases[0].verdict->reproduce);
    ck_assert_str_eq(string_at(json_array_get(cases, 0), "output"), result.cases[0].output);
    ck_assert_uint_eq(json_array_size(warnings), 2);
    ck_assert_str_eq(string_at(json_array_get(warnings, 1), "code"), "PAST_BREAK");
    json_decref(root);
    result_free(&result);
}
END_TEST

START_TEST(json_survives_hostile_strings)
{
    struct result result = make_hostile();
    result.score = NAN;
    json_t *root = parse_json(&result);
    ck_assert(json_is_null(json_object_get(root, "score")));
    ck_assert_ptr_null(strpbrk(string_at(root, "submission"), "\033\r\b\177"));
    json_decref(root);
    result_free(&result);
}
END_TEST

static size_t count_files(const char *folder)
{
    size_t n = 0;
    DIR *entries = opendir(folder);
    ck_assert_ptr_nonnull(entries);
    while (readdir(entries) != NULL) {
        n++;
    }
    closedir(entries);
    return n - 2; // . and ..
}

START_TEST(files_are_written_whole_or_not_at_all)
{
    struct result result = sample_passing();
    struct format_options options = {.width = 80};
    struct error error;
    char folder[] = "/tmp/mmgrade_reports_XXXXXX";
    ck_assert_ptr_nonnull(mkdtemp(folder));
    char *path = xasprintf("%s/result.json", folder);
    for (int i = 0; i < 2; i++) { // the second time it replaces
        ck_assert(format_write_file(format_find("json"), &result, path, &options, &error));
        ck_assert_uint_eq(count_files(folder), 1);
    }
    json_t *root = json_load_file(path, 0, NULL);
    ck_assert_ptr_nonnull(root);
    json_decref(root);
    char *missing = xasprintf("%s/no/result.json", folder);
    char *expected = xasprintf("%s: cannot be written: No such file or directory", missing);
    ck_assert(!format_write_file(format_find("json"), &result, missing, &options, &error));
    ck_assert_str_eq(error.text, expected);
    ck_assert(!format_write_file(format_find("json"), &result, "/dev/full", &options, &error));
    ck_assert_str_eq(error.text, "/dev/full: cannot be written: No space left on device");
    ck_assert(format_write_file(format_find("json"), &result, "/dev/null", &options, &error));
    unlink(path);
    rmdir(folder);
    free(expected);
    free(missing);
    free(path);
    result_free(&result);
}
END_TEST

START_TEST(formats_are_found_by_name)
{
    ck_assert_ptr_nonnull(format_find("terminal"));
    ck_assert_ptr_null(format_find("xml"));
    FILE *stream = tmpfile();
    struct format_options options = format_options_for(stream);
    fclose(stream);
    ck_assert(!options.colors);
    ck_assert_uint_eq(options.width, 100);
}
END_TEST

Suite *reports_suite(void)
{
    Suite *suite = suite_create("reports");
    TCase *tests = tcase_create("reports");
    tcase_add_test(tests, terminal_passing);
    tcase_add_test(tests, terminal_failing);
    tcase_add_test(tests, colors_are_all_that_colors_add);
    tcase_add_test(tests, terminal_unbuilt);
    tcase_add_test(tests, terminal_says_when_nothing_was_timed);
    tcase_add_test(tests, full_marks_need_no_advice);
    tcase_add_test(tests, escape_sequences_are_neutralised);
    tcase_add_test(tests, json_of_a_passing_run);
    tcase_add_test(tests, json_of_a_failing_run);
    tcase_add_test(tests, json_survives_hostile_strings);
    tcase_add_test(tests, files_are_written_whole_or_not_at_all);
    tcase_add_test(tests, formats_are_found_by_name);
    suite_add_tcase(suite, tests);
    return suite;
}
