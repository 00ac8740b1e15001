// SPDX-License-Identifier: MIT
// Rosters.
#include "grading/roster.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "grading/csv.h"
#include "grading/intake_kinds.h"
#include "grading/timestamp.h"
#include "harness/base/memory.h"
#include "harness/base/printable.h"

enum { COLUMN_NAME, COLUMN_PATH, COLUMN_ID, COLUMN_SUBMITTED_AT };

static const struct csv_column columns[] = {
    [COLUMN_NAME] = {"name", true},
    [COLUMN_PATH] = {"path", true},
    [COLUMN_ID] = {"id", false},
    [COLUMN_SUBMITTED_AT] = {"submitted_at", false},
    {NULL},
};

bool roster_matches(const char *where)
{
    size_t n = strlen(where);
    struct stat status;
    return n > 4 && strcasecmp(where + n - 4, ".csv") == 0 && stat(where, &status) == 0 &&
           S_ISREG(status.st_mode);
}

static bool has_text(const char *cell)
{
    return cell != NULL && *cell != '\0';
}

static bool add_row(struct intake *intake, const char *where, const struct csv_row *row,
                    struct error *error)
{
    const char *name = row->cells[COLUMN_NAME];
    const char *path = row->cells[COLUMN_PATH];
    const char *id = row->cells[COLUMN_ID];
    const char *time = row->cells[COLUMN_SUBMITTED_AT];
    int64_t submitted_at = 0;
    if (*name == '\0' || *path == '\0') {
        return error_at(error, where, row->line, 0, "a row needs a %s",
                        *name == '\0' ? "name" : "path");
    }
    if (has_text(time) && !timestamp_parse(time, &submitted_at)) {
        char *shown = printable_line(time);
        error_at(error, where, row->line, 0, "'%.64s' is no time: %s", shown, TIMESTAMP_FORM);
        free(shown);
        return false;
    }
    const char *slash = *path == '/' ? NULL : strrchr(where, '/');
    int folder_bytes = slash == NULL ? 0 : (int)(slash - where + 1);
    char *full = xasprintf("%.*s%s", folder_bytes, where, path);
    intake_add(intake, name, full, has_text(id) ? id : NULL)->submitted_at = submitted_at;
    free(full);
    return true;
}

static int compare_rows(const void *left, const void *right)
{
    const struct csv_row *a = left;
    const struct csv_row *b = right;
    int order = strcmp(a->cells[COLUMN_NAME], b->cells[COLUMN_NAME]);
    return order != 0 ? order : (a->line > b->line) - (a->line < b->line);
}

/// Sorts the rows by name and refuses one that stands twice.
static bool check_names(const struct csv *csv, const char *where, struct error *error)
{
    if (csv->n_rows == 0) {
        return true;
    }
    qsort(csv->rows, csv->n_rows, sizeof *csv->rows, compare_rows);
    for (size_t i = 1; i < csv->n_rows; i++) {
        const struct csv_row *row = &csv->rows[i];
        if (strcmp(row->cells[COLUMN_NAME], row[-1].cells[COLUMN_NAME]) == 0) {
            char *shown = printable_line(row->cells[COLUMN_NAME]);
            error_at(error, where, row->line, 0, "'%.64s' stands twice (first on line %zu)", shown,
                     row[-1].line);
            free(shown);
            return false;
        }
    }
    return true;
}

bool roster_read(const char *where, struct intake *intake, struct error *error)
{
    struct csv csv;
    if (!csv_read(&csv, where, columns, error)) {
        return false;
    }
    bool ok = true;
    for (size_t i = 0; ok && i < csv.n_rows; i++) {
        ok = add_row(intake, where, &csv.rows[i], error);
    }
    ok = ok && check_names(&csv, where, error);
    csv_free(&csv);
    return ok;
}
