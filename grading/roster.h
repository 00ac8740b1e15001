// SPDX-License-Identifier: MIT
// A roster: a CSV file that says who handed in what.
//
//     name,path,id,submitted_at
//     "Doe, Jane",jane/mm.c,4711,2026-03-01 18:00:00 +01:00
//
// The first line names the columns, in any order; `id` and `submitted_at` may be missing, as
// columns or in a row. Paths are relative to the file's folder; links are followed, for the
// instructor wrote them. csv.h says what the file may look like, timestamp.h how a time is written.
#ifndef MMGRADE_GRADING_ROSTER_H
#define MMGRADE_GRADING_ROSTER_H

#include <stdbool.h>

#include "grading/intake.h"

/// Whether `where` is a file called *.csv.
bool roster_matches(const char *where);

/// Adds an entry for each row. False with *error, file and line, when the file is wrong: a row
/// without a name or path, a name that stood before, a time that is none.
bool roster_read(const char *where, struct intake *intake, struct error *error);

#endif
