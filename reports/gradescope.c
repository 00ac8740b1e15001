// SPDX-License-Identifier: MIT
// Gradescope's results.json; its contract is "Output format" in Gradescope's autograder
// documentation. All texts are of the format "text": shown as they are, never taken for markup. A
// test there is passed or failed; what was skipped is failed, tagged, and says so.
#include <math.h>
#include <stdlib.h>

#include "harness/base/memory.h"
#include "reports/formats.h"
#include "reports/json_build.h"
#include "reports/late_report.h"
#include "reports/outcomes.h"

/// The words, then what the submission or its compiler printed.
static char *test_text(const struct outcome *one)
{
    return *one->output == '\0' ? xstrdup(one->text)
                                : xasprintf("%s%sOutput:\n%s", one->text,
                                            *one->text == '\0' ? "" : "\n", one->output);
}

static json_t *test_json(const struct outcome *one, size_t number)
{
    json_t *test = json_object();
    char *label = xasprintf("%zu", number);
    char *text = test_text(one);
    json_put(test, "name", json_safe_text(one->name));
    json_put(test, "number", json_string(label));
    json_put(test, "status", json_string(one->status == STATUS_PASSED ? "passed" : "failed"));
    if (one->max_score > 0) { // the build earns nothing
        json_put(test, "score", json_finite(one->score));
        json_put(test, "max_score", json_finite(one->max_score));
    }
    json_put(test, "output", json_safe_text(text));
    json_put(test, "output_format", json_string("text"));
    json_put(test, "visibility", json_string("visible"));
    if (one->status == STATUS_SKIPPED) {
        json_put(test, "tags", json_pack("[s]", "skipped"));
    }
    free(label);
    free(text);
    return test;
}

/// The points, and the submission's means where more is better.
static json_t *leaderboard_json(const struct result *result)
{
    static const char *const names[] = {METRIC_UTILIZATION, METRIC_SPEED_RATIO};
    json_t *board = json_array();
    json_push(board, json_pack("{s:s, s:f}", "name", "points", "value", result->score));
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct metric *metric = metric_find(result->metrics, result->n_metrics, names[i]);
        if (metric != NULL && isfinite(metric->value)) {
            json_push(board, json_pack("{s:s, s:f}", "name", names[i], "value", metric->value));
        }
    }
    return board;
}

static char *summary_text(const struct result *result, const struct outcomes *outcomes)
{
    if (!result->build.ok) {
        return xasprintf("%s lab: %s", result->lab, outcomes->items[0].reason);
    }
    double deduction = late_report_deducted(result);
    char *late =
        deduction > 0 ? xasprintf(" Handed in late: %.15g points less.", deduction) : xstrdup("");
    char *text = xasprintf("%s lab: %zu of %zu tests passed.%s", result->lab,
                           outcomes->n_items - 1 - outcomes->n_failed - outcomes->n_skipped,
                           outcomes->n_items - 1, late);
    free(late);
    return text;
}

void gradescope_write(const struct result *result, FILE *stream,
                      const struct format_options *options)
{
    (void)options; // the same bytes wherever they go
    struct outcomes outcomes = outcomes_of(result);
    json_t *root = json_object();
    json_t *tests = json_array();
    for (size_t i = 0; i < outcomes.n_items; i++) {
        json_push(tests, test_json(&outcomes.items[i], i + 1));
    }
    char *summary = summary_text(result, &outcomes);
    json_put(root, "score", json_finite(result->score));
    json_put(root, "output", json_safe_text(summary));
    json_put(root, "output_format", json_string("text"));
    json_put(root, "visibility", json_string("visible"));
    json_put(root, "stdout_visibility", json_string("hidden"));
    json_put(root, "tests", tests);
    json_put(root, "leaderboard", leaderboard_json(result));
    json_put(root, "extra_data", json_pack("{s:s}", "mmgrade", MMGRADE_VERSION));
    json_print(root, stream, JSON_INDENT(1));
    fputc('\n', stream);
    free(summary);
    outcomes_free(&outcomes);
}
