// SPDX-License-Identifier: MIT
// One baseline and the references that are held against it.
#include "harness/cli/regress_rubric.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "grading/rubric.h"
#include "harness/base/interrupt.h"
#include "harness/base/memory.h"
#include "harness/base/paths.h"
#include "harness/cli/regress_measure.h"
#include "reports/formats.h"

/// A trace: enough for a ratio that is held to within 40 %, and some 500 cases in a minute.
#define SPEED_BUDGET_SECONDS 0.02

/// A baseline knows a trace by its name alone.
static bool check_trace_names(const struct rubric *rubric, struct error *error)
{
    for (size_t i = 0; i < rubric->settings.n_traces; i++) {
        const char *name = basename(rubric->settings.traces[i].path);
        for (size_t j = 0; j < i; j++) {
            if (strcmp(name, basename(rubric->settings.traces[j].path)) == 0) {
                return error_at(error, rubric->path, 0, 0, "chooses two traces called %s", name);
            }
        }
    }
    return true;
}

static bool has_worker(const struct rubric *rubric)
{
    bool m32 = rubric->settings.heap.abi == HEAP_ABI_M32;
    char *worker = paths_beside_program(m32 ? "mmgrade-worker32" : "mmgrade-worker");
    bool there = access(worker, X_OK) == 0;
    free(worker);
    return there;
}

/// A baseline that is not there is empty where one is to be made.
static bool read_baseline(const struct regress_plan *plan, const char *path,
                          struct baseline *baseline, struct error *error)
{
    *baseline = (struct baseline){0};
    bool missing = access(path, F_OK) != 0 && errno == ENOENT;
    if (missing && !plan->accept) {
        return error_at(error, path, 0, 0, "there is no baseline; --accept makes one");
    }
    return missing || baseline_read(baseline, path, error);
}

/// The rows of the references that are measured, or those of the others.
static struct baseline select_rows(const struct regress_plan *plan, const struct baseline *baseline,
                                   bool measured)
{
    struct baseline selected = {0};
    for (size_t i = 0; i < baseline->n_rows; i++) {
        const struct baseline_row *row = &baseline->rows[i];
        bool is_measured = plan->all_references || names_have(&plan->references, row->reference);
        if (is_measured == measured) {
            baseline_add(&selected, row);
        }
    }
    return selected;
}

/// Both in the order of their references.
static struct baseline merge(const struct baseline *a, const struct baseline *b)
{
    struct baseline merged = {0};
    size_t i = 0;
    size_t j = 0;
    while (i < a->n_rows || j < b->n_rows) {
        bool take_a = j == b->n_rows ||
                      (i < a->n_rows && strcmp(a->rows[i].reference, b->rows[j].reference) < 0);
        baseline_add(&merged, take_a ? &a->rows[i++] : &b->rows[j++]);
    }
    return merged;
}

static bool accept(const struct regress_plan *plan, const char *path, const struct baseline *stored,
                   struct baseline *now, struct error *error)
{
    regression_keep_speed(stored, now);
    struct baseline others = select_rows(plan, stored, false);
    struct baseline merged = merge(&others, now);
    bool fine = baseline_write(&merged, path, error);
    baseline_free(&others);
    baseline_free(&merged);
    return fine;
}

/// Prints what has changed under one rubric.
static void print_changes(const struct regress_plan *plan, const struct rubric *rubric,
                          const struct regression *regression)
{
    struct format_options options = format_options_for(stdout);
    regression_print(regression, stdout, &options);
    const size_t *counts = regression->counts;
    size_t n_references = plan->references.n_items;
    size_t n_traces = rubric->settings.n_traces;
    printf("%s: %zu reference%s, %zu trace%s: %zu worse, %zu better, ", basename(rubric->path),
           n_references, n_references == 1 ? "" : "s", n_traces, n_traces == 1 ? "" : "s",
           counts[CHANGE_WORSE], counts[CHANGE_BETTER]);
    if (counts[CHANGE_NEW] + counts[CHANGE_GONE] > 0) {
        printf("%zu new, %zu gone, ", counts[CHANGE_NEW], counts[CHANGE_GONE]);
    }
    printf("%zu as before%s\n", counts[CHANGE_NONE], plan->accept ? ", accepted" : "");
    fflush(stdout);
}

/// Measures, compares, prints and accepts, all under one rubric. Adds to `counts` what has changed.
static bool compare(const struct regress_plan *plan, const struct rubric *rubric,
                    size_t counts[CHANGE_KINDS], struct error *error)
{
    char *path = baseline_path(rubric->path);
    struct baseline stored = {0};
    struct baseline now = {0};
    bool fine = check_trace_names(rubric, error) && read_baseline(plan, path, &stored, error);
    for (size_t i = 0; fine && i < plan->references.n_items && interrupt_seen() == 0; i++) {
        fine = regress_measure(rubric, plan->references.items[i], &stored, &now, error);
    }
    if (fine && interrupt_seen() == 0) {
        struct baseline held = select_rows(plan, &stored, true);
        struct regression regression;
        regression_compare(&regression, &held, &now);
        for (size_t kind = 0; kind < CHANGE_KINDS; kind++) {
            counts[kind] += regression.counts[kind];
        }
        fine = !plan->accept || accept(plan, path, &stored, &now, error);
        if (fine) {
            print_changes(plan, rubric, &regression);
        }
        regression_free(&regression);
        baseline_free(&held);
    }
    baseline_free(&stored);
    baseline_free(&now);
    free(path);
    return fine;
}

bool regress_rubric(const struct regress_plan *plan, const char *path, bool was_named,
                    size_t counts[CHANGE_KINDS], struct error *error)
{
    struct rubric rubric;
    if (!rubric_read(&rubric, path, error)) {
        return false;
    }
    struct speed_settings *speed = &rubric.settings.speed;
    speed->enabled = speed->enabled && !plan->no_speed;
    speed->budget_seconds = fmin(speed->budget_seconds, SPEED_BUDGET_SECONDS);
    bool fine = true;
    if (strcmp(rubric.lab, plan->lab) != 0) {
        fine = !was_named || error_at(error, path, 0, 0, "is a rubric of the lab %s, not of %s",
                                      rubric.lab, plan->lab);
    } else if (!has_worker(&rubric)) {
        note("skipped: %s (its worker is missing; see 'mmgrade doctor')", path);
    } else {
        fine = compare(plan, &rubric, counts, error);
    }
    rubric_free(&rubric);
    return fine;
}
