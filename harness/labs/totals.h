// SPDX-License-Identifier: MIT
// A whole submission's figures, from those of its traces.
#ifndef MMGRADE_LABS_TOTALS_H
#define MMGRADE_LABS_TOTALS_H

#include "harness/base/result.h"

/// Adds the metrics of the whole result, over the cases that count and by their weights: the mean
/// utilization, in which a failed case counts as 0, and the geometric mean of the throughput ratios
/// of those that passed.
void totals_add(struct result *result);

#endif
