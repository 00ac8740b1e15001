// SPDX-License-Identifier: MIT
// The passes over one submission: build, check what is there, try each trace, time it.
#include "harness/labs/allocator.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/base/interrupt.h"
#include "harness/base/memory.h"
#include "harness/base/paths.h"
#include "harness/heap/explain.h"
#include "harness/heap/findings.h"
#include "harness/heap/sources.h"
#include "harness/heap/trial.h"
#include "harness/labs/cost_pass.h"
#include "harness/labs/submission.h"
#include "harness/labs/totals.h"
#include "harness/measure/speed.h"
#include "harness/sandbox/storage.h"

#define HEADERS "student_template/malloc"

struct run {
    const struct allocator_lab *lab;
    const struct job *job;
    const struct lab_settings *settings;
    struct result *result;
    struct trace *traces;
    size_t n_traces; ///< read so far
    char *headers;
    char *reference_path;
    struct build_plan plans[SPEED_SIDES];
    struct build builds[SPEED_SIDES];
    struct build_result reference_result;
    struct cost_pass counted[SPEED_SIDES];
    struct sources sources; ///< the submission's
};

static bool read_traces(struct run *run, struct error *error)
{
    const struct lab_settings *settings = run->settings;
    run->traces = xcalloc(settings->n_traces, sizeof *run->traces);
    for (; run->n_traces < settings->n_traces; run->n_traces++) {
        if (!trace_choice_read(&settings->traces[run->n_traces], &run->traces[run->n_traces],
                               error)) {
            return false;
        }
    }
    return true;
}

static bool counts_cycles(const struct run *run)
{
    return run->settings->throughput == THROUGHPUT_CYCLES;
}

static struct build_plan plan_build(const struct run *run, const char *submission)
{
    return (struct build_plan){
        .submission = submission,
        .settings = &run->settings->build,
        .headers = run->headers,
        .frame = run->lab->frame,
        .m32 = run->settings->heap.abi == HEAP_ABI_M32,
        .alignment = run->settings->heap.alignment,
        .seconds = run->settings->limits.build_seconds,
    };
}

static void plan_reference(struct run *run)
{
    char *relative = xasprintf("%s/%s.c", run->lab->references, run->settings->speed.reference);
    run->reference_path = paths_in_root(relative);
    run->plans[SPEED_REFERENCE] = plan_build(run, run->reference_path);
    free(relative);
}

/// What the reference costs over a trace, if it was counted before; or NULL.
static const struct cost *known_cost(const struct run *run, size_t idx)
{
    const struct cost *costs = run->job->reference_costs;
    return costs != NULL && costs[idx].cycles > 0 ? &costs[idx] : NULL;
}

/// The reference is built plainly to be timed, and instrumented to be counted.
static bool start_reference(struct run *run, struct error *error)
{
    const struct build_plan *plan = &run->plans[SPEED_REFERENCE];
    bool needs_counting = false;
    for (size_t i = 0; counts_cycles(run) && i < run->n_traces; i++) {
        needs_counting = needs_counting || known_cost(run, i) == NULL;
    }
    plan_reference(run);
    return (!run->settings->speed.enabled ||
            build_start(&run->builds[SPEED_REFERENCE], plan, error)) &&
           (!needs_counting ||
            cost_pass_start(&run->counted[SPEED_REFERENCE], run->settings, plan, error));
}

static bool finish_reference(struct run *run, struct error *error)
{
    struct cost_pass *counted = &run->counted[SPEED_REFERENCE];
    struct build *plain = &run->builds[SPEED_REFERENCE];
    if (plain->command != NULL) {
        build_finish(plain, &run->reference_result);
    }
    return (plain->command == NULL || run->reference_result.ok ||
            error_at(error, run->reference_path, 0, 0, "the reference does not compile: %s",
                     run->reference_result.output)) &&
           (counted->build.command == NULL || cost_pass_finish_reference(counted, error));
}

