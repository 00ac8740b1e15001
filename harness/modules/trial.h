// SPDX-License-Identifier: MIT
// One submission over one trace on one machine: verdict and metrics.
#ifndef MMGRADE_MODULES_TRIAL_H
#define MMGRADE_MODULES_TRIAL_H

#include "harness/base/result.h"
#include "harness/modules/pipeline.h"

struct module_trial {
    const struct access_trace *trace;
    size_t n_records;
    const struct module_config *config;
    unsigned judged; ///< a mask of modules, all of whose functions are there
    bool moves_data; ///< the machine as a whole: see pipeline_plan
    struct module_plan plan;
};

/// Whether the case is worth points: see stake.h.
bool module_trial_counts(const struct module_trial *trial);

/// Fills status, verdict, warnings, metrics and output of *result, which stays skipped when the
/// user has interrupted. False with *error when the machine cannot play this trace.
bool module_trial_run(const struct module_trial *trial, struct case_result *result,
                      struct error *error);

#endif
