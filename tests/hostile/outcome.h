// SPDX-License-Identifier: MIT
// What became of an attack: the result tree and all that was printed.
#ifndef MMGRADE_TESTS_HOSTILE_OUTCOME_H
#define MMGRADE_TESTS_HOSTILE_OUTCOME_H

#include <stdbool.h>

#include "tests/hostile/attack.h"

struct outcome {
    char *seen; ///< in the words of an `expect` line
    double score;
    const char *leak; ///< what must not stand in the log or the result but does; NULL: nothing
    char *log_head;   ///< for people, indented
};

/// `status` is mmgrade's, as wait gives it. The secret may end with a line feed.
void outcome_read(struct outcome *outcome, const char *result, const char *log, int status,
                  const char *secret);

/// What is not as expected, or NULL; the caller frees it.
char *outcome_fault(const struct outcome *outcome, const struct attack *attack, double honest);

void outcome_free(struct outcome *outcome);

#endif
