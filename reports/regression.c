// SPDX-License-Identifier: MIT
// One table says what is compared and how closely.
#include "reports/regression.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"

/// The same trace gives the same heap on every machine: only the last digits may differ.
#define TOLERANCE_EXACT 1e-9

/// The same compiler gives the same cycles; another version of it, others.
#define TOLERANCE_CYCLES 0.1

/// Machines differ in their caches, and so do the ratios of two allocators on them.
#define TOLERANCE_SPEED 0.4

const struct figure regression_figures[N_FIGURES] = {
    [FIGURE_UTILIZATION] = {"utilization", "ratio", true, TOLERANCE_EXACT, false,
                            offsetof(struct baseline_row, utilization)},
    [FIGURE_HEAP] = {"heap_bytes", "bytes", false, TOLERANCE_EXACT, false,
                     offsetof(struct baseline_row, heap_bytes)},
    [FIGURE_OPS_PER_SBRK] = {"ops_per_sbrk", "ops", true, TOLERANCE_EXACT, false,
                             offsetof(struct baseline_row, ops_per_sbrk)},
    [FIGURE_CYCLES] = {"cycles_ratio", "ratio", true, TOLERANCE_CYCLES, false,
                       offsetof(struct baseline_row, cycles_ratio)},
    [FIGURE_SPEED] = {"speed_ratio", "ratio", true, TOLERANCE_SPEED, true,
                      offsetof(struct baseline_row, speed_ratio)},
};

static double figure_of(const struct figure *figure, const struct baseline_row *row)
{
    double value;
    memcpy(&value, (const char *)row + figure->offset, sizeof value);
    return value;
}

/// A figure that one side lacks is as before.
static enum change_kind judge(const struct figure *figure, double before, double now)
{
    double gain = figure->higher_is_better ? now / before : before / now;
    if (now == before || isnan(gain)) {
        return CHANGE_NONE;
    }
    if (gain < 1 - figure->tolerance) {
        return CHANGE_WORSE;
    }
    return gain > 1 / (1 - figure->tolerance) ? CHANGE_BETTER : CHANGE_NONE;
}

static void file_change(struct regression *regression, const struct change *change)
{
    regression->counts[change->kind]++;
    if (change->kind == CHANGE_NONE) {
        return;
    }
    regression->changes =
        xreallocarray(regression->changes, regression->n_changes + 1, sizeof *regression->changes);
    regression->changes[regression->n_changes++] = *change;
}

static void compare_figures(struct regression *regression, const struct baseline_row *before,
                            const struct baseline_row *now)
{
    for (size_t i = 0; i < N_FIGURES; i++) {
        const struct figure *figure = &regression_figures[i];
        struct change change = {.reference = now->reference,
                                .trace = now->trace,
                                .figure = figure,
                                .before = figure_of(figure, before),
                                .now = figure_of(figure, now)};
        bool exists = !isnan(change.before) || !isnan(change.now);
        if (exists && !figure->per_reference) {
            change.kind = judge(figure, change.before, change.now);
            file_change(regression, &change);
        }
    }
}

static void compare_case(struct regression *regression, const struct baseline_row *before,
                         const struct baseline_row *now)
{
    if (before->failure == NULL && now->failure == NULL) {
        compare_figures(regression, before, now);
        return;
    }
    struct change change = {.reference = now->reference, .trace = now->trace};
    if (before->failure == NULL) {
        change.kind = CHANGE_WORSE;
        change.failure = now->failure;
    } else if (now->failure == NULL) {
        change.kind = CHANGE_BETTER;
        change.failure = before->failure;
    }
    file_change(regression, &change);
}

/// Geometric means over the traces that were timed both times; NAN when there are none.
static void mean_speeds(const struct baseline *before, const struct baseline *now,
                        const char *reference, double means[2])
{
    double logs[2] = {0, 0};
    size_t n = 0;
    for (size_t i = 0; i < now->n_rows; i++) {
        const struct baseline_row *row = &now->rows[i];
        const struct baseline_row *old = baseline_find(before, reference, row->trace);
        if (strcmp(row->reference, reference) == 0 && old != NULL && old->speed_ratio > 0 &&
            row->speed_ratio > 0) {
            logs[0] += log(old->speed_ratio);
            logs[1] += log(row->speed_ratio);
            n++;
        }
    }
    means[0] = n == 0 ? NAN : exp(logs[0] / (double)n);
    means[1] = n == 0 ? NAN : exp(logs[1] / (double)n);
}

