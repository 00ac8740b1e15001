// SPDX-License-Identifier: MIT
// What a late policy did, told three times: to the instructor as FOLDER/late.csv, to a student as a
// paragraph, and in a result tree as a deduction, so that every format gives the points that count.
#ifndef MMGRADE_REPORTS_LATE_REPORT_H
#define MMGRADE_REPORTS_LATE_REPORT_H

#include <stddef.h>
#include <stdio.h>

#include "grading/late.h"
#include "harness/base/error.h"
#include "harness/base/result.h"

/// The line of titles of late.csv: name, submitted, due (ISO 8601, UTC), days_late, raw, deduction,
/// final, reason.
void late_report_head(FILE *stream);

/// One submission's line.
void late_report_line(FILE *stream, const char *name, const struct late_outcome *outcome);

/// When it was handed in and what that costs; a line of its own. Nothing when nobody knows.
void late_report_paragraph(FILE *stream, const struct late_outcome *outcome, double max_score);

/// Takes points off the result: a criterion "late" with a negative score and nothing to win, so
/// that criteria still add up to the score. 0 and NAN do nothing.
void late_report_deduct(struct result *result, double deduction);

/// The points that late_report_deduct has taken off; 0: none.
double late_report_deducted(const struct result *result);

/// What late.csv says of one submission.
struct late_deduction {
    char *name; ///< as the file has it: printable
    double points;
};

struct late_deductions {
    struct late_deduction *items;
    size_t n_items;
};

/// Reads FOLDER/late.csv; none when there is no such file. False with *error (file:line), and
/// nothing to free, when it is no such list.
bool late_deductions_read(struct late_deductions *deductions, const char *folder,
                          struct error *error);

/// Of the submission that a result is of; 0 when it has none.
double late_deductions_find(const struct late_deductions *deductions, const char *submission);

void late_deductions_free(struct late_deductions *deductions);

#endif
