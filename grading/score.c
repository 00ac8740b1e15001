// SPDX-License-Identifier: MIT
// Points in millionths: integers add up in any order, doubles do not.
#include "grading/score.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "harness/base/memory.h"

#define MILLIONTHS 1e6

/// A hidden case earns whole hundredths of its share: an allocator can write what it has seen into
/// the size of its heap, and the points would tell it to the last digit.
#define HIDDEN_STEPS 100

struct points {
    int64_t score;
    int64_t max_score;
};

/// What each criterion but correctness looks at.
static const struct {
    const char *metric;
    bool geometric;     ///< a ratio of speeds: its mean is geometric, over what has passed
    size_t flag_offset; ///< of the flag that says whether a case counts; 0: all do
} measures[] = {
    [CRITERION_UTILIZATION] = {METRIC_UTILIZATION, false,
                               offsetof(struct case_result, counts_utilization)},
    [CRITERION_THROUGHPUT] = {METRIC_THROUGHPUT, true, offsetof(struct case_result, counts_speed)},
    [CRITERION_HIT_RATE] = {METRIC_HIT_RATIO, false, 0},
    [CRITERION_FAULTS] = {METRIC_FAULT_GAIN, false, 0},
    [CRITERION_FRAMES] = {METRIC_FRAME_RATIO, false, 0},
    [CRITERION_REFERENCES] = {METRIC_REFERENCE_RATIO, false, 0},
};

static bool flag_of(const struct case_result *one, size_t offset)
{
    return offset == 0 || *(const bool *)((const char *)one + offset);
}

/// The metric of a case that a criterion looks at, or NULL.
static const struct metric *criterion_metric(const struct criterion *criterion,
                                             const struct case_result *one)
{
    const struct metric *metric =
        metric_find(one->metrics, one->n_metrics, measures[criterion->kind].metric);
    return metric != NULL && isfinite(metric->value) ? metric : NULL;
}

/// Throughput that was not measured is left out of the score.
static bool is_measured(const struct rubric *rubric, const struct criterion *criterion)
{
    return criterion->kind != CRITERION_THROUGHPUT || criterion->metric == THROUGHPUT_CYCLES ||
           rubric->settings.speed.enabled;
}

static bool case_counts(const struct rubric *rubric, const struct criterion *criterion,
                        const struct case_result *one)
{
    if (criterion->kind == CRITERION_CORRECTNESS) {
        return true;
    }
    if (!is_measured(rubric, criterion)) {
        return false;
    }
    return flag_of(one, measures[criterion->kind].flag_offset) &&
           (one->status != STATUS_PASSED || criterion_metric(criterion, one) != NULL);
}

static double case_fraction(const struct criterion *criterion, const struct case_result *one)
{
    if (one->status != STATUS_PASSED) {
        return 0;
    }
    if (criterion->kind == CRITERION_CORRECTNESS) {
        return 1;
    }
    double value = criterion_metric(criterion, one)->value;
    double fraction =
        fmin(fmax((value - criterion->none) / (criterion->full - criterion->none), 0), 1);
    return one->hidden ? round(fraction * HIDDEN_STEPS) / HIDDEN_STEPS : fraction;
}

/// What the points are computed from, over all cases that count.
static double criterion_value(const struct rubric *rubric, const struct criterion *criterion,
                              const struct result *result)
{
    double sum = 0;
    double weights = 0;
    bool geometric = measures[criterion->kind].geometric;
    for (size_t i = 0; i < result->n_cases; i++) {
        const struct case_result *one = &result->cases[i];
        bool passed = one->status == STATUS_PASSED;
        if (!case_counts(rubric, criterion, one) || (!passed && geometric)) {
            continue;
        }
        weights += one->weight;
        if (passed && criterion->kind == CRITERION_CORRECTNESS) {
            sum += one->weight;
        } else if (passed) {
            double value = criterion_metric(criterion, one)->value;
            sum += one->weight * (geometric ? log(fmax(value, 1e-9)) : value);
        }
    }
    double mean = weights > 0 ? sum / weights : NAN;
    return geometric ? exp(mean) : mean;
}

static double counted_weight(const struct rubric *rubric, const struct criterion *criterion,
                             const struct result *result)
{
    double weight = 0;
    for (size_t i = 0; i < result->n_cases; i++) {
        weight += case_counts(rubric, criterion, &result->cases[i]) ? result->cases[i].weight : 0;
    }
    return weight;
}

/// Gives each case its share: the part of the running sum of weights that it adds, so that the
/// rounded shares add up to the criterion's points.
static struct points score_cases(const struct rubric *rubric, const struct criterion *criterion,
                                 const struct result *result, struct points *cases)
{
    struct points sum = {0};
    double weights = counted_weight(rubric, criterion, result);
    double running = 0;
    for (size_t i = 0; i < result->n_cases && weights > 0; i++) {
        const struct case_result *one = &result->cases[i];
        if (!case_counts(rubric, criterion, one)) {
            continue;
        }
        running += one->weight;
        int64_t share =
            llround(criterion->points * MILLIONTHS * (running / weights)) - sum.max_score;
        double fraction = result->build.ok ? case_fraction(criterion, one) : 0;
        int64_t score = llround((double)share * fraction);
        cases[i].score += score;
        cases[i].max_score += share;
        sum.score += score;
        sum.max_score += share;
    }
    return sum;
}

static struct criterion_result score_criterion(const struct rubric *rubric,
                                               const struct criterion *criterion,
                                               const struct result *result, struct points *cases,
                                               struct points *total)
{
    struct points sum = score_cases(rubric, criterion, result, cases);
    if (!result->build.ok && sum.max_score == 0 && is_measured(rubric, criterion)) {
        sum.max_score = llround(criterion->points * MILLIONTHS);
    }
    total->score += sum.score;
    total->max_score += sum.max_score;
    bool bounded = criterion->kind != CRITERION_CORRECTNESS;
    return (struct criterion_result){
        .name = xstrdup(criterion->name),
        .score = (double)sum.score / MILLIONTHS,
        .max_score = (double)sum.max_score / MILLIONTHS,
        .value = result->build.ok ? criterion_value(rubric, criterion, result) : NAN,
        .none = bounded ? criterion->none : NAN,
        .full = bounded ? criterion->full : 1,
    };
}

static void criteria_clear(struct result *result)
{
    for (size_t i = 0; i < result->n_criteria; i++) {
        free(result->criteria[i].name);
    }
    free(result->criteria);
    result->n_criteria = 0;
}

void score_result(const struct rubric *rubric, struct result *result)
{
    struct points total = {0};
    struct points *cases = xcalloc(result->n_cases, sizeof *cases);
    criteria_clear(result);
    result->criteria = xcalloc(rubric->n_criteria, sizeof *result->criteria);
    for (size_t i = 0; i < rubric->n_criteria; i++) {
        result->criteria[result->n_criteria++] =
            score_criterion(rubric, &rubric->criteria[i], result, cases, &total);
    }
    for (size_t i = 0; i < result->n_cases; i++) {
        result->cases[i].score = (double)cases[i].score / MILLIONTHS;
        result->cases[i].max_score = (double)cases[i].max_score / MILLIONTHS;
    }
    result->score = (double)total.score / MILLIONTHS;
    result->max_score = (double)total.max_score / MILLIONTHS;
    free(cases);
}
