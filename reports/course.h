// SPDX-License-Identifier: MIT
// The list of a course's results: from the folder that `mmgrade batch --out` writes, or of one
// result alone.
#ifndef MMGRADE_REPORTS_COURSE_H
#define MMGRADE_REPORTS_COURSE_H

#include <stdbool.h>

#include "harness/base/error.h"
#include "harness/base/result.h"
#include "reports/exporters.h"

/// Fills the rows from FOLDER/grades.csv (name,status,score,max_score,first_verdict). False with
/// *error (file:line), and nothing to free, when it cannot be read.
bool course_read(const char *folder, struct export_source *source, struct error *error);

/// Gives the rows their results, from FOLDER/results/*.json; a row without one keeps NULL. Of
/// traces that match one of the patterns only what redact_result leaves is there. False with *error
/// when the folder or a result cannot be read; the rows stay.
bool course_read_results(const char *folder, char *const *hidden, size_t n_hidden,
                         struct export_source *source, struct error *error);

/// Moves a result into a row, cut to what exporters need, for a course has thousands: points,
/// metrics, and of each case its name, outcome and verdict code. result_free may take what is left.
void course_take_result(struct export_row *row, struct result *result);

/// One row: the result's, without the result itself.
void course_of_result(const struct result *result, struct export_source *source);

void course_free(struct export_source *source);

#endif
