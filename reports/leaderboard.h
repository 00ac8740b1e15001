// SPDX-License-Identifier: MIT
// Who is first, without saying who it is: the graded submissions of a course by score, under
// pseudonyms (leaderboard_names.h). It may be shown to everybody: it has no name, no time and no
// trace, and its order tells nothing but the score.
#ifndef MMGRADE_REPORTS_LEADERBOARD_H
#define MMGRADE_REPORTS_LEADERBOARD_H

#include <stddef.h>

#include "reports/exporters.h"

struct leader {
    size_t rank; ///< from 1; the same for the same score, the next then counts all before it
    const char *pseudonym; ///< the row's
    double score;          ///< that counts
    double max_score;
    double utilization; ///< mean of the submission; NAN: the lab has none
    double throughput;  ///< ratio to the reference, as the rubric scores it; NAN: not measured
};

/// The graded rows of a source whose rows have pseudonyms and results, best first, ties by
/// pseudonym. *n_leaders of them; the caller frees the array.
struct leader *leaderboard_of(const struct export_source *source, size_t *n_leaders);

#endif
