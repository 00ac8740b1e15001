// SPDX-License-Identifier: MIT
// A reference is judged as any submission is; its result becomes rows.
#include "harness/cli/regress_measure.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/interrupt.h"
#include "harness/base/memory.h"
#include "harness/base/paths.h"
#include "reports/regression.h"

static struct {
    const char *rubric;
    const char *reference;
} progress;

/// One line on a terminal, rewritten after each case.
static void show_progress(const struct result *result, size_t n_done, size_t n_cases)
{
    (void)result;
    if (isatty(STDERR_FILENO)) {
        fprintf(stderr, "\r\033[K%s: %s: %zu of %zu traces", progress.rubric, progress.reference,
                n_done, n_cases);
        fputs(n_done == n_cases ? "\r\033[K" : "", stderr);
    }
}

static double value_of(const struct case_result *one, const char *name)
{
    const struct metric *metric = metric_find(one->metrics, one->n_metrics, name);
    return metric == NULL ? NAN : metric->value;
}

/// Timing is good for no more than six digits.
static double round_speed(double ratio)
{
    char text[32];
    snprintf(text, sizeof text, "%.6g", ratio);
    return strtod(text, NULL);
}

static char *describe_failure(const struct result *result, const struct case_result *one)
{
    if (one->verdict != NULL && one->verdict->op > 0) {
        return xasprintf("%s at operation %zu", one->verdict->code, one->verdict->op);
    }
    if (one->verdict != NULL) {
        return xasprintf("%s in mm_init", one->verdict->code);
    }
    return xstrdup(result->build.verdict != NULL ? result->build.verdict->code : "SKIPPED");
}

static void add_row(const struct result *result, size_t idx, const char *reference,
                    struct baseline *now)
{
    const struct case_result *one = &result->cases[idx];
    struct baseline_row row = {.reference = xstrdup(reference),
                               .trace = one->trace,
                               .utilization = NAN,
                               .heap_bytes = NAN,
                               .ops_per_sbrk = NAN,
                               .cycles_ratio = NAN,
                               .speed_ratio = NAN};
    if (one->status == STATUS_PASSED) {
        double n_sbrk = value_of(one, METRIC_SBRK);
        row.utilization = value_of(one, METRIC_UTILIZATION);
        row.heap_bytes = value_of(one, METRIC_HEAP);
        row.ops_per_sbrk = n_sbrk > 0 ? value_of(one, METRIC_OPS) / n_sbrk : NAN;
        row.cycles_ratio = value_of(one, METRIC_CYCLES_RATIO);
        row.speed_ratio = round_speed(value_of(one, METRIC_SPEED_RATIO));
    } else {
        row.failure = describe_failure(result, one);
    }
    baseline_add(now, &row);
    free(row.reference);
    free(row.failure);
}

static bool run_once(const struct rubric *rubric, const char *reference, struct baseline *now,
                     struct error *error)
{
    char *relative = xasprintf("reference/%s/%s.c", rubric->lab, reference);
    char *path = paths_in_root(relative);
    struct result result = {0};
    struct job job = {
        .submission = path,
        .reproduce_prefix = "mmgrade grade",
        .settings = &rubric->settings,
        .progress = show_progress,
    };
    bool fine = lab_find(rubric->lab)->run(&job, &result, error);
    for (size_t i = 0; fine && i < result.n_cases; i++) {
        add_row(&result, i, reference, now);
    }
    result_free(&result);
    free(path);
    free(relative);
    return fine;
}

bool regress_measure(const struct rubric *rubric, const char *reference,
                     const struct baseline *before, struct baseline *now, struct error *error)
{
    progress.rubric = basename(rubric->path);
    progress.reference = reference;
    struct baseline first = {0};
    struct baseline second = {0};
    bool fine = run_once(rubric, reference, &first, error);
    double speed = regression_relative_speed(before, &first, reference);
    if (fine && regression_is_slower(speed) && interrupt_seen() == 0) {
        fine = run_once(rubric, reference, &second, error);
    }
    bool better = regression_relative_speed(before, &second, reference) > speed;
    const struct baseline *chosen = better ? &second : &first;
    for (size_t i = 0; i < chosen->n_rows; i++) {
        baseline_add(now, &chosen->rows[i]);
    }
    baseline_free(&first);
    baseline_free(&second);
    return fine;
}
