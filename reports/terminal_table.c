// SPDX-License-Identifier: MIT
// The table of cases. smartcols aligns and colours; what to leave out on narrow pages is ours.
#include "reports/terminal.h"

#include <libsmartcols/libsmartcols.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/error.h"
#include "harness/base/memory.h"
#include "harness/base/printable.h"

enum column {
    COLUMN_TRACE,
    COLUMN_MACHINE,
    COLUMN_OK,
    COLUMN_ACCESSES,
    COLUMN_HITS,
    COLUMN_FAULTS,
    COLUMN_YARDSTICK,
    COLUMN_FRAMES,
    COLUMN_REFERENCES,
    COLUMN_UTILIZATION,
    COLUMN_FRAGMENTATION,
    COLUMN_OPS,
    COLUMN_CYCLES,
    COLUMN_SPEED,
    COLUMN_RATIO,
    COLUMN_POINTS,
    COLUMN_VERDICT,
    N_COLUMNS
};

struct column_info {
    const char *title;
    int flags;
    int drop; ///< 1: the first to be left out on a narrow page; 0: never
};

static const struct column_info column_infos[N_COLUMNS] = {
    [COLUMN_TRACE] = {"trace", SCOLS_FL_TRUNC, 0},
    [COLUMN_MACHINE] = {"machine", SCOLS_FL_TRUNC, 0},
    [COLUMN_OK] = {"ok", 0, 0},
    [COLUMN_ACCESSES] = {"accesses", SCOLS_FL_RIGHT, 3},
    [COLUMN_HITS] = {"hits", SCOLS_FL_RIGHT, 2},
    [COLUMN_FAULTS] = {"faults", SCOLS_FL_RIGHT, 0},
    [COLUMN_YARDSTICK] = {"LRU/OPT", SCOLS_FL_RIGHT, 2},
    [COLUMN_FRAMES] = {"frames/min", SCOLS_FL_RIGHT, 2},
    [COLUMN_REFERENCES] = {"refs/walk", SCOLS_FL_RIGHT, 1},
    [COLUMN_UTILIZATION] = {"util", SCOLS_FL_RIGHT, 0},
    [COLUMN_FRAGMENTATION] = {"frag i/e", SCOLS_FL_RIGHT, 2},
    [COLUMN_OPS] = {"ops", SCOLS_FL_RIGHT, 3},
    [COLUMN_CYCLES] = {"cycles/op", SCOLS_FL_RIGHT, 4},
    [COLUMN_SPEED] = {"ops/s", SCOLS_FL_RIGHT, 1},
    [COLUMN_RATIO] = {"vs ref", SCOLS_FL_RIGHT, 5},
    [COLUMN_POINTS] = {"points", SCOLS_FL_RIGHT, 0},
    [COLUMN_VERDICT] = {"verdict", 0, 4},
};

#define SEPARATOR "  "

struct row {
    char *cells[N_COLUMNS]; ///< NULL is empty
    enum tone tone;         ///< of the mark and the verdict
};

struct table {
    struct row *rows;
    size_t n_rows;
    bool shown[N_COLUMNS];
};

