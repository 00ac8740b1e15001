// SPDX-License-Identifier: MIT
// What the results of a course say of the course, for its instructor: how many were graded, how
// their points are spread, which traces and which faults cost most. It names no submission.
//
// Scores are those that count (after late deductions); points of single criteria are raw. Traces
// and criteria are of submissions that were built. A trace that is played on several machines
// counts once for each.
#ifndef MMGRADE_REPORTS_STATISTICS_H
#define MMGRADE_REPORTS_STATISTICS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "harness/base/error.h"
#include "reports/exporters.h"

#define STATISTICS_BINS 10

/// Of n values; all but n are NAN when there are none. Between two values quartiles are
/// interpolated (Hyndman and Fan's type 7, as spreadsheets' QUARTILE.INC).
struct quartiles {
    size_t n;
    double minimum;
    double lower;
    double median;
    double upper;
    double maximum;
    double mean;
};

struct code_count {
    const char *code; ///< of a verdict; static
    size_t n;
};

struct code_counts {
    struct code_count *items; ///< the most frequent first, then by name
    size_t n_items;
};

struct criterion_statistics {
    const char *name; ///< the results'
    double max_score;
    struct quartiles points;
};

struct trace_statistics {
    const char *name; ///< the results'
    size_t n_runs;
    size_t n_passed;
    struct code_counts verdicts; ///< of those that did not pass
};

/// Strings are the source's.
struct statistics {
    const char *lab;    ///< NULL: there is no result
    const char *rubric; ///< its path; or NULL
    size_t n_graded;
    size_t n_not_built;
    size_t n_errors;  ///< of the harness: no score
    size_t n_missing; ///< not handed in, says a roster: no score that counts here
    double max_score; ///< NAN: nobody has a score
    struct quartiles scores;
    size_t bins[STATISTICS_BINS]; ///< submissions by tenths of their maximum; 100 % in the last
    struct criterion_statistics *criteria;
    size_t n_criteria;
    struct trace_statistics *traces;
    size_t n_traces;
    struct code_counts first_verdicts;
};

/// Sorts the values.
struct quartiles quartiles_of(double *values, size_t n_values);

/// Of a source whose rows have their results; statistics_free frees what it fills.
void statistics_collect(struct statistics *statistics, const struct export_source *source);

void statistics_free(struct statistics *statistics);

/// As text of 80 columns.
void statistics_print(const struct statistics *statistics, FILE *stream);

/// Draws the histogram: FOLDER/statistics.svg and .png beside statistics.gp, unless they are there
/// and would be the same. False with *error when gnuplot is missing or fails; then there is none.
bool statistics_draw(const struct statistics *statistics, const char *folder, struct error *error);

#endif
