// SPDX-License-Identifier: MIT
// Means over the traces that the sides have in common.
#include "reports/plot_points.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"

enum figure { UTILIZATION, SPEED, N_FIGURES };

/// The traces that count for each figure.
struct choice {
    const struct result *result;
    bool *counts[N_FIGURES];
};

/// Of a reference: its throughput is in cycles where those are stored.
static double stored_figure(const struct baseline_row *row, enum figure figure)
{
    double throughput = isnan(row->cycles_ratio) ? row->speed_ratio : row->cycles_ratio;
    return figure == SPEED ? throughput : row->utilization;
}

/// A figure of one trace: of that reference, or of the submission when it is NULL. NAN: none.
static double figure_of(const struct case_result *one, const struct baseline *baseline,
                        const char *reference, enum figure figure)
{
    if (reference != NULL) {
        const struct baseline_row *row = baseline_find(baseline, reference, one->trace);
        return row == NULL ? NAN : stored_figure(row, figure);
    }
    const char *name = figure == SPEED ? METRIC_THROUGHPUT : METRIC_UTILIZATION;
    const struct metric *metric = metric_find(one->metrics, one->n_metrics, name);
    return metric == NULL || one->status != STATUS_PASSED ? NAN : metric->value;
}

static bool is_stored(const struct baseline *baseline, const char *trace, enum figure figure)
{
    for (size_t i = 0; i < baseline->n_rows; i++) {
        const struct baseline_row *row = &baseline->rows[i];
        if (strcmp(row->trace, trace) == 0 && isfinite(stored_figure(row, figure))) {
            return true;
        }
    }
    return false;
}

/// The first of the passed cases; the number of cases when there is none.
static size_t find_passed(const struct result *result)
{
    size_t i = 0;
    while (i < result->n_cases && result->cases[i].status != STATUS_PASSED) {
        i++;
    }
    return i;
}

static struct choice choose(const struct result *result, const struct baseline *baseline)
{
    struct choice choice = {.result = result};
    bool any_passed = find_passed(result) < result->n_cases;
    for (int figure = 0; figure < N_FIGURES; figure++) {
        choice.counts[figure] = xcalloc(result->n_cases, sizeof(bool));
        for (size_t i = 0; i < result->n_cases; i++) {
            const struct case_result *one = &result->cases[i];
            bool wanted = figure == SPEED ? one->counts_speed : one->counts_utilization;
            choice.counts[figure][i] =
                wanted &&
                (!any_passed || isfinite(figure_of(one, NULL, NULL, (enum figure)figure))) &&
                (baseline == NULL || is_stored(baseline, one->trace, (enum figure)figure));
        }
    }
    return choice;
}

static void choice_free(struct choice *choice)
{
    for (int figure = 0; figure < N_FIGURES; figure++) {
        free(choice->counts[figure]);
    }
}

static size_t count_traces(const struct choice *choice)
{
    size_t n = 0;
    for (size_t i = 0; i < choice->result->n_cases; i++) {
        n += choice->counts[UTILIZATION][i] || choice->counts[SPEED][i];
    }
    return n;
}

/// NAN when a figure is missing or nothing counts.
static double mean(const struct choice *choice, const struct baseline *baseline,
                   const char *reference, enum figure figure)
{
    double sum = 0;
    double weights = 0;
    for (size_t i = 0; i < choice->result->n_cases; i++) {
        const struct case_result *one = &choice->result->cases[i];
        if (choice->counts[figure][i]) {
            double value = figure_of(one, baseline, reference, figure);
            sum += one->weight * (figure == SPEED ? log(fmax(value, 1e-9)) : value);
            sum = isnan(value) ? NAN : sum; // fmax() would hide it
            weights += one->weight;
        }
    }
    double result = weights > 0 ? sum / weights : NAN;
    return figure == SPEED ? exp(result) : result;
}

static struct plot_point make_point(const struct choice *choice, const struct baseline *baseline,
                                    const char *reference)
{
    return (struct plot_point){.name = reference,
                               .speed = mean(choice, baseline, reference, SPEED),
                               .utilization = mean(choice, baseline, reference, UTILIZATION)};
}

struct plot_points plot_points_of(const struct result *result, const struct baseline *baseline)
{
    struct choice choice = choose(result, baseline);
    bool has_references = count_traces(&choice) > 0;
    if (!has_references) {
        choice_free(&choice);
        choice = choose(result, NULL);
    }
    struct plot_points points = {
        .references = xcalloc(baseline->n_rows, sizeof *points.references),
        .submission = make_point(&choice, baseline, NULL),
        .n_traces = count_traces(&choice),
        .passed = find_passed(result) < result->n_cases,
    };
    for (size_t i = 0; has_references && i < baseline->n_rows; i++) {
        const char *name = baseline->rows[i].reference;
        if (i == 0 || strcmp(name, baseline->rows[i - 1].reference) != 0) {
            struct plot_point point = make_point(&choice, baseline, name);
            if (isfinite(point.speed) && isfinite(point.utilization)) {
                points.references[points.n_references++] = point;
            }
        }
    }
    choice_free(&choice);
    return points;
}

void plot_points_free(struct plot_points *points)
{
    free(points->references);
}

/// Whether `a` makes `b` superfluous: nowhere worse, and better somewhere or simply first.
static bool beats(const struct plot_point *a, const struct plot_point *b)
{
    bool nowhere_worse = a->speed >= b->speed && a->utilization >= b->utilization;
    bool somewhere_better = a->speed > b->speed || a->utilization > b->utilization;
    return nowhere_worse && (somewhere_better || a < b);
}

static int by_speed(const void *a, const void *b)
{
    const struct plot_point *left = *(const struct plot_point *const *)a;
    const struct plot_point *right = *(const struct plot_point *const *)b;
    return (left->speed > right->speed) - (left->speed < right->speed);
}

size_t plot_points_front(const struct plot_point *points, size_t n_points,
                         const struct plot_point **front)
{
    size_t n_front = 0;
    for (size_t i = 0; i < n_points; i++) {
        bool beaten = false;
        for (size_t j = 0; j < n_points && !beaten; j++) {
            beaten = beats(&points[j], &points[i]);
        }
        if (!beaten) {
            front[n_front++] = &points[i];
        }
    }
    if (n_front > 0) {
        qsort(front, n_front, sizeof *front, by_speed);
    }
    return n_front;
}
