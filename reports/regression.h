// SPDX-License-Identifier: MIT
// What has changed between a baseline and the figures of now. Names and texts in it belong to the
// two baselines, which must outlive it.
#ifndef MMGRADE_REPORTS_REGRESSION_H
#define MMGRADE_REPORTS_REGRESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "reports/baseline.h"
#include "reports/formats.h"

/// A figure that is held against the baseline.
struct figure {
    const char *name; ///< as in struct baseline_row
    const char *unit;
    bool higher_is_better;
    double tolerance;   ///< worse below (1 - tolerance) of the baseline, better above its inverse
    bool per_reference; ///< the geometric mean over the traces, not each trace by itself
    size_t offset;      ///< in struct baseline_row
};

enum { FIGURE_UTILIZATION, FIGURE_HEAP, FIGURE_OPS_PER_SBRK, FIGURE_CYCLES, FIGURE_SPEED, N_FIGURES };

extern const struct figure regression_figures[N_FIGURES];

enum change_kind {
    CHANGE_NONE,
    CHANGE_WORSE,
    CHANGE_BETTER,
    CHANGE_NEW,  ///< a reference or trace without a row in the baseline
    CHANGE_GONE, ///< a row of the baseline without its reference or trace
    CHANGE_KINDS
};

struct change {
    enum change_kind kind;
    const char *reference;       ///< NULL: all of them
    const char *trace;           ///< NULL: all of them
    const struct figure *figure; ///< NULL: the case as a whole, which passes or fails
    double before;
    double now;
    const char *failure; ///< when the case as a whole is worse or better: how it fails or failed
};

struct regression {
    struct change *changes; ///< in the order of the rows; what has gone comes last
    size_t n_changes;
    size_t counts[CHANGE_KINDS]; ///< CHANGE_NONE: figures and failing cases that are as before
};

/// Compares every figure that both sides have. A case that failed and still fails is as before.
/// O(rows^2).
void regression_compare(struct regression *regression, const struct baseline *before,
                        const struct baseline *now);

void regression_free(struct regression *regression);

/// The geometric mean of the reference's speed ratios, each divided by that of the baseline; NAN
/// when no trace was timed both times.
double regression_relative_speed(const struct baseline *before, const struct baseline *now,
                                 const char *reference);

/// Whether that is worse than its tolerance.
bool regression_is_slower(double relative_speed);

/// Gives the speed ratios of the baseline to the rows of each reference that is as fast as before
/// within the tolerance and has changed in no other figure, and to rows that were not timed: what
/// is noise shall not show in a diff.
void regression_keep_speed(const struct baseline *before, struct baseline *now);

/// Prints the changes as a table; nothing when there are none.
void regression_print(const struct regression *regression, FILE *stream,
                      const struct format_options *options);

#endif
