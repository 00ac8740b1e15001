// SPDX-License-Identifier: MIT
// Both sides are counted alike. The reference's figures never move either: who judges a course
// counts them once (lab.count_reference), but no file keeps them, for its source may change.
#include "harness/labs/cost_pass.h"

#include <math.h>

#include "harness/base/interrupt.h"
#include "harness/base/memory.h"
#include "harness/heap/findings.h"
#include "harness/measure/cost.h"
#include "harness/measure/cost_machine.h"

#define SLOWER 16.0 // what the simulation may cost in time: measured 2 to 10 times

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
                     const struct build_plan *plan, struct error *error)
{
    pass->plan = *plan;
    pass->plan.instrumented = true;
    if (!cost_machine_find(settings->modules.machine, &pass->machine)) {
        return error_at(error, settings->modules.machine, 0, 0,
                        "no cycles are known of that machine");
    }
    return build_start(&pass->build, &pass->plan, error);
}

void cost_pass_finish(struct cost_pass *pass, struct verdict **uncounted)
{
    build_finish(&pass->build, &pass->result);
    *uncounted = pass->result.verdict;
    pass->result.verdict = NULL;
}

bool cost_pass_finish_reference(struct cost_pass *pass, struct error *error)
{
    const struct build_result *result = &pass->result;
    build_finish(&pass->build, &pass->result);
    return result->ok ||
           error_at(error, pass->plan.submission, 0, 0,
                    "the reference's cost cannot be counted: %s",
                    result->verdict == NULL ? result->output : result->verdict->message);
}

static void measure(const struct cost_pass *pass, const struct session_plan *session,
                    const uint64_t *pointers, struct cost *cost)
{
    struct session_plan plan = *session;
    plan.library = pass->build.library;
    plan.contract = &pass->build.collection.contract;
    plan.echo_output = false;
    plan.storage_bytes = 0; // the simulated machine needs some; stores elsewhere are refused
    plan.total_seconds = SLOWER * session->total_seconds;
    plan.call_seconds = plan.total_seconds; // one slice is one call
    cost_measure(
        &(struct cost_plan){.session = &plan, .machine = &pass->machine, .expected = pointers},
        cost);
}

bool cost_pass_count(const struct cost_pass *pass, const struct session_plan *session,
                     const uint64_t *pointers, struct case_result *result, struct cost *cost)
{
    *cost = (struct cost){0};
    if (pass->result.ok) {
        measure(pass, session, pointers, cost);
    }
    if (cost->cycles == 0 && interrupt_seen() == 0) {
        if (pass->result.ok) {
            finding_file_cost(session, result, cost->differing_op, cost->stopped_op, &cost->news);
        }
        metric_add(&result->metrics, &result->n_metrics, METRIC_THROUGHPUT, "ratio", 0.0, 1.0);
    }
    return cost->cycles != 0;
}

bool cost_pass_count_reference(const struct cost_pass *pass, const struct session_plan *session,
                               struct cost *cost)
{
    measure(pass, session, NULL, cost);
    if (cost->cycles == 0 && interrupt_seen() == 0) {
        die("the reference allocator fails in the cost pass over %s", session->trace->path);
    }
    return cost->cycles != 0;
}

void cost_pass_compare(const struct cost *own, const struct cost *reference,
                       const struct trace *trace, struct case_result *result)
{
    struct metric **metrics = &result->metrics;
    size_t *n = &result->n_metrics;
    double n_ops = (double)trace->n_ops;
    double ratio = (double)reference->cycles / (double)own->cycles;
    metric_add(metrics, n, METRIC_CYCLES, "cycles", (double)own->cycles / n_ops,
               (double)reference->cycles / n_ops);
    metric_add(metrics, n, METRIC_CYCLES_RATIO, "ratio", ratio, 1.0);
    metric_add(metrics, n, METRIC_THROUGHPUT, "ratio", ratio, 1.0);
    for (int part = 0; part < COST_PARTS; part++) {
        metric_add(metrics, n, part_metrics[part], "cycles", (double)own->parts[part] / n_ops,
                   (double)reference->parts[part] / n_ops);
    }
    for (size_t i = 0; i < sizeof kind_metrics / sizeof *kind_metrics; i++) {
        const struct cost_distribution *mine = &own->kinds[kind_metrics[i].kind];
        const struct cost_distribution *its = &reference->kinds[kind_metrics[i].kind];
        if (mine->n_ops > 0) {
            metric_add(metrics, n, kind_metrics[i].p50, "cycles", (double)mine->p50,
                       (double)its->p50);
            metric_add(metrics, n, kind_metrics[i].p99, "cycles", (double)mine->p99,
                       (double)its->p99);
            metric_add(metrics, n, kind_metrics[i].most, "cycles", (double)mine->most,
                       (double)its->most);
        }
    }
    metric_set_reference(result->metrics, result->n_metrics, METRIC_UTILIZATION,
                         (double)trace->peak_payload / (double)reference->heap_bytes);
}

void cost_pass_close(struct cost_pass *pass)
{
    struct result spare = {.build = pass->result};
    build_remove(&pass->build);
    result_free(&spare);
}
