// SPDX-License-Identifier: MIT
// GitHub Classroom's result of an autograder: one line of base64 (RFC 4648, section 4) around JSON,
// for a workflow's output `result`. What was skipped has the status "error" there: it is no failure
// of its own.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "reports/formats.h"
#include "reports/json_build.h"
#include "reports/late_report.h"
#include "reports/outcomes.h"

static const char *status_word(const struct outcome *one, bool is_build)
{
    static const char *const words[] = {
        [STATUS_PASSED] = "pass", [STATUS_FAILED] = "fail", [STATUS_SKIPPED] = "error"};
    return is_build && one->status == STATUS_FAILED ? "error" : words[one->status];
}

static json_t *test_json(const struct outcome *one, bool is_build)
{
    json_t *test = json_object();
    json_put(test, "name", json_safe_text(one->name));
    json_put(test, "status", json_string(status_word(one, is_build)));
    json_put(test, "score", json_finite(one->score));
    json_put(test, "message", json_safe_text(one->text));
    json_put(test, "test_code", json_safe_text(one->code == NULL ? "" : one->code));
    json_put(test, "filename", json_string(""));
    json_put(test, "line_no", json_integer(0));
    json_put(test, "duration", json_integer(0));
    return test;
}

/// A test of its own, for the points of the tests are added up there.
static json_t *late_json(double deduction)
{
    struct outcome late = {.name = (char *)"late",
                           .status = STATUS_FAILED,
                           .text = (char *)"Points taken off since it was handed in late.",
                           .score = -deduction};
    return test_json(&late, false);
}

static json_t *root_json(const struct result *result)
{
    struct outcomes outcomes = outcomes_of(result);
    json_t *root = json_object();
    json_t *tests = json_array();
    for (size_t i = 0; i < outcomes.n_items; i++) {
        json_push(tests, test_json(&outcomes.items[i], i == 0));
    }
    if (late_report_deducted(result) > 0) {
        json_push(tests, late_json(late_report_deducted(result)));
    }
    const char *status = !result->build.ok                            ? "error"
                         : outcomes.n_failed + outcomes.n_skipped > 0 ? "fail"
                                                                      : "pass";
    json_put(root, "version", json_integer(1));
    json_put(root, "status", json_string(status));
    json_put(root, "max_score", json_finite(result->max_score));
    json_put(root, "tests", tests);
    outcomes_free(&outcomes);
    return root;
}

static void print_base64(const unsigned char *bytes, size_t n_bytes, FILE *stream)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < n_bytes; i += 3) {
        size_t n_left = n_bytes - i;
        unsigned group = (unsigned)bytes[i] << 16 | (n_left > 1 ? (unsigned)bytes[i + 1] << 8 : 0) |
                         (n_left > 2 ? bytes[i + 2] : 0);
        fputc(digits[group >> 18], stream);
        fputc(digits[group >> 12 & 63], stream);
        fputc(n_left > 1 ? digits[group >> 6 & 63] : '=', stream);
        fputc(n_left > 2 ? digits[group & 63] : '=', stream);
    }
}

void github_write(const struct result *result, FILE *stream, const struct format_options *options)
{
    (void)options; // the same bytes wherever they go
    char *text = json_to_text(root_json(result), JSON_COMPACT);
    print_base64((const unsigned char *)text, strlen(text), stream);
    fputc('\n', stream);
    free(text);
}
