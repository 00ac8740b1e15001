// SPDX-License-Identifier: MIT
// A hidden case is replaced, not emptied: a member that cases gain later does not leak.
#include "reports/redact.h"

#include <fnmatch.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"

void redact_hide(struct result *result, char *const *patterns, size_t n_patterns)
{
    for (size_t i = 0; i < result->n_cases; i++) {
        struct case_result *one = &result->cases[i];
        for (size_t j = 0; j < n_patterns; j++) {
            one->hidden = one->hidden || fnmatch(patterns[j], one->trace, 0) == 0;
        }
    }
}

static struct case_result hide_case(const struct case_result *one, size_t number)
{
    return (struct case_result){.trace = xasprintf("hidden test %zu", number),
                                .hidden = true,
                                .weight = one->weight,
                                .counts_utilization = one->counts_utilization,
                                .counts_speed = one->counts_speed,
                                .status = one->status,
                                .score = one->score,
                                .max_score = one->max_score};
}

/// Copies of verdicts without their commands.
static struct verdict *show_verdicts(const struct verdict *verdicts, size_t n_verdicts)
{
    if (verdicts == NULL) {
        return NULL;
    }
    struct verdict *shown = xcalloc(n_verdicts, sizeof *shown);
    for (size_t i = 0; i < n_verdicts; i++) {
        shown[i] = verdicts[i];
        shown[i].reproduce = NULL;
    }
    return shown;
}

static struct case_result show_case(const struct case_result *one)
{
    struct case_result shown = *one;
    shown.verdict = show_verdicts(one->verdict, 1);
    shown.warnings = show_verdicts(one->warnings, one->n_warnings);
    return shown;
}

static bool has_hidden(const struct result *result)
{
    for (size_t i = 0; i < result->n_cases; i++) {
        if (result->cases[i].hidden) {
            return true;
        }
    }
    return false;
}

/// A tree of this one case takes it away.
static void free_case(const struct case_result *one)
{
    struct result tree = {.cases = xcalloc(1, sizeof *one), .n_cases = 1};
    tree.cases[0] = *one;
    result_free(&tree);
}

static void forget_commands(struct case_result *one)
{
    if (one->verdict != NULL) {
        free(one->verdict->reproduce);
        one->verdict->reproduce = NULL;
    }
    for (size_t i = 0; i < one->n_warnings; i++) {
        free(one->warnings[i].reproduce);
        one->warnings[i].reproduce = NULL;
    }
}

void redact_result(struct result *result)
{
    bool any = has_hidden(result);
    for (size_t i = 0; i < result->n_cases; i++) {
        struct case_result *one = &result->cases[i];
        if (one->hidden) {
            struct case_result redacted = hide_case(one, i + 1);
            free_case(one);
            *one = redacted;
        } else if (any) {
            forget_commands(one);
        }
    }
    for (size_t i = 0; any && i < result->n_criteria; i++) {
        result->criteria[i].value = NAN;
    }
    result->n_metrics = any ? 0 : result->n_metrics;
    char *slash = !any || result->rubric == NULL ? NULL : strrchr(result->rubric, '/');
    if (slash != NULL) {
        memmove(result->rubric, slash + 1, strlen(slash));
    }
}

struct result redact_view(const struct result *result)
{
    struct result view = *result;
    if (!has_hidden(result)) {
        return view;
    }
    view.cases = xcalloc(result->n_cases, sizeof *view.cases);
    for (size_t i = 0; i < result->n_cases; i++) {
        const struct case_result *one = &result->cases[i];
        view.cases[i] = one->hidden ? hide_case(one, i + 1) : show_case(one);
    }
    view.criteria = xcalloc(result->n_criteria + 1, sizeof *view.criteria);
    for (size_t i = 0; i < result->n_criteria; i++) {
        view.criteria[i] = result->criteria[i];
        view.criteria[i].value = NAN;
    }
    view.metrics = NULL;
    view.n_metrics = 0;
    char *slash = result->rubric == NULL ? NULL : strrchr(result->rubric, '/');
    view.rubric = slash == NULL ? result->rubric : slash + 1;
    return view;
}

void redact_view_free(struct result *view)
{
    if (!has_hidden(view)) {
        return; // it is the result itself
    }
    for (size_t i = 0; i < view->n_cases; i++) {
        struct case_result *one = &view->cases[i];
        if (one->hidden) {
            free(one->trace);
        }
        free(one->verdict);
        free(one->warnings);
    }
    free(view->cases);
    free(view->criteria);
}
