// SPDX-License-Identifier: MIT
// Rows of grades.csv.
#include "reports/course.h"

#include <math.h>
#include <stdlib.h>

#include "grading/csv.h"
#include "harness/base/memory.h"
#include "reports/csv_print.h"

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
    }
    free(source->rows);
    source->rows = NULL;
    source->n_rows = 0;
}
