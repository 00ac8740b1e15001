// SPDX-License-Identifier: MIT
// Submission and references as points: mean utilization and mean speed over the same traces.
#ifndef MMGRADE_REPORTS_PLOT_POINTS_H
#define MMGRADE_REPORTS_PLOT_POINTS_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/result.h"
#include "reports/baseline.h"

struct plot_point {
    const char *name;   ///< of the reference, borrowed from the baseline; NULL: the submission
    double speed;       ///< geometric mean of the ratios to the rubric's reference
    double utilization; ///< mean ratio
};

/// What all points are means over, and the points.
struct plot_points {
    struct plot_point *references; ///< those with figures for all of these traces
    size_t n_references;
    struct plot_point submission; ///< NAN when it has no point
    size_t n_traces;              ///< that count for utilization or for speed
    bool passed;                  ///< they are traces that the submission passed
};

/// A trace counts when the rubric says so, the submission passed it (when it passed none: any), and
/// the baseline has it; without a baseline, or when none of its traces was run, that last condition
/// falls away and there are no references. Weights are the rubric's. O(traces * baseline rows).
struct plot_points plot_points_of(const struct result *result, const struct baseline *baseline);

void plot_points_free(struct plot_points *points);

/// The points that no other one beats in one figure without losing in the other, from the slowest
/// to the fastest, into `front`, which has room for all. Of equal points the first. O(n^2).
size_t plot_points_front(const struct plot_point *points, size_t n_points,
                         const struct plot_point **front);

#endif
