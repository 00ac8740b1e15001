// SPDX-License-Identifier: MIT
// Ranks, as text and as CSV.
#include "reports/leaderboard.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/base/printable.h"
#include "reports/csv_print.h"
#include "reports/page.h"
#include "reports/replace.h"
#include "reports/text_table.h"

static int compare_leaders(const void *left, const void *right)
{
    const struct leader *a = left;
    const struct leader *b = right;
    int by_score = (a->score < b->score) - (a->score > b->score);
    return by_score != 0 ? by_score : strcmp(a->pseudonym, b->pseudonym);
}

/// NAN when there is none, or when hidden cases had a part in it: to the last digit it would tell
/// what a submission writes into the size of its heap.
static double metric_of(const struct export_row *row, const char *name)
{
    for (size_t i = 0; row->result != NULL && i < row->result->n_cases; i++) {
        if (row->result->cases[i].hidden) {
            return NAN;
        }
    }
    const struct metric *metric =
        row->result == NULL ? NULL
                            : metric_find(row->result->metrics, row->result->n_metrics, name);
    return metric == NULL ? NAN : metric->value;
}

struct leader *leaderboard_of(const struct export_source *source, size_t *n_leaders)
{
    struct leader *leaders = xcalloc(source->n_rows, sizeof *leaders);
    size_t n = 0;
    for (size_t i = 0; i < source->n_rows; i++) {
        const struct export_row *row = &source->rows[i];
        if (strcmp(row->status, "graded") == 0 && isfinite(row->score)) {
            leaders[n++] = (struct leader){.pseudonym = row->pseudonym,
                                           .score = row->score,
                                           .max_score = row->max_score,
                                           .utilization = metric_of(row, METRIC_UTILIZATION),
                                           .throughput = metric_of(row, METRIC_THROUGHPUT)};
        }
    }
    qsort(leaders, n, sizeof *leaders, compare_leaders);
    for (size_t i = 0; i < n; i++) {
        bool is_tie = i > 0 && !(leaders[i].score < leaders[i - 1].score);
        leaders[i].rank = is_tie ? leaders[i - 1].rank : i + 1;
    }
    *n_leaders = n;
    return leaders;
}

// --- Text -------------------------------------------------------------------------------------

/// An empty cell when there is none.
static void add_figure(struct text_table *table, double figure, int n_digits, const char *unit)
{
    if (isfinite(figure)) {
        text_table_cell(table, "%.*f%s", n_digits, figure, unit);
    } else {
        text_table_text(table, "");
    }
}

static void print_leaders(const struct leader *leaders, size_t n_leaders, FILE *stream)
{
    struct text_column columns[8] = {
        {"rank", true}, {"pseudonym", false}, {"score", true}, {"of", true}};
    size_t n_columns = 4;
    bool has_utilization = false;
    bool has_throughput = false;
    for (size_t i = 0; i < n_leaders; i++) {
        has_utilization = has_utilization || isfinite(leaders[i].utilization);
        has_throughput = has_throughput || isfinite(leaders[i].throughput);
    }
    if (has_utilization) {
        columns[n_columns++] = (struct text_column){"utilization", true};
    }
    if (has_throughput) {
        columns[n_columns++] = (struct text_column){"vs reference", true};
    }
    struct text_table *table = text_table_new(columns);
    for (size_t i = 0; i < n_leaders; i++) {
        const struct leader *one = &leaders[i];
        char maximum[24];
        page_max_points(one->max_score, maximum);
        text_table_row(table);
        text_table_cell(table, "%zu", one->rank);
        text_table_text(table, one->pseudonym);
        text_table_cell(table, "%.2f", one->score);
        text_table_cell(table, "%s", maximum);
        if (has_utilization) {
            add_figure(table, 100 * one->utilization, 1, "%");
        }
        if (has_throughput) {
            add_figure(table, one->throughput, 2, "x");
        }
    }
    text_table_print(table, stream);
}

bool export_leaderboard(const struct export_source *source, const char *path, struct error *error)
{
    struct replacement replacement;
    if (!replace_begin(&replacement, path, error)) {
        return false;
    }
    size_t n_leaders;
    struct leader *leaders = leaderboard_of(source, &n_leaders);
    if (n_leaders == 0) {
        fputs("Nobody is graded yet.\n", replacement.stream);
    } else {
        print_leaders(leaders, n_leaders, replacement.stream);
    }
    free(leaders);
    return replace_finish(&replacement, error);
}

// --- CSV --------------------------------------------------------------------------------------

bool export_leaderboard_csv(const struct export_source *source, const char *path,
                            struct error *error)
{
    struct replacement replacement;
    if (!replace_begin(&replacement, path, error)) {
        return false;
    }
    FILE *stream = replacement.stream;
    size_t n_leaders;
    struct leader *leaders = leaderboard_of(source, &n_leaders);
    fputs("rank,pseudonym,score,utilization,throughput\n", stream);
    for (size_t i = 0; i < n_leaders; i++) {
        const struct leader *one = &leaders[i];
        fprintf(stream, "%zu,", one->rank);
        csv_print_text(one->pseudonym, stream);
        const double figures[] = {one->score, one->utilization, one->throughput};
        for (size_t k = 0; k < sizeof figures / sizeof *figures; k++) {
            fputc(',', stream);
            csv_print_number(round(figures[k] * 1e6) / 1e6, stream);
        }
        fputc('\n', stream);
    }
    free(leaders);
    return replace_finish(&replacement, error);
}
