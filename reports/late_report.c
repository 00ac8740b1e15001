// SPDX-License-Identifier: MIT
// Times, points and reasons as text.
#include "reports/late_report.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "grading/csv.h"
#include "harness/base/memory.h"
#include "harness/base/printable.h"
#include "reports/csv_print.h"
#include "reports/page.h"

#define PARAGRAPH_WIDTH 80
#define TIME_BYTES 40

enum { NAME, SUBMITTED, DUE, DAYS_LATE, RAW, DEDUCTION, FINAL, REASON, N_COLUMNS };

static const struct csv_column columns[] = {
    [NAME] = {"name", true},
    [SUBMITTED] = {"submitted", true},
    [DUE] = {"due", true},
    [DAYS_LATE] = {"days_late", true},
    [RAW] = {"raw", true},
    [DEDUCTION] = {"deduction", true},
    [FINAL] = {"final", true},
    [REASON] = {"reason", true},
    {NULL},
};

static const char *const reasons[] = {
    [LATE_UNKNOWN] = "time unknown",      [LATE_ON_TIME] = "on time",
    [LATE_WITHIN_GRACE] = "within grace", [LATE_LATE] = "late",
    [LATE_REFUSED] = "refused",
};

// --- Writing the list -------------------------------------------------------------------------

/// "2026-03-01T17:00:00Z", or with another form of strftime.
static void format_time(int64_t seconds, const char *form, char text[TIME_BYTES])
{
    struct tm parts;
    time_t time = (time_t)seconds;
    *text = '\0';
    if (gmtime_r(&time, &parts) != NULL) {
        strftime(text, TIME_BYTES, form, &parts);
    }
}

void late_report_head(FILE *stream)
{
    for (size_t i = 0; i < N_COLUMNS; i++) {
        fprintf(stream, "%s%s", columns[i].name, i + 1 < N_COLUMNS ? "," : "\n");
    }
}

void late_report_line(FILE *stream, const char *name, const struct late_outcome *outcome)
{
    char submitted[TIME_BYTES] = "";
    char due[TIME_BYTES];
    if (outcome->kind != LATE_UNKNOWN) {
        format_time(outcome->submitted_at, "%FT%TZ", submitted);
    }
    format_time(outcome->due_at, "%FT%TZ", due);
    csv_print_text(name, stream);
    fprintf(stream, ",%s,%s,%" PRId64 ",", submitted, due, outcome->n_days);
    csv_print_number(outcome->score + outcome->deduction, stream);
    fputc(',', stream);
    csv_print_number(outcome->deduction, stream);
    fputc(',', stream);
    csv_print_number(outcome->score, stream);
    fprintf(stream, ",%s%s\n", reasons[outcome->kind], outcome->is_extended ? " (extension)" : "");
}

// --- Telling the student ----------------------------------------------------------------------

/// "1 day and 3 hours": the two largest units. The caller frees it.
static char *duration_text(int64_t seconds)
{
    static const struct {
        const char *name;
        int64_t seconds;
    } units[] = {{"day", 86400}, {"hour", 3600}, {"minute", 60}, {"second", 1}};
    size_t i = 0;
    while (i + 1 < sizeof units / sizeof *units && seconds < units[i].seconds) {
        i++;
    }
    int64_t n = seconds / units[i].seconds;
    int64_t rest = seconds % units[i].seconds;
    bool has_more = units[i].seconds > 1 && rest >= units[i + 1].seconds;
    int64_t n_more = has_more ? rest / units[i + 1].seconds : 0;
    char *more = has_more ? xasprintf(" and %" PRId64 " %s%s", n_more, units[i + 1].name,
                                      n_more == 1 ? "" : "s")
                          : xstrdup("");
    char *text = xasprintf("%" PRId64 " %s%s%s", n, units[i].name, n == 1 ? "" : "s", more);
    free(more);
    return text;
}

