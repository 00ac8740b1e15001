// SPDX-License-Identifier: MIT
// A late policy with the extensions that single students have, from a CSV file:
//
//     name,student_id,due,extra_hours,extra_days
//     "Doe, Jane",,2026-03-08 18:00:00 +01:00,,
//     ,4711,,,2
//
// The first line names the columns, in any order; those that are of no use may be missing. A row is
// for the submission of that name and for those (of a group: one of whose members) has that
// student_id. It says a new point of time, or how much is added to the rubric's. Of several rows
// for one submission the latest counts. csv.h says what the file may look like.
#ifndef MMGRADE_GRADING_LATE_RULES_H
#define MMGRADE_GRADING_LATE_RULES_H

#include <stdbool.h>
#include <stddef.h>

#include "grading/gradebook.h"
#include "grading/intake.h"
#include "grading/late.h"
#include "harness/base/error.h"

struct late_extension {
    char *name;       ///< or NULL
    char *student_id; ///< or NULL
    int64_t due_at;
    size_t line; ///< in the file
};

/// Starts as {0}: nothing is late.
struct late_rules {
    struct late_policy policy; ///< its strings are the rubric's
    struct late_extension *extensions;
    size_t n_extensions;
    char *path; ///< of the extensions' file; NULL: there is none
};

/// Reads the extensions: of `extensions` (the command line's; or NULL), else of the policy's, whose
/// path is relative to the folder of `rubric_path`. False with *error (file:line), and nothing to
/// free, when there is no policy to extend, the file cannot be read, a row is for nobody, stands
/// twice, has no time or two, or one that is no later than the rubric's.
bool late_rules_read(struct late_rules *rules, const struct late_policy *policy,
                     const char *rubric_path, const char *extensions, struct error *error);

/// Notes on stderr each extension that is for nobody in the course: a misspelt name, mostly.
void late_rules_check(const struct late_rules *rules, const struct intake *intake);

/// What becomes of the row's raw score.
struct late_outcome late_rules_apply(const struct late_rules *rules,
                                     const struct gradebook_row *row);

void late_rules_free(struct late_rules *rules);

#endif
