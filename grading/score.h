// SPDX-License-Identifier: MIT
// From verdicts and metrics to points. The only place that knows points; it reads no text.
//
//   share(case, criterion) = points(criterion) * weight(case) / sum of the weights that count
//   fraction               = correctness: 1
//                            else clamp((value - none) / (full - none), 0, 1)
//   score(case)            = sum over the criteria of share * fraction, 0 unless the case passed
//
// Points are counted in millionths, and shares are rounded so that they add up: the cases' scores,
// the criteria's scores and the total agree to the last digit, on every machine.
#ifndef MMGRADE_GRADING_SCORE_H
#define MMGRADE_GRADING_SCORE_H

#include "grading/rubric.h"
#include "harness/base/result.h"

/// Fills score and max_score of the result and of its cases, and the criteria (those of an earlier
/// scoring are replaced). Which cases count:
///   correctness   all
///   utilization   those with counts_utilization, throughput those with counts_speed, the others
///                 all, except passed cases that lack the metric: what was not measured costs no
///                 points
/// A case that failed or was skipped counts and earns nothing.
///
/// A criterion that no case counts for is left out: its max_score is 0 and its value NAN. So is
/// throughput when the rubric does not time anything. When the build failed every score is 0 and
/// the criteria keep their max_score.
///
/// A criterion's value is weighted as its points are: the share that passed; the mean utilization,
/// with 0 for cases that failed, and so for the others; the geometric mean of the speed ratios of
/// the cases that passed.
void score_result(const struct rubric *rubric, struct result *result);

#endif