/// What it costs that it was handed in afterwards. The caller frees it.
static char *price_text(const struct late_outcome *outcome, double max_score)
{
    char maximum[24];
    page_max_points(max_score, maximum);
    if (outcome->kind == LATE_WITHIN_GRACE) {
        return xstrdup("which is within the grace: no points are taken off.");
    }
    if (outcome->kind == LATE_REFUSED) {
        return xstrdup("too late to count: 0 points.");
    }
    return xasprintf("late: %g %% of %s points are taken off, %.1f - %.1f = %.1f.",
                     outcome->percent, maximum, outcome->score + outcome->deduction,
                     outcome->deduction, outcome->score);
}

void late_report_paragraph(FILE *stream, const struct late_outcome *outcome, double max_score)
{
    char due[TIME_BYTES];
    if (outcome->kind == LATE_UNKNOWN || isnan(outcome->score)) {
        return;
    }
    format_time(outcome->due_at, "%F %T UTC", due);
    const char *extended = outcome->is_extended ? " (extended)" : "";
    char *text;
    if (outcome->kind == LATE_ON_TIME) {
        text = xasprintf("Handed in on time; it was due %s%s.", due, extended);
    } else {
        char *distance = duration_text(outcome->submitted_at - outcome->due_at);
        char *price = price_text(outcome, max_score);
        text = xasprintf("Handed in %s after %s%s, %s", distance, due, extended, price);
        free(price);
        free(distance);
    }
    page_wrap(&(struct page){.stream = stream, .width = PARAGRAPH_WIDTH}, "", 0, text);
    free(text);
}

// --- Taking points off ------------------------------------------------------------------------

void late_report_deduct(struct result *result, double deduction)
{
    if (!(deduction > 0)) {
        return;
    }
    result->criteria =
        xreallocarray(result->criteria, result->n_criteria + 1, sizeof *result->criteria);
    result->criteria[result->n_criteria++] = (struct criterion_result){
        .name = xstrdup("late"), .score = -deduction, .value = NAN, .none = NAN, .full = NAN};
    result->score = round((result->score - deduction) * 1e6) / 1e6;
}

double late_report_deducted(const struct result *result)
{
    double points = 0;
    for (size_t i = 0; i < result->n_criteria; i++) {
        points += fmax(-result->criteria[i].score, 0);
    }
    return points;
}

static bool take_deduction(struct late_deductions *deductions, const char *path,
                           const struct csv_row *row, struct error *error)
{
    char *end;
    const char *cell = row->cells[DEDUCTION];
    double points = strtod(cell, &end);
    if (*end != '\0' || !isfinite(points)) {
        return error_at(error, path, row->line, 0, "no number of points: '%.64s'", cell);
    }
    char *name = csv_unguard(xstrdup(row->cells[NAME]));
    deductions->items[deductions->n_items++] =
        (struct late_deduction){.name = printable_line(name), .points = points};
    free(name);
    return true;
}

bool late_deductions_read(struct late_deductions *deductions, const char *folder,
                          struct error *error)
{
    *deductions = (struct late_deductions){0};
    struct csv csv = {0};
    char *path = xasprintf("%s/late.csv", folder);
    bool ok = access(path, F_OK) != 0 || csv_read(&csv, path, columns, error);
    deductions->items = xcalloc(csv.n_rows, sizeof *deductions->items);
    for (size_t i = 0; ok && i < csv.n_rows; i++) {
        ok = take_deduction(deductions, path, &csv.rows[i], error);
    }
    if (!ok) {
        late_deductions_free(deductions);
    }
    csv_free(&csv);
    free(path);
    return ok;
}

double late_deductions_find(const struct late_deductions *deductions, const char *submission)
{
    for (size_t i = 0; i < deductions->n_items; i++) {
        if (strcmp(deductions->items[i].name, submission) == 0) {
            return deductions->items[i].points;
        }
    }
    return 0;
}

void late_deductions_free(struct late_deductions *deductions)
{
    for (size_t i = 0; i < deductions->n_items; i++) {
        free(deductions->items[i].name);
    }
    free(deductions->items);
    *deductions = (struct late_deductions){0};
}
