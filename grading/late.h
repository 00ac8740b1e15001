// SPDX-License-Identifier: MIT
// The late policy of a rubric: what it costs to hand in late. It is applied to raw scores that are
// stored already, so that a change of it runs nothing again.
//
//         due           due + grace
//   -------|-----------------|------------------------------------------> handed in
//   on time| within grace: as|late: days are counted from `due`, each
//          | on time         |day that has begun in full
//
// Points of time are seconds since 1970 UTC: days have 86400 of them, whatever clocks were changed.
#ifndef MMGRADE_GRADING_LATE_H
#define MMGRADE_GRADING_LATE_H

#include <stdbool.h>
#include <stdint.h>

#define LATE_DAY_SECONDS 86400

/// What late_parse_time takes, for messages.
#define LATE_TIME_FORM "a time with its zone, such as 2026-03-01 18:00:00 +01:00"

/// The rubric's group `late`; its strings belong to the rubric.
struct late_policy {
    bool is_set;    ///< the rubric has one
    char *due;      ///< as the rubric says it
    int64_t due_at; ///< the same
    double grace_seconds;
    double per_day;      ///< percent of the maximum, for each day that has begun
    double cap;          ///< percent of the maximum, the most that is taken off
    double refuse_after; ///< days; what is later gets 0. INFINITY: nothing is too late
    char *extensions;    ///< path of a CSV file (late_rules.h), relative to the rubric's; or NULL
};

enum late_kind {
    LATE_UNKNOWN, ///< nobody said when it was handed in, or there is no policy: as on time
    LATE_ON_TIME,
    LATE_WITHIN_GRACE,
    LATE_LATE,
    LATE_REFUSED, ///< later than refuse_after
};

struct late_outcome {
    enum late_kind kind;
    bool is_extended;     ///< `due_at` is an extension's
    int64_t due_at;       ///< for this submission
    int64_t submitted_at; ///< 0: nobody said
    int64_t n_days;       ///< that have begun since `due_at`; 0 unless late or refused
    double percent;       ///< of the maximum that the days cost, cap applied; 100 when refused
    double deduction;     ///< points; NAN of a score that does not exist
    double score;         ///< what is left: never below 0; NAN of a score that does not exist
};

/// Like timestamp_parse, but the time of day and the zone must be there: a deadline that is an hour
/// off is worse than a message.
bool late_parse_time(const char *text, int64_t *seconds);

/// What becomes of a raw score out of `max_score`. Deductions are points of the maximum, not of the
/// score (as in Canvas), rounded to millionths like all points. Without a policy nothing is late.
struct late_outcome late_judge(const struct late_policy *policy, int64_t due_at,
                               int64_t submitted_at, double score, double max_score);

#endif
