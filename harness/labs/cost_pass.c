// SPDX-License-Identifier: MIT
// Both sides are counted alike: the reference's figures never move either, but its source may
// change, so that they are not stored.
#include "harness/labs/cost_pass.h"

#include <math.h>

#include "harness/base/interrupt.h"
#include "harness/base/memory.h"
#include "harness/heap/trial.h"
#include "harness/measure/cost.h"
#include "harness/measure/cost_machine.h"

#define SLOWER 16.0 // what the simulation may cost in time: measured 2 to 10 times

enum { SUBMISSION, REFERENCE, SIDES };

static const char *const part_metrics[COST_PARTS] = {
    [COST_BLOCKS] = "cycles_blocks", [COST_BRANCHES] = "cycles_branches",
    [COST_TLB] = "cycles_tlb",       [COST_L1] = "cycles_l1",
    [COST_L2] = "cycles_l2",         [COST_MEMORY] = "cycles_memory",
    [COST_COPIES] = "cycles_copies", [COST_SBRK] = "cycles_sbrk",
};

static const struct {
    enum op_kind kind;
    const char *p50, *p99, *most;
} kind_metrics[] = {
    {OP_ALLOC, "malloc_cycles_p50", "malloc_cycles_p99", "malloc_cycles_max"},
    {OP_FREE, "free_cycles_p50", "free_cycles_p99", "free_cycles_max"},
    {OP_REALLOC, "realloc_cycles_p50", "realloc_cycles_p99", "realloc_cycles_max"},
};

bool cost_pass_start(struct cost_pass *pass, const struct lab_settings *settings,
                     const struct build_plan *submission, const struct build_plan *reference,
                     struct error *error)
{
    const struct build_plan *plans[SIDES] = {submission, reference};
    *pass = (struct cost_pass){0};
    if (!cost_machine_find(settings->modules.machine, &pass->machine)) {
        return error_at(error, settings->modules.machine, 0, 0,
                        "no cycles are known of that machine");
    }
    for (int side = 0; side < SIDES; side++) {
        pass->plans[side] = *plans[side];
        pass->plans[side].instrumented = true;
        pass->started[side] = true;
        if (!build_start(&pass->builds[side], &pass->plans[side], error)) {
            return false;
        }
    }
    return true;
}

bool cost_pass_finish(struct cost_pass *pass, struct verdict **uncounted, struct error *error)
{
    for (int side = 0; side < SIDES; side++) {
        build_finish(&pass->builds[side], &pass->results[side]);
    }
    *uncounted = pass->results[SUBMISSION].verdict;
    pass->results[SUBMISSION].verdict = NULL;
    const struct build_result *reference = &pass->results[REFERENCE];
    return reference->ok ||
           error_at(error, pass->plans[REFERENCE].submission, 0, 0,
                    "the reference's cost cannot be counted: %s",
                    reference->verdict == NULL ? reference->output : reference->verdict->message);
}

static void count(const struct cost_pass *pass, int side, const struct session_plan *session,
                  const uint64_t *pointers, struct cost *cost)
{
    struct session_plan plan = *session;
    plan.library = pass->builds[side].library;
    plan.contract = &pass->builds[side].collection.contract;
    plan.echo_output = false;
    plan.storage_bytes = 0; // the simulated machine needs some; stores elsewhere are refused
    plan.total_seconds = SLOWER * session->total_seconds;
    plan.call_seconds = plan.total_seconds; // one slice is one call
    cost_measure(
        &(struct cost_plan){.session = &plan, .machine = &pass->machine, .expected = pointers},
        cost);
}

/// The figures of both sides, a cost of 0 being none.
static void add_metrics(struct case_result *result, const struct cost *costs, double n_ops)
{
    struct metric **metrics = &result->metrics;
    size_t *n = &result->n_metrics;
    const struct cost *own = &costs[SUBMISSION];
    const struct cost *other = &costs[REFERENCE];
    double ratio = (double)other->cycles / (double)own->cycles;
    metric_add(metrics, n, METRIC_CYCLES, "cycles", (double)own->cycles / n_ops,
               (double)other->cycles / n_ops);
    metric_add(metrics, n, METRIC_CYCLES_RATIO, "ratio", ratio, 1.0);
    metric_add(metrics, n, METRIC_THROUGHPUT, "ratio", ratio, 1.0);
    for (int part = 0; part < COST_PARTS; part++) {
        metric_add(metrics, n, part_metrics[part], "cycles", (double)own->parts[part] / n_ops,
                   (double)other->parts[part] / n_ops);
    }
    for (size_t i = 0; i < sizeof kind_metrics / sizeof *kind_metrics; i++) {
        const struct cost_distribution *mine = &own->kinds[kind_metrics[i].kind];
        const struct cost_distribution *its = &other->kinds[kind_metrics[i].kind];
        if (mine->n_ops > 0) {
            metric_add(metrics, n, kind_metrics[i].p50, "cycles", (double)mine->p50,
                       (double)its->p50);
            metric_add(metrics, n, kind_metrics[i].p99, "cycles", (double)mine->p99,
                       (double)its->p99);
            metric_add(metrics, n, kind_metrics[i].most, "cycles", (double)mine->most,
                       (double)its->most);
        }
    }
}

static void add_nothing(struct case_result *result)
{
    metric_add(&result->metrics, &result->n_metrics, METRIC_THROUGHPUT, "ratio", 0.0, 1.0);
}

void cost_pass_run(struct cost_pass *pass, const struct session_plan *session,
                   const uint64_t *pointers, struct case_result *result)
{
    struct cost costs[SIDES];
    if (!pass->results[SUBMISSION].ok) {
        add_nothing(result);
        return;
    }
    count(pass, SUBMISSION, session, pointers, &costs[SUBMISSION]);
    if (costs[SUBMISSION].cycles == 0) {
        if (interrupt_seen() == 0) {
            trial_file_uncounted(session, result, costs[SUBMISSION].differing_op,
                                 costs[SUBMISSION].stopped_op, &costs[SUBMISSION].news);
            add_nothing(result);
        }
        return;
    }
    count(pass, REFERENCE, session, NULL, &costs[REFERENCE]);
    if (costs[REFERENCE].cycles == 0) {
        if (interrupt_seen() == 0) {
            die("the reference allocator fails in the cost pass over %s", session->trace->path);
        }
        return;
    }
    add_metrics(result, costs, (double)session->trace->n_ops);
    metric_set_reference(result->metrics, result->n_metrics, METRIC_UTILIZATION,
                         (double)session->trace->peak_payload /
                             (double)costs[REFERENCE].heap_bytes);
}

void cost_pass_close(struct cost_pass *pass)
{
    for (int side = 0; side < SIDES; side++) {
        if (pass->started[side]) {
            build_remove(&pass->builds[side]);
        }
        struct result spare = {.build = pass->results[side]};
        result_free(&spare);
    }
}
