// SPDX-License-Identifier: MIT
// A result as other graders see one: a list of tests with a name, an outcome and words. The build
// is the first of them, each case of the tree another one.
#ifndef MMGRADE_REPORTS_OUTCOMES_H
#define MMGRADE_REPORTS_OUTCOMES_H

#include <stddef.h>

#include "harness/base/result.h"

struct outcome {
    char *name;       ///< one line, unique in the list: "build", "cc1.rep", "cc1.rep, 16x4 lru"
    const char *code; ///< of the verdict; NULL when there is none
    char *reason; ///< one line, why it did not pass: "PAYLOAD_CHANGED at operation 204: Block ..."
    char *text;   ///< all there is to say, 80 columns: the verdict in full, warnings, metrics
    char *output; ///< what the submission, or its compiler, printed; "" for none
    enum status status;
    double score; ///< the build has no points: 0 of 0
    double max_score;
};

struct outcomes {
    struct outcome *items; ///< all texts are printable, and none but the code is NULL
    size_t n_items;        ///< the cases and the build
    size_t n_failed;
    size_t n_skipped;
};

struct outcomes outcomes_of(const struct result *result);

void outcomes_free(struct outcomes *outcomes);

#endif
