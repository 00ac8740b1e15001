// SPDX-License-Identifier: MIT
// Hand-built result trees for the tests of the reports. result_free() frees each.
#ifndef MMGRADE_TESTS_UNIT_RESULT_SAMPLES_H
#define MMGRADE_TESTS_UNIT_RESULT_SAMPLES_H

#include "grading/rubric.h"
#include "harness/base/result.h"

/// Correctness 40, utilization 35 (0.55 to 0.94), throughput 25 (0.10 to 0.95).
extern struct criterion sample_criteria[3];

struct result sample_passing(void); ///< three traces
struct result sample_failing(void); ///< five traces: failed, warned about, skipped
struct result sample_unbuilt(void); ///< the compiler found errors
struct result sample_empty(void);   ///< built, no case yet

/// A case of weight 1 that counts for everything; valid until the next one is added.
struct case_result *sample_add_case(struct result *result, const char *trace, enum status status);

/// The metrics that the table shows; utilization has a reference, the fragmentation has none.
void sample_add_metrics(struct metric **metrics, size_t *n_metrics, double utilization,
                        double internal, double external, double ops, double ratio);

/// Scores by sample_criteria.
void sample_score(struct result *result);

#endif