/// Compiles all at the same time. False with *error when there is nothing to compile, or when the
/// reference does not build.
static bool build_all(struct run *run, struct error *error)
{
    const struct build_plan *plan = &run->plans[SPEED_SUBMISSION];
    struct build *plain = &run->builds[SPEED_SUBMISSION];
    struct cost_pass *counted = &run->counted[SPEED_SUBMISSION];
    run->plans[SPEED_SUBMISSION] = plan_build(run, run->job->submission);
    sources_open(&run->sources, plan);
    bool fine = build_start(plain, plan, error) &&
                (!counts_cycles(run) || cost_pass_start(counted, run->settings, plan, error)) &&
                (!lab_compares_throughput(run->settings) || start_reference(run, error)) &&
                finish_reference(run, error);
    if (plain->command != NULL) {
        build_finish(plain, &run->result->build);
    }
    if (counted->build.command != NULL) {
        cost_pass_finish(counted, &run->result->build.uncounted);
    }
    return fine;
}

static struct session_plan plan_session(struct run *run, enum speed_side side,
                                        const struct trace *trace)
{
    const struct limit_settings *limits = &run->settings->limits;
    return (struct session_plan){
        .trace = trace,
        .settings = &run->settings->heap,
        .library = run->builds[side].library,
        .contract = &run->builds[side].collection.contract,
        .call_seconds = limits->operation_seconds,
        .total_seconds = limits->trace_seconds,
        .output_bytes = limits->output_bytes,
        .storage_bytes =
            limits->static_bytes + (limits->library_memory != 0 ? WORKER_LIBRARY_BYTES : 0),
        .echo_output = side == SPEED_SUBMISSION && run->job->echo_output,
        .sources = side == SPEED_SUBMISSION ? &run->sources : NULL,
    };
}

static bool uses_realloc(const struct run *run)
{
    for (size_t i = 0; i < run->n_traces; i++) {
        for (size_t j = 0; j < run->traces[i].n_ops; j++) {
            if (run->traces[i].ops[j].kind == OP_REALLOC) {
                return true;
            }
        }
    }
    return false;
}

/// Whether it keeps to the heap that it is given.
static bool check_storage(struct run *run)
{
    const struct limit_settings *limits = &run->settings->limits;
    const struct storage_limits allowed = {.static_bytes = limits->static_bytes,
                                           .library_memory = limits->library_memory != 0};
    return storage_check(run->builds[SPEED_SUBMISSION].folder, &allowed, &run->result->build);
}

/// Loads the submission once without calling it: does it load, is all there? What its constructors
/// do wrong is left to the cases.
static void check_functions(struct run *run)
{
    static const struct {
        uint32_t bit;
        const char *name;
    } functions[] = {{RING_HAS_INIT, "mm_init"},
                     {RING_HAS_MALLOC, "mm_malloc"},
                     {RING_HAS_FREE, "mm_free"},
                     {RING_HAS_REALLOC, "mm_realloc"}};
    struct session_plan plan = plan_session(run, SPEED_SUBMISSION, &run->traces[0]);
    plan.echo_output = false;
    struct build_result *build = &run->result->build;
    struct session session;
    bool loaded = session_open(&session, &plan);
    for (size_t i = 0; loaded && build->verdict == NULL && i < 4; i++) {
        bool needed = functions[i].bit != RING_HAS_REALLOC || uses_realloc(run);
        if (needed && (session.functions & functions[i].bit) == 0) {
            build->verdict = submission_lacks(build->files, functions[i].name);
        }
    }
    if (!loaded && session.news.reply == RING_LOAD_FAILED) {
        build->verdict = trial_load_failure(&session);
    }
    if (run->lab->frame != NULL && build->verdict == NULL) {
        build->note = run->lab->describe(&run->builds[SPEED_SUBMISSION], run->settings);
        build->verdict = run->lab->find_missing(&run->builds[SPEED_SUBMISSION], run->settings);
    }
    if (build->verdict != NULL) {
        submission_add_side_notes(&run->builds[SPEED_SUBMISSION], build, build->verdict);
    }
    build->ok = build->verdict == NULL;
    session_close(&session);
}

