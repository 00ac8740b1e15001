// SPDX-License-Identifier: MIT
// Days and points.
#include "grading/late.h"

#include <math.h>
#include <string.h>

#include "grading/timestamp.h"

#define MILLIONTHS 1e6
#define DATE_CHARS 10   ///< of "2026-03-01"
#define MINUTE_CHARS 16 ///< of "2026-03-01 18:00"

bool late_parse_time(const char *text, int64_t *seconds)
{
    bool is_count = text[strspn(text, "0123456789")] == '\0';
    bool is_whole = strlen(text) > MINUTE_CHARS && text[DATE_CHARS + 3] == ':' &&
                    strpbrk(text + MINUTE_CHARS, "Z+-U") != NULL;
    return (is_count || is_whole) && timestamp_parse(text, seconds);
}

static enum late_kind judge_time(const struct late_policy *policy, int64_t due_at,
                                 int64_t submitted_at)
{
    if (submitted_at == 0 || !policy->is_set) {
        return LATE_UNKNOWN;
    }
    double seconds = (double)(submitted_at - due_at);
    if (seconds <= 0) {
        return LATE_ON_TIME;
    }
    if (seconds <= policy->grace_seconds) {
        return LATE_WITHIN_GRACE;
    }
    return seconds > policy->refuse_after * LATE_DAY_SECONDS ? LATE_REFUSED : LATE_LATE;
}

static double round_points(double points)
{
    return round(points * MILLIONTHS) / MILLIONTHS;
}

struct late_outcome late_judge(const struct late_policy *policy, int64_t due_at,
                               int64_t submitted_at, double score, double max_score)
{
    struct late_outcome outcome = {.kind = judge_time(policy, due_at, submitted_at),
                                   .due_at = due_at,
                                   .submitted_at = submitted_at};
    if (outcome.kind == LATE_LATE || outcome.kind == LATE_REFUSED) {
        outcome.n_days = (submitted_at - due_at - 1) / LATE_DAY_SECONDS + 1;
        outcome.percent = outcome.kind == LATE_REFUSED
                              ? 100
                              : fmin((double)outcome.n_days * policy->per_day, policy->cap);
    }
    double points = round_points(outcome.percent / 100 * max_score);
    bool takes_all = outcome.kind == LATE_REFUSED || points > score;
    outcome.deduction = isnan(score) ? NAN : takes_all ? score : points;
    outcome.score = round_points(score - outcome.deduction);
    return outcome;
}