static void set(struct row *row, enum column column, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void set(struct row *row, enum column column, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    row->cells[column] = printable(text, strlen(text));
}

static double value_of(const struct metric *metrics, size_t n_metrics, const char *name)
{
    const struct metric *metric = metric_find(metrics, n_metrics, name);
    return metric == NULL ? NAN : metric->value;
}

static void set_ratio(struct row *row, const struct metric *metrics, size_t n_metrics)
{
    double ratio = value_of(metrics, n_metrics, METRIC_THROUGHPUT);
    double spread = value_of(metrics, n_metrics, METRIC_SPEED_SPREAD);
    if (isfinite(ratio) && isfinite(spread)) {
        set(row, COLUMN_RATIO, "%.2fx +-%.0f%%", ratio, 100 * spread);
    } else if (isfinite(ratio)) {
        set(row, COLUMN_RATIO, ratio < 0.005 ? "-" : "%.2fx", ratio); // not counted
    }
}

static void set_speed(struct row *row, double speed)
{
    if (isfinite(speed) && speed >= 1e6) {
        set(row, COLUMN_SPEED, "%.1f M", speed / 1e6);
    } else if (isfinite(speed)) {
        set(row, COLUMN_SPEED, speed < 1e4 ? "%.1f k" : "%.0f k", speed / 1e3);
    }
}

/// The labs on addresses.
static void set_address_metrics(struct row *row, const struct metric *metrics, size_t n_metrics)
{
    double accesses = value_of(metrics, n_metrics, METRIC_ACCESSES);
    double hits = value_of(metrics, n_metrics, METRIC_HIT_RATE);
    double faults = value_of(metrics, n_metrics, METRIC_VM_FAULTS);
    double references = value_of(metrics, n_metrics, METRIC_WALK_REFERENCES);
    const struct metric *frames = metric_find(metrics, n_metrics, METRIC_TABLE_FRAMES);
    if (isfinite(accesses)) {
        set(row, COLUMN_ACCESSES, "%.0f", accesses);
    }
    if (isfinite(hits)) {
        set(row, COLUMN_HITS, "%.1f%%", 100 * hits);
    }
    if (isfinite(faults)) {
        set(row, COLUMN_FAULTS, "%.0f", faults);
        set(row, COLUMN_YARDSTICK, "%.0f/%.0f",
            metric_find(metrics, n_metrics, METRIC_VM_FAULTS)->reference,
            value_of(metrics, n_metrics, METRIC_OPT_FAULTS));
    }
    if (frames != NULL) {
        set(row, COLUMN_FRAMES, "%.0f/%.0f", frames->value, frames->reference);
    }
    if (isfinite(references)) {
        set(row, COLUMN_REFERENCES, "%.2f", references);
    }
}

static void set_metrics(struct row *row, const struct metric *metrics, size_t n_metrics)
{
    set_address_metrics(row, metrics, n_metrics);
    double utilization = value_of(metrics, n_metrics, METRIC_UTILIZATION);
    double internal = value_of(metrics, n_metrics, METRIC_INTERNAL_FRAG);
    double external = value_of(metrics, n_metrics, METRIC_EXTERNAL_FRAG);
    double ops = value_of(metrics, n_metrics, METRIC_OPS);
    if (isfinite(utilization)) {
        set(row, COLUMN_UTILIZATION, "%.1f%%", 100 * utilization);
    }
    if (isfinite(internal) && isfinite(external)) {
        set(row, COLUMN_FRAGMENTATION, "%.1f/%.1f", 100 * internal, 100 * external);
    }
    if (isfinite(ops)) {
        set(row, COLUMN_OPS, "%.0f", ops);
    }
    double cycles = value_of(metrics, n_metrics, METRIC_CYCLES);
    if (isfinite(cycles)) {
        set(row, COLUMN_CYCLES, "%.0f", cycles);
    }
    set_speed(row, value_of(metrics, n_metrics, METRIC_SPEED));
    set_ratio(row, metrics, n_metrics);
}

static void set_points(struct row *row, double score, double max_score)
{
    char points[24];
    char max_points[24];
    page_points(score, points);
    page_max_points(max_score, max_points);
    if (max_score > 0) {
        set(row, COLUMN_POINTS, "%s/%s", points, max_points);
    }
}

static struct row case_row(const struct case_result *one)
{
    struct row row = {.tone = TONE_GOOD};
    const char *mark = "+";
    const char *code = NULL;
    if (one->status == STATUS_FAILED) {
        row.tone = TONE_BAD;
        mark = "X";
        code = one->verdict == NULL ? "FAILED" : one->verdict->code;
    } else if (one->status == STATUS_SKIPPED) {
        row.tone = TONE_WARN;
        mark = "-";
        code = "skipped";
    } else if (one->n_warnings > 0) {
        row.tone = TONE_WARN;
        mark = "!";
        code = one->warnings[0].code;
    }
    set(&row, COLUMN_TRACE, "%s", one->trace);
    if (one->machine != NULL) {
        set(&row, COLUMN_MACHINE, "%s", one->machine);
    }
    set(&row, COLUMN_OK, "%s", mark);
    set_metrics(&row, one->metrics, one->n_metrics);
    set_points(&row, one->score, one->max_score);
    if (code != NULL && one->n_warnings > 1 && one->status == STATUS_PASSED) {
        set(&row, COLUMN_VERDICT, "%s +%zu", code, one->n_warnings - 1);
    } else if (code != NULL) {
        set(&row, COLUMN_VERDICT, "%s", code);
    }
    return row;
}

/// "12 traces, 11 ok" with the means of the whole submission.
static struct row total_row(const struct result *result)
{
    struct row row = {.tone = TONE_PLAIN};
    size_t n_passed = 0;
    for (size_t i = 0; i < result->n_cases; i++) {
        n_passed += result->cases[i].status == STATUS_PASSED;
    }
    set(&row, COLUMN_TRACE, "%zu %s%s, %zu ok", result->n_cases, terminal_case_noun(result),
        result->n_cases == 1 ? "" : "s", n_passed);
    set_metrics(&row, result->metrics, result->n_metrics);
    set_points(&row, result->score, result->max_score);
    return row;
}

/// The widest cell of a column, 0 when all are empty.
static size_t column_width(const struct table *table, enum column column)
{
    size_t widest = 0;
    for (size_t i = 0; i < table->n_rows; i++) {
        const char *cell = table->rows[i].cells[column];
        size_t width = cell == NULL ? 0 : strlen(cell);
        widest = width > widest ? width : widest;
    }
    size_t title = strlen(column_infos[column].title);
    return widest > 0 && widest < title ? title : widest;
}

/// Leaves out empty columns, then one after the other by `drop` until the rest fits.
static void choose_columns(struct table *table, size_t page_width)
{
    size_t total = 0;
    for (enum column column = 0; column < N_COLUMNS; column++) {
        size_t width = column_width(table, column);
        table->shown[column] = width > 0;
        total += width > 0 ? width + strlen(SEPARATOR) : 0;
    }
    for (int drop = 1; drop <= N_COLUMNS; drop++) {
        for (enum column column = 0; column < N_COLUMNS; column++) {
            if (total > page_width + strlen(SEPARATOR) && table->shown[column] &&
                column_infos[column].drop == drop) {
                table->shown[column] = false;
                total -= column_width(table, column) + strlen(SEPARATOR);
            }
        }
    }
}

static void must(int failure)
{
    if (failure != 0) {
        die("cannot make a table");
    }
}

static void add_row(struct libscols_table *output, const struct table *table, const struct row *row)
{
    struct libscols_line *line = scols_table_new_line(output, NULL);
    must(line == NULL);
    size_t idx = 0;
    for (enum column column = 0; column < N_COLUMNS; column++) {
        if (!table->shown[column]) {
            continue;
        }
        must(scols_line_set_data(line, idx, row->cells[column]));
        if ((column == COLUMN_OK || column == COLUMN_VERDICT) && row->tone != TONE_PLAIN) {
            must(scols_cell_set_color(scols_line_get_cell(line, idx),
                                      page_tone_sequence(row->tone)));
        }
        idx++;
    }
}

/// smartcols pads rows to the table's width; no line shall end in spaces.
static void print_trimmed(FILE *stream, const char *text)
{
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        size_t used = length;
        while (used > 0 && text[used - 1] == ' ') {
            used--;
        }
        fprintf(stream, "%.*s\n", (int)used, text);
        text += length + (text[length] == '\n');
    }
}

