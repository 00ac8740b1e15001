// SPDX-License-Identifier: MIT
// The most expensive fault of a result tree.
#include "reports/advice.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"

/// Less is not worth a word.
#define LEAST_LOSS 0.05

/// A criterion that grows with a metric, and the flag that says whether a case counts for it.
struct graded_metric {
    const char *criterion;
    const char *metric;
    enum { OF_UTILIZATION, OF_SPEED, OF_ALL } cases;
    const char *words; ///< of OF_ALL: what the metric is
};

static const struct graded_metric graded_metrics[] = {
    {"utilization", METRIC_UTILIZATION, OF_UTILIZATION, NULL},
    {"throughput", METRIC_THROUGHPUT, OF_SPEED, NULL},
    {"hit_rate", METRIC_HIT_RATIO, OF_ALL, "of LRU's hits"},
    {"faults", METRIC_FAULT_GAIN, OF_ALL, "of the way from LRU's faults to OPT's"},
    {"frames", METRIC_FRAME_RATIO, OF_ALL, "of the frames used are needed"},
    {"references", METRIC_REFERENCE_RATIO, OF_ALL, "of the references of a walk are needed"}};

struct loss {
    const struct case_result *where;
    const struct criterion_result *criterion;
    const struct graded_metric *graded;
    double points;
};

static double metric_value(const struct case_result *one, const char *name)
{
    const struct metric *metric = metric_find(one->metrics, one->n_metrics, name);
    return metric == NULL ? NAN : metric->value;
}

static bool counts(const struct case_result *one, const struct graded_metric *graded)
{
    bool wanted = graded->cases == OF_ALL     ? true
                  : graded->cases == OF_SPEED ? one->counts_speed
                                              : one->counts_utilization;
    return wanted && (one->status != STATUS_PASSED || (one->hidden && one->n_metrics == 0) ||
                      isfinite(metric_value(one, graded->metric)));
}

static const struct criterion_result *find_criterion(const struct result *result, const char *name)
{
    for (size_t i = 0; i < result->n_criteria; i++) {
        if (strcmp(result->criteria[i].name, name) == 0) {
            return &result->criteria[i];
        }
    }
    return NULL;
}

/// The case that failed and is worth most, or NULL.
static const struct case_result *worst_failure(const struct result *result)
{
    const struct case_result *worst = NULL;
    for (size_t i = 0; i < result->n_cases; i++) {
        const struct case_result *one = &result->cases[i];
        if (one->status == STATUS_FAILED && (worst == NULL || one->max_score > worst->max_score)) {
            worst = one;
        }
    }
    return worst;
}

/// Replaces *worst by the case that loses most in one criterion, if it loses more.
static void find_worst_loss(const struct result *result, const struct graded_metric *graded,
                            struct loss *worst)
{
    const struct criterion_result *criterion = find_criterion(result, graded->criterion);
    double weights = 0;
    for (size_t i = 0; criterion != NULL && i < result->n_cases; i++) {
        weights += counts(&result->cases[i], graded) ? result->cases[i].weight : 0;
    }
    for (size_t i = 0; weights > 0 && i < result->n_cases; i++) {
        const struct case_result *one = &result->cases[i];
        if (!counts(one, graded) || one->status != STATUS_PASSED ||
            !isfinite(metric_value(one, graded->metric))) {
            continue;
        }
        double missing = (criterion->full - metric_value(one, graded->metric)) /
                         (criterion->full - criterion->none);
        double points = criterion->max_score * one->weight / weights * fmin(missing, 1);
        if (points > worst->points) {
            *worst = (struct loss){one, criterion, graded, points};
        }
    }
}

static char *utilization_advice(const struct loss *loss)
{
    const struct case_result *one = loss->where;
    double internal = metric_value(one, METRIC_INTERNAL_FRAG);
    double external = metric_value(one, METRIC_EXTERNAL_FRAG);
    char *start = xasprintf("%s: %.1f %% utilization costs %.1f points", one->trace,
                            100 * metric_value(one, METRIC_UTILIZATION), loss->points);
    char *text = NULL;
    if (!isfinite(internal) || !isfinite(external)) {
        text = xasprintf("%s.", start);
    } else if (external >= internal) {
        text = xasprintf("%s; when its payload is largest, %.1f %% of the heap is free holes and "
                         "the unused end.",
                         start, 100 * external);
    } else {
        text = xasprintf("%s; when its payload is largest, %.1f %% of the heap is headers, footers "
                         "and padding.",
                         start, 100 * internal);
    }
    free(start);
    return text;
}

static char *failure_advice(const struct result *result, const struct case_result *worst)
{
    if (worst->verdict == NULL) {
        return xasprintf("%s: it fails and is worth %.1f points.", worst->trace, worst->max_score);
    }
    size_t n_same = 0;
    for (size_t i = 0; i < result->n_cases; i++) {
        const struct case_result *one = &result->cases[i];
        n_same += one != worst && one->status == STATUS_FAILED && one->verdict != NULL &&
                  strcmp(one->verdict->code, worst->verdict->code) == 0;
    }
    char *others = n_same == 0   ? xstrdup("")
                   : n_same == 1 ? xstrdup("; another trace fails with the same code")
                                 : xasprintf("; %zu others fail with the same code", n_same);
    char *text = xasprintf("%s: it fails with %s and is worth %.1f points%s.", worst->trace,
                           worst->verdict->code, worst->max_score, others);
    free(others);
    return text;
}

char *advice_text(const struct result *result)
{
    if (!result->build.ok) {
        return xstrdup("make it compile: nothing was graded.");
    }
    const struct case_result *failure = worst_failure(result);
    if (failure != NULL) {
        return failure_advice(result, failure);
    }
    struct loss worst = {.points = LEAST_LOSS};
    for (size_t i = 0; i < sizeof graded_metrics / sizeof graded_metrics[0]; i++) {
        find_worst_loss(result, &graded_metrics[i], &worst);
    }
    if (worst.where == NULL) {
        return NULL;
    }
    if (worst.graded->cases == OF_UTILIZATION) {
        return utilization_advice(&worst);
    }
    if (worst.graded->cases == OF_ALL) {
        return xasprintf("%s %s: %.1f %% %s, which costs %.1f points (full marks from %g %%).",
                         worst.where->trace, worst.where->machine,
                         100 * metric_value(worst.where, worst.graded->metric), worst.graded->words,
                         worst.points, 100 * worst.criterion->full);
    }
    if (result->build.uncounted != NULL) {
        return xasprintf("what is said above about %s: without it cycles can be counted.",
                         result->build.uncounted->code);
    }
    return xasprintf("%s: %.2fx of the reference's speed costs %.1f points (full marks from %gx).",
                     worst.where->trace, metric_value(worst.where, METRIC_THROUGHPUT), worst.points,
                     worst.criterion->full);
}
