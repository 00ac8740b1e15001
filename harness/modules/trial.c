// SPDX-License-Identifier: MIT
// A worker, a pipeline, what they found; and the figures of policies to compare with.
#include "harness/modules/trial.h"

#include <math.h>
#include <stdlib.h>

#include "harness/base/memory.h"
#include "harness/modules/explain.h"
#include "harness/modules/stake.h"
#include "harness/modules/yardstick.h"

#define OUTPUT_LINES 12

struct pass {
    const struct module_trial *trial;
    struct case_result *result;
    struct module_session session;
    struct pipeline_choices choices;
    struct pipeline_plan plan;
    struct pipeline pipeline;
};

static void add(struct pass *pass, const char *name, const char *unit, double value,
                double reference)
{
    metric_add(&pass->result->metrics, &pass->result->n_metrics, name, unit, value, reference);
}

static bool is_judged(const struct pass *pass, enum module module)
{
    return (pass->trial->judged & 1u << module) != 0;
}

static double share(uint64_t part, uint64_t whole)
{
    return whole == 0 ? NAN : (double)part / (double)whole;
}

static void add_tlb_metrics(struct pass *pass)
{
    const struct pipeline_counts *counts = &pass->pipeline.counts;
    bool is_free = pass->trial->config->tlb.policy == TLB_FREE;
    double rate = share(counts->n_hits, counts->n_lookups);
    double lru = is_free ? share(counts->n_golden_hits, counts->n_lookups) : NAN;
    add(pass, METRIC_HIT_RATE, "ratio", rate, lru);
    if (is_free && lru > 0) {
        add(pass, METRIC_HIT_RATIO, "ratio", rate / lru, 1);
    }
}

/// Faults beside those of LRU and OPT. Where even OPT gains nothing on LRU there is no ratio.
static void add_fault_metrics(struct pass *pass)
{
    struct yardstick yardstick = yardstick_measure(&pass->plan);
    double faults = (double)pass->pipeline.counts.n_faults;
    double lru = (double)yardstick.n_lru_faults;
    double opt = (double)yardstick.n_opt_faults;
    add(pass, METRIC_VM_FAULTS, "faults", faults, lru);
    add(pass, METRIC_OPT_FAULTS, "faults", opt, NAN);
    if (lru > opt) {
        add(pass, METRIC_FAULT_GAIN, "ratio", fmax((lru - faults) / (lru - opt), 0), 0);
    }
}

static void add_table_metrics(struct pass *pass)
{
    const struct pipeline_counts *counts = &pass->pipeline.counts;
    double frames = (double)pass->pipeline.tables.peak_frames;
    double minimum = (double)counts->peak_golden_frames;
    add(pass, METRIC_TABLE_FRAMES, "frames", frames, minimum);
    add(pass, METRIC_FRAME_RATIO, "ratio", frames > 0 ? minimum / frames : NAN, 1);
    double references = share(counts->n_walk_references, counts->n_walks);
    double least = share(counts->n_golden_references, counts->n_walks);
    if (isfinite(references)) {
        add(pass, METRIC_WALK_REFERENCES, "references", references, least);
        add(pass, METRIC_REFERENCE_RATIO, "ratio", references > 0 ? least / references : 1, 1);
    }
}

static void add_metrics(struct pass *pass)
{
    const struct pipeline_counts *counts = &pass->pipeline.counts;
    add(pass, METRIC_ACCESSES, "accesses", (double)counts->n_accesses, NAN);
    if (is_judged(pass, MODULE_TLB)) {
        add_tlb_metrics(pass);
    } else if (is_judged(pass, MODULE_CACHE)) {
        add(pass, METRIC_HIT_RATE, "ratio", share(counts->n_cache_hits, counts->n_cache_uses), NAN);
    }
    if (is_judged(pass, MODULE_REPLACE) && pass->pipeline.frames != NULL) {
        add_fault_metrics(pass);
    }
    if (is_judged(pass, MODULE_PAGETABLE)) {
        add_table_metrics(pass);
    }
}

static void warn(struct pass *pass)
{
    struct case_result *result = pass->result;
    if (pass->pipeline.counts.extra_record == 0) {
        return;
    }
    struct verdict *warning = explain_extra_references(&pass->pipeline);
    result->warnings = xreallocarray(result->warnings, 1, sizeof *result->warnings);
    result->warnings[result->n_warnings++] = *warning;
    free(warning);
}

static void fail(struct pass *pass)
{
    if (pass->pipeline.breach.news.event == WORKER_INTERRUPTED) {
        return;
    }
    pass->result->status = STATUS_FAILED;
    pass->result->verdict = explain_breach(&pass->pipeline);
    module_stop(&pass->session);
    output_drain(&pass->session.worker.output);
    pass->result->output = output_last_lines(&pass->session.worker.output, OUTPUT_LINES);
}

static struct pipeline_plan plan_of(const struct module_trial *trial)
{
    return (struct pipeline_plan){.trace = trial->trace,
                                  .n_records = trial->n_records,
                                  .config = trial->config,
                                  .judged = trial->judged,
                                  .moves_data = trial->moves_data};
}

bool module_trial_counts(const struct module_trial *trial)
{
    struct pipeline_plan plan = plan_of(trial);
    return stake_exists(&plan);
}

bool module_trial_run(const struct module_trial *trial, struct case_result *result,
                      struct error *error)
{
    struct pass pass = {.trial = trial, .result = result};
    pass.plan = plan_of(trial);
    pass.plan.session = &pass.session;
    pass.plan.choices = &pass.choices;
    pipeline_open(&pass.pipeline, &pass.plan);
    bool loaded = module_open(&pass.session, &trial->plan, pipeline_answer, &pass.pipeline);
    worker_begin(&pass.session.worker);
    bool fine = loaded && pipeline_run(&pass.pipeline, error);
    if (fine) {
        result->status = STATUS_PASSED;
        add_metrics(&pass);
        warn(&pass);
    } else if (!pass.pipeline.failed) {
        if (!loaded) {
            pipeline_stopped(&pass.pipeline);
        }
        fail(&pass);
    }
    module_close(&pass.session);
    pipeline_close(&pass.pipeline);
    free(pass.choices.values);
    return !pass.pipeline.failed;
}