static void compare_speed(struct regression *regression, const struct baseline *before,
                          const struct baseline *now, const char *reference)
{
    double means[2];
    mean_speeds(before, now, reference, means);
    if (!isnan(means[0])) {
        struct change change = {.kind =
                                    judge(&regression_figures[FIGURE_SPEED], means[0], means[1]),
                                .reference = reference,
                                .figure = &regression_figures[FIGURE_SPEED],
                                .before = means[0],
                                .now = means[1]};
        file_change(regression, &change);
    }
}

static bool has_reference(const struct baseline *baseline, const char *reference)
{
    for (size_t i = 0; i < baseline->n_rows; i++) {
        if (strcmp(baseline->rows[i].reference, reference) == 0) {
            return true;
        }
    }
    return false;
}

static bool has_trace(const struct baseline *baseline, const char *trace)
{
    for (size_t i = 0; i < baseline->n_rows; i++) {
        if (strcmp(baseline->rows[i].trace, trace) == 0) {
            return true;
        }
    }
    return false;
}

/// Files a row that the other side lacks: a reference or trace that it lacks altogether only once.
static void file_missing(struct regression *regression, enum change_kind kind,
                         const struct baseline_row *row, const struct baseline *other)
{
    struct change change = {.kind = kind, .reference = row->reference, .trace = row->trace};
    if (!has_reference(other, row->reference)) {
        change.trace = NULL;
    } else if (!has_trace(other, row->trace)) {
        change.reference = NULL;
    }
    for (size_t i = 0; i < regression->n_changes; i++) {
        const struct change *filed = &regression->changes[i];
        bool same_reference = change.reference != NULL && filed->reference != NULL &&
                              strcmp(change.reference, filed->reference) == 0;
        bool same_trace =
            change.trace != NULL && filed->trace != NULL && strcmp(change.trace, filed->trace) == 0;
        if (filed->kind == kind && (same_reference || filed->reference == change.reference) &&
            (same_trace || filed->trace == change.trace)) {
            return;
        }
    }
    file_change(regression, &change);
}

void regression_compare(struct regression *regression, const struct baseline *before,
                        const struct baseline *now)
{
    *regression = (struct regression){0};
    for (size_t i = 0; i < now->n_rows; i++) {
        const struct baseline_row *row = &now->rows[i];
        const struct baseline_row *old = baseline_find(before, row->reference, row->trace);
        if (old == NULL) {
            file_missing(regression, CHANGE_NEW, row, before);
        } else {
            compare_case(regression, old, row);
        }
        if (i + 1 == now->n_rows || strcmp(row->reference, row[1].reference) != 0) {
            compare_speed(regression, before, now, row->reference);
        }
    }
    for (size_t i = 0; i < before->n_rows; i++) {
        const struct baseline_row *row = &before->rows[i];
        if (baseline_find(now, row->reference, row->trace) == NULL) {
            file_missing(regression, CHANGE_GONE, row, now);
        }
    }
}

void regression_free(struct regression *regression)
{
    free(regression->changes);
    *regression = (struct regression){0};
}

double regression_relative_speed(const struct baseline *before, const struct baseline *now,
                                 const char *reference)
{
    double means[2];
    mean_speeds(before, now, reference, means);
    return means[1] / means[0];
}

bool regression_is_slower(double relative_speed)
{
    return judge(&regression_figures[FIGURE_SPEED], 1, relative_speed) == CHANGE_WORSE;
}

void regression_keep_speed(const struct baseline *before, struct baseline *now)
{
    struct regression regression;
    regression_compare(&regression, before, now);
    for (size_t i = 0; i < now->n_rows; i++) {
        struct baseline_row *row = &now->rows[i];
        const struct baseline_row *old = baseline_find(before, row->reference, row->trace);
        bool keep = old != NULL && !isnan(old->speed_ratio) && row->failure == NULL;
        for (size_t j = 0; j < regression.n_changes && keep && !isnan(row->speed_ratio); j++) {
            const struct change *change = &regression.changes[j];
            keep = change->figure == NULL || strcmp(change->reference, row->reference) != 0;
        }
        row->speed_ratio = keep ? old->speed_ratio : row->speed_ratio;
    }
    regression_free(&regression);
}