static void print_table(const struct page *page, const struct table *table)
{
    struct libscols_table *output = scols_new_table();
    char *text = NULL;
    must(output == NULL);
    must(scols_table_set_column_separator(output, SEPARATOR));
    must(scols_table_set_termforce(output, SCOLS_TERMFORCE_ALWAYS));
    must(scols_table_set_termwidth(output, page->width));
    must(scols_table_enable_colors(output, page->colors));
    for (enum column column = 0; column < N_COLUMNS; column++) {
        const struct column_info *info = &column_infos[column];
        if (table->shown[column]) {
            must(scols_table_new_column(output, info->title, 0, info->flags) == NULL);
        }
    }
    for (size_t i = 0; i < table->n_rows; i++) {
        add_row(output, table, &table->rows[i]);
    }
    must(scols_print_table_to_string(output, &text));
    print_trimmed(page->stream, text);
    free(text);
    scols_unref_table(output);
}

void terminal_table(const struct page *page, const struct result *result)
{
    struct table table = {.n_rows = result->n_cases + 2};
    table.rows = xcalloc(table.n_rows, sizeof *table.rows);
    for (size_t i = 0; i < result->n_cases; i++) {
        table.rows[i] = case_row(&result->cases[i]);
    }
    table.rows[result->n_cases + 1] = total_row(result); // behind an empty row
    choose_columns(&table, page->width);
    print_table(page, &table);
    fputc('\n', page->stream);
    for (size_t i = 0; i < table.n_rows; i++) {
        for (enum column column = 0; column < N_COLUMNS; column++) {
            free(table.rows[i].cells[column]);
        }
    }
    free(table.rows);
}