static void add_speed_metrics(struct case_result *result, const struct speed *speed,
                              uint64_t peak_payload, bool is_score)
{
    struct metric **metrics = &result->metrics;
    size_t *n = &result->n_metrics;
    double reference = speed->ops_per_second[SPEED_REFERENCE];
    if (speed->reference_heap_bytes > 0) {
        metric_set_reference(*metrics, *n, METRIC_UTILIZATION,
                             (double)peak_payload / (double)speed->reference_heap_bytes);
    }
    metric_add(metrics, n, METRIC_SPEED, "ops/s", speed->ops_per_second[SPEED_SUBMISSION],
               reference > 0.0 ? reference : NAN);
    if (!isnan(speed->ratio)) {
        metric_add(metrics, n, METRIC_SPEED_RATIO, "ratio", speed->ratio, 1.0);
        metric_add(metrics, n, METRIC_SPEED_SPREAD, "ratio", speed->spread, NAN);
        if (is_score) {
            metric_add(metrics, n, METRIC_THROUGHPUT, "ratio", speed->ratio, 1.0);
        }
    }
}

/// The timed pass, for a case that has passed.
static void time_case(struct run *run, size_t idx, const uint64_t *pointers)
{
    const struct trace *trace = &run->traces[idx];
    struct session_plan plans[SPEED_SIDES];
    for (size_t side = 0; side < SPEED_SIDES; side++) {
        plans[side] = plan_session(run, (enum speed_side)side, trace);
        plans[side].echo_output = false;
        // One slice is one call.
        plans[side].call_seconds = plans[side].total_seconds;
    }
    struct speed_plan plan = {
        .sides = {&plans[SPEED_SUBMISSION], &plans[SPEED_REFERENCE]},
        .expected = pointers,
        .budget_seconds = run->settings->speed.budget_seconds,
    };
    struct speed speed;
    speed_measure(&plan, &speed);
    if (speed.stopped_op == 0 && speed.differing_op == 0) {
        add_speed_metrics(&run->result->cases[idx], &speed, trace->peak_payload,
                          !counts_cycles(run));
    } else if (speed.news.event != WORKER_INTERRUPTED) {
        finding_file_timed(&plans[SPEED_SUBMISSION], &run->result->cases[idx], speed.differing_op,
                           speed.stopped_op);
    }
}

/// The cost pass, for a case that has passed.
static void count_case(struct run *run, size_t idx, const struct session_plan *plan,
                       const uint64_t *pointers)
{
    struct case_result *one = &run->result->cases[idx];
    const struct cost *known = known_cost(run, idx);
    struct cost own;
    struct cost counted;
    if (cost_pass_count(&run->counted[SPEED_SUBMISSION], plan, pointers, one, &own) &&
        (known != NULL ||
         cost_pass_count_reference(&run->counted[SPEED_REFERENCE], plan, &counted))) {
        cost_pass_compare(&own, known != NULL ? known : &counted, plan->trace, one);
    }
}

static void run_case(struct run *run, size_t idx)
{
    struct case_result *one = &run->result->cases[idx];
    struct session_plan plan = plan_session(run, SPEED_SUBMISSION, &run->traces[idx]);
    uint64_t *pointers = NULL;
    uint64_t heap_bytes = 0;
    bool done = trial_run(&plan, one, &pointers, &heap_bytes);
    if (done && one->status == STATUS_PASSED && counts_cycles(run)) {
        count_case(run, idx, &plan, pointers);
    }
    if (done && one->status == STATUS_PASSED && run->settings->speed.enabled) {
        time_case(run, idx, pointers);
    }
    submission_tell_command(run->job, &run->settings->traces[idx], one);
    free(pointers);
}

