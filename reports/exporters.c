// SPDX-License-Identifier: MIT
// The list of exporters, and the plain one.
#include "reports/exporters.h"

#include <stdio.h>
#include <string.h>

#include "reports/csv_print.h"
#include "reports/replace.h"

const struct exporter exporters[] = {
    {"csv", "name, status, points and first verdict, one line a submission", .write = export_csv},
    {"canvas", "Canvas's gradebook CSV, with one new column", .write = export_canvas},
    {"statistics", "histogram, quartiles, pass rates of traces, verdicts; for the instructor",
     .needs_results = true, .write = export_statistics},
    {"leaderboard", "ranks under pseudonyms, for everybody to see", .needs_results = true,
     .needs_pseudonyms = true, .write = export_leaderboard},
    {"leaderboard-csv", "the same as CSV", .needs_results = true, .needs_pseudonyms = true,
     .write = export_leaderboard_csv},
    {"plagiarism", "the sources, a folder a student, as MOSS, JPlag and Dolos read them",
     .is_folder = true, .write = export_plagiarism},
    {NULL},
};

const struct exporter *exporter_find(const char *name)
{
    for (const struct exporter *exporter = exporters; exporter->name != NULL; exporter++) {
        if (strcmp(exporter->name, name) == 0) {
            return exporter;
        }
    }
    return NULL;
}

bool export_csv(const struct export_source *source, const char *path, struct error *error)
{
    struct replacement replacement;
    if (!replace_begin(&replacement, path, error)) {
        return false;
    }
    FILE *stream = replacement.stream;
    fputs("name,status,score,max_score,first_verdict\n", stream);
    for (size_t i = 0; i < source->n_rows; i++) {
        const struct export_row *row = &source->rows[i];
        csv_print_text(row->name, stream);
        fputc(',', stream);
        csv_print_text(row->status, stream);
        fputc(',', stream);
        csv_print_number(row->score, stream);
        fputc(',', stream);
        csv_print_number(row->max_score, stream);
        fputc(',', stream);
        csv_print_text(row->first_verdict, stream);
        fputc('\n', stream);
    }
    return replace_finish(&replacement, error);
}
