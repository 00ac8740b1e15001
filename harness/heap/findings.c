// SPDX-License-Identifier: MIT
#include "harness/heap/findings.h"

#include <signal.h>
#include <stdlib.h>

#include "harness/base/memory.h"
#include "harness/heap/explain_source.h"

void finding_file(struct case_result *result, struct verdict *verdict, enum finding_policy policy)
{
    if (policy == FINDING_FAIL && result->verdict == NULL) {
        result->status = STATUS_FAILED;
        result->verdict = verdict;
        return;
    }
    result->warnings =
        xreallocarray(result->warnings, result->n_warnings + 1, sizeof *result->warnings);
    result->warnings[result->n_warnings++] = *verdict;
    free(verdict);
}

/// The last operation of the slice that starts at `op`.
static size_t slice_end(const struct session_plan *plan, size_t op)
{
    size_t last = op + RING_SLICE - 1;
    return last < plan->trace->n_ops ? last : plan->trace->n_ops;
}

void finding_file_timed(const struct session_plan *plan, struct case_result *result,
                        size_t differing_op, size_t stopped_op)
{
    size_t op = differing_op != 0 ? differing_op : stopped_op;
    struct verdict *verdict = verdict_new("UNOBSERVED", op, plan->trace->ops[op - 1].line);
    verdict->message =
        differing_op != 0
            ? xasprintf("In the timed pass, where nobody looks at single operations, operation %zu "
                        "gave another pointer than in the check pass.",
                        op)
            : xasprintf("In the timed pass, where nobody looks at single operations, the program "
                        "stopped between operations %zu and %zu.",
                        op, slice_end(plan, op));
    verdict->hint = xstrdup("the allocator behaves differently when it is not observed");
    finding_file(result, verdict, plan->settings->findings.unobserved);
}

/// What ends a worker that counts, besides its own behaviour.
struct refusal {
    const char *code;
    const char *what;
    const char *hint;
    enum finding_policy policy;
};

static const struct refusal refused_store = {
    .code = "FORGED_REPLY",
    .what = "the program was about to write memory that is neither heap nor stack nor its own "
            "variables.",
    .hint = "a pointer that runs wild, or an attempt to change the figures",
    .policy = FINDING_FAIL};
static const struct refusal refused_index = {
    .code = "INDEX_OUT_OF_BOUNDS",
    .what = "an index left its array. What lies beside it cannot be counted.",
    .hint = "an index out of bounds, often by one",
    .policy = FINDING_WARN};

/// NULL: it was not refused anything.
static const struct refusal *refusal_of(const struct worker_news *news)
{
    if (news->event == WORKER_STORE_REFUSED || news->event == WORKER_GARBLED) {
        return &refused_store;
    }
    return news->event == WORKER_SIGNALLED && news->signal == SIGILL ? &refused_index : NULL;
}

void finding_file_cost(const struct session_plan *plan, struct case_result *result,
                       size_t differing_op, size_t stopped_op, const struct worker_news *news)
{
    size_t op = differing_op != 0 ? differing_op : stopped_op;
    const struct refusal *refusal = stopped_op != 0 ? refusal_of(news) : NULL;
    struct verdict *verdict = verdict_new(refusal != NULL ? refusal->code : "UNOBSERVED", op,
                                          plan->trace->ops[op - 1].line);
    if (refusal != NULL) {
        verdict->message = xasprintf("Where cycles are counted, between operations %zu and %zu, %s",
                                     op, slice_end(plan, op), refusal->what);
        verdict->hint = xstrdup(refusal->hint);
        explain_uncounted(plan, slice_end(plan, op), verdict);
    } else {
        verdict->message =
            xasprintf("Where cycles are counted, operation %zu %s.", op,
                      differing_op != 0 ? "gave another pointer than in the check pass"
                                        : "or one of the next did not come back");
        verdict->hint = xstrdup("the allocator behaves differently when it is compiled another "
                                "way, say by a variable that was never set");
    }
    finding_file(result, verdict,
                 refusal != NULL ? refusal->policy : plan->settings->findings.unobserved);
}

void finding_print_rules(FILE *file)
{
    fprintf(file, "  %-18s %s\n", refused_index.code,
            "no index leaves its array (a warning, and no points for cycles)");
}
