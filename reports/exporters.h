// SPDX-License-Identifier: MIT
// Every form that the results of a whole course can be given. One submission's result has its forms
// in reports/formats.h (gradescope, autolab, github, junit, tap, feedback); an exporter is for what
// can only be told of all together. Like a format it computes nothing.
//
// Names, messages and paths are foreign: each exporter escapes what its form needs (a cell that a
// spreadsheet would take for a formula, a name that would leave a folder).
#ifndef MMGRADE_REPORTS_EXPORTERS_H
#define MMGRADE_REPORTS_EXPORTERS_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/error.h"
#include "harness/base/result.h"

/// One line of the course's list.
struct export_row {
    char *name;       ///< of the submission, as the list has it
    char *status;     ///< "graded", "not_built", "harness_error"
    double score;     ///< that counts, after deductions; NAN: none; a harness error is never a zero
    double max_score; ///< NAN: none
    char *first_verdict;   ///< the first failing case's code; or NULL
    struct result *result; ///< what course_take_result leaves of it; NULL: none, or not read
    char *pseudonym;       ///< or NULL: not given
};

struct export_source {
    const char *title; ///< of the assignment, for a column's head
    struct export_row *rows;
    size_t n_rows;
    const char *roster;      ///< path of Canvas's own export, whose people are filled in; or NULL
    const char *submissions; ///< where they are, as for `mmgrade batch`; for plagiarism alone
};

struct exporter {
    const char *name; ///< "canvas", "csv", "plagiarism"
    const char *description;
    bool is_folder;        ///< reads submissions and writes a new folder; else results and one file
    bool needs_results;    ///< of the rows
    bool needs_pseudonyms; ///< which only a batch has
    /// Writes to `path`, a file that is replaced whole or a folder that must not exist yet. False
    /// with *error.
    bool (*write)(const struct export_source *source, const char *path, struct error *error);
};

extern const struct exporter exporters[]; ///< the name is NULL at the end

/// The exporter of that name, or NULL.
const struct exporter *exporter_find(const char *name);

/// The exporters; for exporters.c.
bool export_canvas(const struct export_source *source, const char *path, struct error *error);
bool export_csv(const struct export_source *source, const char *path, struct error *error);
bool export_leaderboard(const struct export_source *source, const char *path, struct error *error);
bool export_leaderboard_csv(const struct export_source *source, const char *path,
                            struct error *error);
bool export_statistics(const struct export_source *source, const char *path, struct error *error);
bool export_plagiarism(const struct export_source *source, const char *path, struct error *error);

#endif
