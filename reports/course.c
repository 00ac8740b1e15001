// SPDX-License-Identifier: MIT
// Rows of grades.csv, and the results that belong to them.
#include "reports/course.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "grading/csv.h"
#include "harness/base/memory.h"
#include "harness/base/printable.h"
#include "reports/csv_print.h"
#include "reports/json_read.h"
#include "reports/redact.h"

enum { NAME, STATUS, SCORE, MAX_SCORE, FIRST_VERDICT };

static const struct csv_column columns[] = {[NAME] = {"name", true},
                                            [STATUS] = {"status", true},
                                            [SCORE] = {"score", true},
                                            [MAX_SCORE] = {"max_score", true},
                                            [FIRST_VERDICT] = {"first_verdict", true},
                                            {NULL}};

/// An empty cell is NAN.
static bool take_number(const char *path, size_t line, const char *cell, double *number,
                        struct error *error)
{
    char *end;
    *number = *cell == '\0' ? NAN : strtod(cell, &end);
    return *cell == '\0' || (*end == '\0' && isfinite(*number)) ||
           error_at(error, path, line, 0, "no number of points: '%s'", cell);
}

static bool take_row(const char *path, const struct csv_row *from, struct export_row *to,
                     struct error *error)
{
    const char *first_verdict = from->cells[FIRST_VERDICT];
    *to = (struct export_row){.name = csv_unguard(xstrdup(from->cells[NAME])),
                              .status = xstrdup(from->cells[STATUS]),
                              .first_verdict =
                                  *first_verdict == '\0' ? NULL : xstrdup(first_verdict)};
    return take_number(path, from->line, from->cells[SCORE], &to->score, error) &&
           take_number(path, from->line, from->cells[MAX_SCORE], &to->max_score, error);
}

bool course_read(const char *folder, struct export_source *source, struct error *error)
{
    struct csv csv;
    char *path = xasprintf("%s/grades.csv", folder);
    bool ok = csv_read(&csv, path, columns, error);
    if (ok) {
        source->rows = xcalloc(csv.n_rows, sizeof *source->rows);
        for (size_t i = 0; ok && i < csv.n_rows; i++) {
            source->n_rows++;
            ok = take_row(path, &csv.rows[i], &source->rows[i], error);
        }
        csv_free(&csv);
    }
    if (!ok) {
        course_free(source);
    }
    free(path);
    return ok;
}

// --- Results ----------------------------------------------------------------------------------

/// Keeps name, machine, outcome, code, metrics and points of the case; the rest goes.
static void shorten_case(struct case_result *one)
{
    struct result rest = {.cases = xcalloc(1, sizeof *one), .n_cases = 1};
    rest.cases[0] = *one;
    *one = (struct case_result){.trace = one->trace,
                                .machine = one->machine,
                                .weight = one->weight,
                                .hidden = one->hidden,
                                .status = one->status,
                                .metrics = one->metrics,
                                .n_metrics = one->n_metrics,
                                .score = one->score,
                                .max_score = one->max_score};
    struct verdict *verdict = rest.cases[0].verdict;
    one->verdict = verdict == NULL ? NULL : verdict_new(verdict->code, verdict->op, verdict->line);
    rest.cases[0].trace = NULL;
    rest.cases[0].machine = NULL;
    rest.cases[0].metrics = NULL;
    rest.cases[0].n_metrics = 0;
    result_free(&rest);
}

/// Traces that were made of a seed have one name for all students: "random-*.rep".
static void forget_seed(struct case_result *one)
{
    char *seed = xasprintf("-%" PRIu64 ".rep", one->seed);
    size_t n = strlen(one->trace);
    size_t n_seed = strlen(seed);
    if (one->seed != 0 && n > n_seed && strcmp(one->trace + n - n_seed, seed) == 0) {
        char *name = xasprintf("%.*s-*.rep", (int)(n - n_seed), one->trace);
        free(one->trace);
        one->trace = name;
    }
    free(seed);
}

