// SPDX-License-Identifier: MIT
// Counting and sorting.
#include "reports/statistics.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "reports/replace.h"

// --- Numbers ----------------------------------------------------------------------------------

static int compare_numbers(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

/// The value below which that part of the sorted values lies.
static double quantile(const double *sorted, size_t n, double part)
{
    double place = part * (double)(n - 1);
    size_t below = (size_t)place;
    double above = below + 1 < n ? sorted[below + 1] : sorted[below];
    return sorted[below] + (place - (double)below) * (above - sorted[below]);
}

struct quartiles quartiles_of(double *values, size_t n_values)
{
    if (n_values == 0) {
        return (struct quartiles){0, NAN, NAN, NAN, NAN, NAN, NAN};
    }
    qsort(values, n_values, sizeof *values, compare_numbers);
    double sum = 0;
    for (size_t i = 0; i < n_values; i++) {
        sum += values[i];
    }
    return (struct quartiles){.n = n_values,
                              .minimum = values[0],
                              .lower = quantile(values, n_values, 0.25),
                              .median = quantile(values, n_values, 0.5),
                              .upper = quantile(values, n_values, 0.75),
                              .maximum = values[n_values - 1],
                              .mean = sum / (double)n_values};
}

// --- Verdicts ---------------------------------------------------------------------------------

static void count_code(struct code_counts *counts, const char *code)
{
    size_t i = 0;
    while (i < counts->n_items && strcmp(counts->items[i].code, code) != 0) {
        i++;
    }
    if (i == counts->n_items) {
        counts->items = xreallocarray(counts->items, i + 1, sizeof *counts->items);
        counts->items[counts->n_items++] = (struct code_count){.code = code};
    }
    counts->items[i].n++;
}

static int compare_counts(const void *left, const void *right)
{
    const struct code_count *a = left;
    const struct code_count *b = right;
    return a->n != b->n ? (a->n < b->n) - (a->n > b->n) : strcmp(a->code, b->code);
}

static void sort_counts(struct code_counts *counts)
{
    if (counts->n_items > 0) {
        qsort(counts->items, counts->n_items, sizeof *counts->items, compare_counts);
    }
}

// --- Submissions ------------------------------------------------------------------------------

static bool is_missing(const struct export_row *row)
{
    return row->first_verdict != NULL && strcmp(row->first_verdict, "NOT_HANDED_IN") == 0;
}

static void count_row(struct statistics *statistics, const struct export_row *row)
{
    if (is_missing(row)) {
        statistics->n_missing++;
        return;
    }
    statistics->n_graded += strcmp(row->status, "graded") == 0;
    statistics->n_not_built += strcmp(row->status, "not_built") == 0;
    statistics->n_errors += strcmp(row->status, "harness_error") == 0;
    bool has_result = strcmp(row->status, "harness_error") != 0;
    if (row->first_verdict != NULL || has_result) {
        count_code(&statistics->first_verdicts,
                   row->first_verdict == NULL ? "(all passed)" : row->first_verdict);
    }
}

static void collect_scores(struct statistics *statistics, const struct export_source *source)
{
    double *scores = xcalloc(source->n_rows, sizeof *scores);
    size_t n = 0;
    statistics->max_score = NAN;
    for (size_t i = 0; i < source->n_rows; i++) {
        const struct export_row *row = &source->rows[i];
        count_row(statistics, row);
        if (isfinite(row->score) && row->max_score > 0 && !is_missing(row)) {
            double part = fmin(fmax(row->score / row->max_score, 0), 1);
            size_t bin = (size_t)(part * STATISTICS_BINS);
            statistics->bins[bin < STATISTICS_BINS ? bin : STATISTICS_BINS - 1]++;
            statistics->max_score = fmax(statistics->max_score, row->max_score);
            scores[n++] = row->score;
        }
    }
    statistics->scores = quartiles_of(scores, n);
    free(scores);
}

/// The result of a submission that was built, or NULL.
static const struct result *built_result(const struct export_row *row)
{
    return row->result != NULL && row->result->build.ok ? row->result : NULL;
}

// --- Criteria ---------------------------------------------------------------------------------

static const struct criterion_result *find_criterion(const struct result *result, const char *name)
{
    size_t i = 0;
    while (i < result->n_criteria && strcmp(result->criteria[i].name, name) != 0) {
        i++;
    }
    return i < result->n_criteria ? &result->criteria[i] : NULL;
}

static void collect_criterion(struct criterion_statistics *criterion,
                              const struct export_source *source)
{
    double *points = xcalloc(source->n_rows, sizeof *points);
    size_t n = 0;
    for (size_t i = 0; i < source->n_rows; i++) {
        const struct result *result = built_result(&source->rows[i]);
        const struct criterion_result *one =
            result == NULL ? NULL : find_criterion(result, criterion->name);
        if (one != NULL && isfinite(one->score)) {
            points[n++] = one->score;
            criterion->max_score = fmax(criterion->max_score, one->max_score);
        }
    }
    criterion->points = quartiles_of(points, n);
    free(points);
}

/// All results of a course are of one rubric: the first names the criteria.
static void collect_criteria(struct statistics *statistics, const struct export_source *source)
{
    size_t i = 0;
    while (i < source->n_rows && built_result(&source->rows[i]) == NULL) {
        i++;
    }
    const struct result *first = i < source->n_rows ? source->rows[i].result : NULL;
    statistics->n_criteria = first == NULL ? 0 : first->n_criteria;
    statistics->criteria = xcalloc(statistics->n_criteria, sizeof *statistics->criteria);
    for (size_t k = 0; k < statistics->n_criteria; k++) {
        statistics->criteria[k].name = first->criteria[k].name;
        collect_criterion(&statistics->criteria[k], source);
    }
}

// --- Traces -----------------------------------------------------------------------------------

static struct trace_statistics *find_trace(struct statistics *statistics, const char *name)
{
    size_t i = 0;
    while (i < statistics->n_traces && strcmp(statistics->traces[i].name, name) != 0) {
        i++;
    }
    if (i == statistics->n_traces) {
        statistics->traces = xreallocarray(statistics->traces, i + 1, sizeof *statistics->traces);
        statistics->traces[statistics->n_traces++] = (struct trace_statistics){.name = name};
    }
    return &statistics->traces[i];
}

static void collect_traces(struct statistics *statistics, const struct export_source *source)
{
    for (size_t i = 0; i < source->n_rows; i++) {
        const struct result *result = built_result(&source->rows[i]);
        for (size_t k = 0; result != NULL && k < result->n_cases; k++) {
            const struct case_result *one = &result->cases[k];
            struct trace_statistics *trace = find_trace(statistics, one->trace);
            trace->n_runs++;
            trace->n_passed += one->status == STATUS_PASSED;
            if (one->status != STATUS_PASSED && one->verdict != NULL) {
                count_code(&trace->verdicts, one->verdict->code);
            }
        }
    }
    for (size_t i = 0; i < statistics->n_traces; i++) {
        sort_counts(&statistics->traces[i].verdicts);
    }
}

// --- The course -------------------------------------------------------------------------------

void statistics_collect(struct statistics *statistics, const struct export_source *source)
{
    *statistics = (struct statistics){0};
    for (size_t i = 0; i < source->n_rows && statistics->lab == NULL; i++) {
        const struct result *result = source->rows[i].result;
        statistics->lab = result == NULL ? NULL : result->lab;
        statistics->rubric = result == NULL ? NULL : result->rubric;
    }
    collect_scores(statistics, source);
    collect_criteria(statistics, source);
    collect_traces(statistics, source);
    sort_counts(&statistics->first_verdicts);
}

void statistics_free(struct statistics *statistics)
{
    for (size_t i = 0; i < statistics->n_traces; i++) {
        free(statistics->traces[i].verdicts.items);
    }
    free(statistics->traces);
    free(statistics->criteria);
    free(statistics->first_verdicts.items);
    *statistics = (struct statistics){0};
}

bool export_statistics(const struct export_source *source, const char *path, struct error *error)
{
    struct replacement replacement;
    if (!replace_begin(&replacement, path, error)) {
        return false;
    }
    struct statistics statistics;
    statistics_collect(&statistics, source);
    statistics_print(&statistics, replacement.stream);
    statistics_free(&statistics);
    return replace_finish(&replacement, error);
}
