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

/// One row: the result's.
void course_of_result(const struct result *result, struct export_source *source);

void course_free(struct export_source *source);

#endif
