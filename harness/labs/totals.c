// SPDX-License-Identifier: MIT
// Sums by the weights of traces. Speeds are multiplied: twice as fast here and half as fast there
// is as fast.
#include "harness/labs/totals.h"

#include <math.h>

/// Adds a case's figure to a weighted sum; one that failed counts as 0 where `zero_if_failed`.
static void add_weighted(const struct case_result *one, const char *name, bool zero_if_failed,
                         double (*scale)(double), double *sum, double *weights)
{
    const struct metric *metric = metric_find(one->metrics, one->n_metrics, name);
    bool passed = one->status == STATUS_PASSED && metric != NULL;
    if (passed || zero_if_failed) {
        *sum += passed ? one->weight * scale(metric->value) : 0.0;
        *weights += one->weight;
    }
}

static double same(double value)
{
    return value;
}

/// One whose cost could not be counted has none; the mean is of what there is.
static double log_ratio(double value)
{
    return log(fmax(value, 1e-9));
}

void totals_add(struct result *result)
{
    double utilization = 0.0;
    double logs = 0.0;
    double weights[2] = {0.0, 0.0};
    for (size_t i = 0; i < result->n_cases; i++) {
        const struct case_result *one = &result->cases[i];
        if (one->counts_utilization) {
            add_weighted(one, METRIC_UTILIZATION, true, same, &utilization, &weights[0]);
        }
        if (one->counts_speed) {
            add_weighted(one, METRIC_THROUGHPUT, false, log_ratio, &logs, &weights[1]);
        }
    }
    if (weights[0] > 0.0) {
        metric_add(&result->metrics, &result->n_metrics, METRIC_UTILIZATION, "ratio",
                   utilization / weights[0], NAN);
    }
    if (weights[1] > 0.0) {
        metric_add(&result->metrics, &result->n_metrics, METRIC_THROUGHPUT, "ratio",
                   exp(logs / weights[1]), 1.0);
    }
}
