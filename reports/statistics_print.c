// SPDX-License-Identifier: MIT
// Statistics as text.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/base/printable.h"
#include "reports/page.h"
#include "reports/statistics.h"
#include "reports/text_table.h"

#define BAR_WIDTH 55 ///< characters of the longest bar

static void print_head(const struct statistics *statistics, FILE *stream)
{
    fputs("Class statistics", stream);
    if (statistics->lab != NULL) {
        const char *slash = statistics->rubric == NULL ? NULL : strrchr(statistics->rubric, '/');
        char *lab = printable_line(statistics->lab);
        fprintf(stream, "  %s lab", lab);
        if (statistics->rubric != NULL) {
            char *rubric = printable_line(slash == NULL ? statistics->rubric : slash + 1);
            fprintf(stream, "  rubric %s", rubric);
            free(rubric);
        }
        free(lab);
    }
    fputs("\n\n", stream);
}

static void print_counts(const struct statistics *statistics, FILE *stream)
{
    fprintf(stream, "graded          %4zu\nnot built       %4zu\nharness errors  %4zu%s\n",
            statistics->n_graded, statistics->n_not_built, statistics->n_errors,
            statistics->n_errors == 0 ? "" : "  (no score yet)");
    if (statistics->n_missing > 0) {
        fprintf(stream, "not handed in   %4zu  (not counted below)\n", statistics->n_missing);
    }
}

/// "of 100"; nothing when there is no maximum.
static void print_maximum(double max_score, FILE *stream)
{
    char text[24];
    if (isfinite(max_score)) {
        page_max_points(max_score, text);
        fprintf(stream, " (of %s points)", text);
    }
}

static void print_histogram(const struct statistics *statistics, FILE *stream)
{
    size_t most = 1;
    for (size_t i = 0; i < STATISTICS_BINS; i++) {
        most = statistics->bins[i] > most ? statistics->bins[i] : most;
    }
    fprintf(stream, "\nScores of %zu submission%s", statistics->scores.n,
            statistics->scores.n == 1 ? "" : "s");
    print_maximum(statistics->max_score, stream);
    fputs("\n\n", stream);
    for (size_t i = 0; i < STATISTICS_BINS; i++) {
        size_t n = statistics->bins[i];
        // one mark a submission, as long as they fit; of few among many at least one
        size_t width = most <= BAR_WIDTH ? n : (n * BAR_WIDTH + most - 1) / most;
        fprintf(stream, "%3zu..%3zu %%  ", i * 100 / STATISTICS_BINS,
                (i + 1) * 100 / STATISTICS_BINS);
        for (size_t k = 0; k < width; k++) {
            fputc('#', stream);
        }
        fprintf(stream, n == 0 ? "0\n" : "  %zu\n", n);
    }
}

static void add_quartiles(struct text_table *table, const char *name, double max_score,
                          const struct quartiles *quartiles)
{
    const double values[] = {quartiles->minimum, quartiles->lower,   quartiles->median,
                             quartiles->upper,   quartiles->maximum, quartiles->mean};
    char text[24];
    page_max_points(max_score, text);
    text_table_row(table);
    text_table_text(table, name);
    text_table_cell(table, "%s", text);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        page_points(values[i], text);
        text_table_cell(table, "%s", text);
    }
}

static void print_quartiles(const struct statistics *statistics, FILE *stream)
{
    static const struct text_column columns[] = {
        {"points", false},      {"of", true},     {"minimum", true},
        {"1st quartile", true}, {"median", true}, {"3rd quartile", true},
        {"maximum", true},      {"mean", true},   {NULL},
    };
    if (statistics->scores.n == 0) {
        return;
    }
    struct text_table *table = text_table_new(columns);
    add_quartiles(table, "score", statistics->max_score, &statistics->scores);
    for (size_t i = 0; i < statistics->n_criteria; i++) {
        const struct criterion_statistics *criterion = &statistics->criteria[i];
        if (criterion->points.n > 0) {
            add_quartiles(table, criterion->name, criterion->max_score, &criterion->points);
        }
    }
    fputc('\n', stream);
    text_table_print(table, stream);
    if (statistics->n_criteria > 0 && statistics->criteria[0].points.n < statistics->scores.n) {
        fprintf(stream, "\nCriteria and traces are of the %zu that were built.\n",
                statistics->criteria[0].points.n);
    }
}

static void print_traces(const struct statistics *statistics, FILE *stream)
{
    static const struct text_column columns[] = {
        {"trace", false},
        {"passed", true},
        {"of", true},
        {"rate", true},
        {"most frequent verdict", false},
        {NULL},
    };
    if (statistics->n_traces == 0) {
        return;
    }
    struct text_table *table = text_table_new(columns);
    for (size_t i = 0; i < statistics->n_traces; i++) {
        const struct trace_statistics *trace = &statistics->traces[i];
        text_table_row(table);
        text_table_text(table, trace->name);
        text_table_cell(table, "%zu", trace->n_passed);
        text_table_cell(table, "%zu", trace->n_runs);
        text_table_cell(table, "%.1f%%", 100 * (double)trace->n_passed / (double)trace->n_runs);
        if (trace->verdicts.n_items > 0) {
            const struct code_count *first = &trace->verdicts.items[0];
            text_table_cell(table, "%s (%zu)", first->code, first->n);
        }
    }
    fputc('\n', stream);
    text_table_print(table, stream);
}

static void print_verdicts(const struct statistics *statistics, FILE *stream)
{
    static const struct text_column columns[] = {
        {"first verdict", false}, {"submissions", true}, {NULL}};
    if (statistics->first_verdicts.n_items == 0) {
        return;
    }
    struct text_table *table = text_table_new(columns);
    for (size_t i = 0; i < statistics->first_verdicts.n_items; i++) {
        text_table_row(table);
        text_table_text(table, statistics->first_verdicts.items[i].code);
        text_table_cell(table, "%zu", statistics->first_verdicts.items[i].n);
    }
    fputc('\n', stream);
    text_table_print(table, stream);
}

void statistics_print(const struct statistics *statistics, FILE *stream)
{
    print_head(statistics, stream);
    print_counts(statistics, stream);
    print_histogram(statistics, stream);
    print_quartiles(statistics, stream);
    print_traces(statistics, stream);
    print_verdicts(statistics, stream);
}