void course_take_result(struct export_row *row, struct result *result)
{
    for (size_t i = 0; i < result->n_cases; i++) {
        forget_seed(&result->cases[i]);
        shorten_case(&result->cases[i]);
    }
    free(result->build.output);
    result->build.output = NULL;
    row->result = xcalloc(1, sizeof *row->result);
    *row->result = *result;
    *result = (struct result){0};
}

static int is_json(const struct dirent *child)
{
    size_t length = strlen(child->d_name);
    return child->d_name[0] != '.' && length > 5 &&
           strcmp(child->d_name + length - 5, ".json") == 0;
}

/// The row that a result is of, or NULL. Two names may look the same: the first without a result.
static struct export_row *find_row(struct export_source *source, char *const *names,
                                   const char *submission)
{
    size_t i = 0;
    while (i < source->n_rows &&
           (source->rows[i].result != NULL || strcmp(names[i], submission) != 0)) {
        i++;
    }
    return i < source->n_rows ? &source->rows[i] : NULL;
}

static bool read_one(const char *path, char *const *hidden, size_t n_hidden, char *const *names,
                     struct export_source *source, struct error *error)
{
    struct result result;
    if (!json_read_file(path, &result, error)) {
        return false;
    }
    redact_hide(&result, hidden, n_hidden);
    if (n_hidden > 0) {
        redact_result(&result);
    }
    struct export_row *row =
        result.submission == NULL ? NULL : find_row(source, names, result.submission);
    if (row != NULL) {
        course_take_result(row, &result);
    }
    result_free(&result);
    return true;
}

/// How results call the rows. free_names frees them.
static char **make_names(const struct export_source *source)
{
    char **names = xcalloc(source->n_rows, sizeof *names);
    for (size_t i = 0; i < source->n_rows; i++) {
        names[i] = printable_line(source->rows[i].name);
    }
    return names;
}

static void free_names(char **names, size_t n_names)
{
    for (size_t i = 0; i < n_names; i++) {
        free(names[i]);
    }
    free(names);
}

bool course_read_results(const char *folder, char *const *hidden, size_t n_hidden,
                         struct export_source *source, struct error *error)
{
    struct dirent **children;
    char *results = xasprintf("%s/results", folder);
    int n = scandir(results, &children, is_json, alphasort);
    bool ok = n >= 0 || error_at(error, results, 0, 0, "cannot be read: %s", strerror(errno));
    char **names = make_names(source);
    for (int i = 0; i < n; i++) {
        char *path = xasprintf("%s/%s", results, children[i]->d_name);
        ok = ok && read_one(path, hidden, n_hidden, names, source, error);
        free(path);
        free(children[i]);
    }
    if (n >= 0) {
        free(children);
    }
    free_names(names, source->n_rows);
    free(results);
    return ok;
}

/// Why the first test that failed did, or the build.
static const char *first_verdict(const struct result *result)
{
    if (result->build.verdict != NULL) {
        return result->build.verdict->code;
    }
    for (size_t i = 0; i < result->n_cases; i++) {
        if (result->cases[i].verdict != NULL) {
            return result->cases[i].verdict->code;
        }
    }
    return NULL;
}

void course_of_result(const struct result *result, struct export_source *source)
{
    const char *verdict = first_verdict(result);
    source->n_rows = 1;
    source->rows = xcalloc(1, sizeof *source->rows);
    source->rows[0] =
        (struct export_row){.name = xstrdup(result->submission),
                            .status = xstrdup(result->build.ok ? "graded" : "not_built"),
                            .score = result->score,
                            .max_score = result->max_score,
                            .first_verdict = verdict == NULL ? NULL : xstrdup(verdict)};
}

void course_free(struct export_source *source)
{
    for (size_t i = 0; i < source->n_rows; i++) {
        free(source->rows[i].name);
        free(source->rows[i].status);
        free(source->rows[i].first_verdict);
        free(source->rows[i].pseudonym);
        if (source->rows[i].result != NULL) {
            result_free(source->rows[i].result);
            free(source->rows[i].result);
        }
    }
    free(source->rows);
    source->rows = NULL;
    source->n_rows = 0;
}
