// SPDX-License-Identifier: MIT
// Counting late submissions.
#include "harness/cli/batch_late.h"

#include <stdio.h>

struct counts {
    const struct late_rules *rules;
    size_t n_late;
    size_t n_refused;
    size_t n_unknown;
};

static void count(void *context, const struct gradebook_row *row)
{
    struct counts *counts = context;
    enum late_kind kind = late_rules_apply(counts->rules, row).kind;
    counts->n_late += kind == LATE_LATE;
    counts->n_refused += kind == LATE_REFUSED;
    counts->n_unknown += kind == LATE_UNKNOWN;
}

void batch_late_summarize(const struct late_rules *rules, struct gradebook *gradebook)
{
    struct counts counts = {.rules = rules};
    if (rules->policy.is_set) {
        gradebook_each(gradebook, count, &counts);
        printf("Late: %zu, too late to count: %zu; no submission time, so on time: %zu\n",
               counts.n_late, counts.n_refused, counts.n_unknown);
    }
}