static void open_cases(struct run *run)
{
    struct result *result = run->result;
    result->n_cases = run->n_traces;
    result->cases = xcalloc(run->n_traces, sizeof *result->cases);
    for (size_t i = 0; i < run->n_traces; i++) {
        const struct trace_choice *choice = &run->settings->traces[i];
        enum trace_weight weight = run->traces[i].weight;
        result->cases[i] = (struct case_result){
            .trace = xstrdup(run->traces[i].name),
            .trace_hash = trace_choice_hash(choice, &run->traces[i]),
            .hidden = choice->hidden,
            .seed = trace_choice_seed(choice),
            .weight = choice->weight,
            .counts_utilization = weight == WEIGHT_BOTH || weight == WEIGHT_UTILIZATION,
            .counts_speed = weight == WEIGHT_BOTH || weight == WEIGHT_SPEED,
            .status = STATUS_SKIPPED,
        };
    }
}

static void run_cases(struct run *run)
{
    const struct job *job = run->job;
    for (size_t i = 0; i < run->n_traces && interrupt_seen() == 0; i++) {
        run_case(run, i);
        if (job->progress != NULL) {
            job->progress(run->result, i + 1, run->n_traces);
        }
    }
    totals_add(run->result);
}

static void close_run(struct run *run)
{
    for (size_t i = 0; i < run->n_traces; i++) {
        trace_free(&run->traces[i]);
    }
    free(run->traces);
    sources_close(&run->sources);
    for (size_t side = 0; side < SPEED_SIDES; side++) {
        build_remove(&run->builds[side]);
        cost_pass_close(&run->counted[side]);
    }
    struct result spare = {.build = run->reference_result};
    result_free(&spare);
    free(run->headers);
    free(run->reference_path);
}

bool allocator_check(const struct lab_settings *settings, struct error *error)
{
    bool fine = true;
    for (size_t i = 0; fine && i < settings->n_traces; i++) {
        struct trace trace;
        fine = trace_choice_read(&settings->traces[i], &trace, error);
        if (fine) {
            trace_free(&trace);
        }
    }
    return fine;
}

bool allocator_run(const struct allocator_lab *lab, const struct job *job, struct result *result,
                   struct error *error)
{
    struct run run = {.lab = lab, .job = job, .settings = job->settings, .result = result};
    run.headers = paths_in_root(HEADERS);
    bool fine = read_traces(&run, error) && build_all(&run, error);
    if (fine) {
        open_cases(&run);
        if (result->build.ok && check_storage(&run)) {
            check_functions(&run);
        }
        if (result->build.ok) {
            run_cases(&run);
        }
    }
    close_run(&run);
    return fine;
}

bool allocator_count_reference(const struct allocator_lab *lab, const struct lab_settings *settings,
                               struct cost **costs, struct error *error)
{
    struct run run = {.lab = lab, .settings = settings};
    struct cost_pass *counted = &run.counted[SPEED_REFERENCE];
    *costs = NULL;
    if (!counts_cycles(&run)) {
        return true;
    }
    run.headers = paths_in_root(HEADERS);
    plan_reference(&run);
    bool fine = read_traces(&run, error) &&
                cost_pass_start(counted, settings, &run.plans[SPEED_REFERENCE], error) &&
                cost_pass_finish_reference(counted, error);
    *costs = fine ? xcalloc(run.n_traces, sizeof **costs) : NULL;
    for (size_t i = 0; fine && i < run.n_traces && interrupt_seen() == 0; i++) {
        struct session_plan plan = plan_session(&run, SPEED_REFERENCE, &run.traces[i]);
        if (!settings->traces[i].per_student) {
            cost_pass_count_reference(counted, &plan, &(*costs)[i]);
        }
    }
    close_run(&run);
    return fine;
}
