// SPDX-License-Identifier: MIT
// Canvas's gradebook CSV. Canvas knows people by its own ID or by their SIS ids, so the right file
// is made from the one that Canvas exported (`roster`): of its columns those that tell who somebody
// is, of its rows the people, and one column of points. Other columns would set those grades anew.
// A submission belongs to the person whose login, name or id it is called by. Without a roster the
// submissions' names stand as logins.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "grading/csv.h"
#include "harness/base/memory.h"
#include "harness/base/printable.h"
#include "reports/csv_print.h"
#include "reports/exporters.h"
#include "reports/replace.h"

enum { STUDENT, ID, SIS_USER_ID, SIS_LOGIN_ID, SECTION, N_COLUMNS };

static const struct csv_column columns[] = {
    [STUDENT] = {"Student", true},          [ID] = {"ID", true},
    [SIS_USER_ID] = {"SIS User ID", false}, [SIS_LOGIN_ID] = {"SIS Login ID", false},
    [SECTION] = {"Section", false},         {.takes_others = true}};

static void print_line(const char *const *cells, const char *title, FILE *stream)
{
    for (size_t i = 0; i < N_COLUMNS; i++) {
        csv_print_text(cells[i], stream);
        fputc(',', stream);
    }
    csv_print_text(title, stream);
}

static void print_points(const char *const *cells, double points, FILE *stream)
{
    print_line(cells, NULL, stream);
    csv_print_number(points, stream);
    fputc('\n', stream);
}

static double most_points(const struct export_source *source)
{
    double most = NAN;
    for (size_t i = 0; i < source->n_rows; i++) {
        most = fmax(most, source->rows[i].max_score); // of a NAN and a number, the number
    }
    return most;
}

static bool is_person(const struct csv_row *person, const char *name)
{
    for (size_t i = STUDENT; i <= SIS_LOGIN_ID; i++) {
        const char *cell = person->cells[i];
        if (cell != NULL && *cell != '\0' && strcmp(cell, name) == 0) {
            return true;
        }
    }
    return false;
}

/// The points of the person's submission; NAN, which leaves Canvas's cell as it is, without one.
static double points_of(const struct export_source *source, const struct csv_row *person,
                        bool *is_placed)
{
    for (size_t i = 0; i < source->n_rows; i++) {
        if (is_person(person, source->rows[i].name)) {
            is_placed[i] = true;
            return source->rows[i].score;
        }
    }
    return NAN;
}

/// Canvas's file has a line or two above the people: "    Points Possible", "Manual Posting".
static bool has_id(const struct csv_row *person)
{
    const char *id = person->cells[ID];
    return id != NULL && *id != '\0';
}

static void print_people(const struct export_source *source, const struct csv *roster, FILE *stream)
{
    bool *is_placed = xcalloc(source->n_rows, sizeof *is_placed);
    for (size_t i = 0; i < roster->n_rows; i++) {
        const struct csv_row *person = &roster->rows[i];
        if (has_id(person)) {
            print_points(person->cells, points_of(source, person, is_placed), stream);
        }
    }
    for (size_t i = 0; i < source->n_rows; i++) {
        if (!is_placed[i]) {
            char *name = printable_line(source->rows[i].name);
            note("%s: nobody is called '%s'; these points are left out", source->roster, name);
            free(name);
        }
    }
    free(is_placed);
}

static void print_submissions(const struct export_source *source, FILE *stream)
{
    for (size_t i = 0; i < source->n_rows; i++) {
        const char *name = source->rows[i].name;
        const char *const cells[N_COLUMNS] = {[STUDENT] = name, [SIS_LOGIN_ID] = name};
        print_points(cells, source->rows[i].score, stream);
    }
}

bool export_canvas(const struct export_source *source, const char *path, struct error *error)
{
    struct csv roster = {0};
    if (source->roster != NULL && !csv_read(&roster, source->roster, columns, error)) {
        return false;
    }
    struct replacement replacement;
    bool ok = replace_begin(&replacement, path, error);
    if (ok) {
        const char *names[N_COLUMNS];
        const char *const above[N_COLUMNS] = {[STUDENT] = "    Points Possible"};
        for (size_t i = 0; i < N_COLUMNS; i++) {
            names[i] = columns[i].name;
        }
        print_line(names, source->title, replacement.stream);
        fputc('\n', replacement.stream);
        print_points(above, most_points(source), replacement.stream);
        if (source->roster == NULL) {
            print_submissions(source, replacement.stream);
        } else {
            print_people(source, &roster, replacement.stream);
        }
        ok = replace_finish(&replacement, error);
    }
    csv_free(&roster);
    return ok;
}
