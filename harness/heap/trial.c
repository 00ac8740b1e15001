// SPDX-License-Identifier: MIT
// The trial of one submission over one trace. A passing submission costs two plays in one worker:
// the check pass, and a second one that changes everything at once (mm_init called again, other
// fresh contents, nobody writes payloads). Only if the second differs from the first is each change
// tried alone, to name the cause.
#include "harness/heap/trial.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/error.h"
#include "harness/base/interrupt.h"
#include "harness/base/memory.h"
#include "harness/heap/checks.h"
#include "harness/heap/explain.h"
#include "harness/heap/explain_source.h"
#include "harness/heap/findings.h"
#include "harness/heap/play.h"

#define OUTPUT_LINES 12

struct trial {
    struct session_plan plan;
    struct case_result *result;
    uint64_t *pointers; ///< of the check pass
};

static enum heap_fresh other_fresh(enum heap_fresh fresh)
{
    return fresh == HEAP_FRESH_ZEROS ? HEAP_FRESH_JUNK : HEAP_FRESH_ZEROS;
}

/// A breach before mm_init: the submission could not be loaded, or its constructors misbehaved.
static void judge_loading(struct session *session, struct breach *breach)
{
    struct play play = {.session = session, .trace = session->plan->trace};
    play.breach = breach_none();
    play.breach.loading = true;
    checks_ask(&play, MOMENT_STOPPED);
    *breach = play.breach;
}

/// Plays the trace again up to the breach with an eye on one payload, to learn which operation
/// changed it. Finds nothing when the submission behaves differently this time.
static void locate_change(const struct trial *trial, struct breach *breach)
{
    bool is_change = strcmp(breach->check->code, "PAYLOAD_CHANGED") == 0;
    uint32_t slot = is_change ? breach->slot : breach->damaged;
    if (slot == LAYOUT_NO_SLOT) {
        return;
    }
    struct session_plan quiet = trial->plan;
    quiet.echo_output = false;
    struct session session;
    if (session_open(&session, &quiet)) {
        struct play play;
        struct play_plan plan = {
            .fresh = quiet.settings->fresh, .observe = true, .n_ops = breach->op, .watch = slot};
        if (!play_trace(&play, &session, &plan) && play.by_watch) {
            breach->changed_op = play.breach.op;
        }
        play_free(&play);
    }
    session_close(&session);
}

static void take_output(struct trial *trial, struct session *session)
{
    output_drain(&session->worker.output);
    free(trial->result->output);
    trial->result->output = output_last_lines(&session->worker.output, OUTPUT_LINES);
}

static void fail(struct trial *trial, struct session *session, struct breach *breach,
                 const uint64_t *pointers)
{
    if (breach->news.event == WORKER_INTERRUPTED) {
        return; // the case stays skipped
    }
    locate_change(trial, breach);
    trial->result->status = STATUS_FAILED;
    trial->result->verdict = explain(session, breach, NULL, NULL);
    session_stop(session);
    take_output(trial, session);
    explain_source(&trial->plan, breach, pointers, trial->result->verdict);
}

static void add_metrics(struct case_result *result, const struct play *play, uint64_t page_faults)
{
    const struct session *session = play->session;
    double heap = (double)session->arena.break_bytes;
    double at_peak = (double)play->heap_at_peak;
    struct metric **metrics = &result->metrics;
    size_t *n = &result->n_metrics;
    double used = heap > 0 ? (double)play->trace->peak_payload / heap : 0.0;
    metric_add(metrics, n, METRIC_UTILIZATION, "ratio", used, NAN);
    metric_add(metrics, n, METRIC_INTERNAL_FRAG, "ratio",
               at_peak > 0 ? (double)play->internal_at_peak / at_peak : 0.0, NAN);
    metric_add(metrics, n, METRIC_EXTERNAL_FRAG, "ratio",
               at_peak > 0 ? (double)play->external_at_peak / at_peak : 0.0, NAN);
    metric_add(metrics, n, METRIC_OPS, "ops", (double)play->trace->n_ops, NAN);
    metric_add(metrics, n, METRIC_HEAP, "bytes", heap, NAN);
    metric_add(metrics, n, METRIC_SBRK, "calls", (double)session->n_sbrk, NAN);
    metric_add(metrics, n, METRIC_FAULTS, "faults", (double)page_faults, NAN);
}

/// A condition under which an honest allocator returns the same pointers again.
struct condition {
    const char *code;
    const char *rule; ///< what must hold
    const char *lead; ///< opens the message
    const char *hint;
    bool same_worker; ///< played after a first play in the same process
    bool other_fresh;
    bool unobserved;
    size_t policy_offset; ///< in struct finding_settings
};

#define POLICY(name) offsetof(struct finding_settings, name)

static const struct condition conditions[] = {
    {.code = "NONDETERMINISTIC",
     .rule = "a second, identical run gives the same pointers",
     .lead = "The same trace gave another result in a second, identical run: ",
     .hint = "the result depends on time, random numbers or addresses outside the heap",
     .policy_offset = POLICY(nondeterministic)},
    {.code = "INIT_NOT_FRESH",
     .rule = "after a second mm_init the trace goes as after the first",
     .lead = "After a second mm_init on an empty heap the same trace went differently: ",
     .hint = "mm_init must set every global variable anew: list heads, rovers, counters",
     .same_worker = true,
     .policy_offset = POLICY(init_not_fresh)},
    {.code = "UNINIT_READ",
     .rule = "what fresh heap memory holds makes no difference",
     .lead = "With other bytes in fresh heap memory the same trace went differently: ",
     .hint = "memory from mem_sbrk is read before it is written: a header, link or footer that is "
             "taken to be zero",
     .other_fresh = true,
     .policy_offset = POLICY(uninit_read)},
    {.code = "UNOBSERVED",
     .rule = "whether anybody writes payloads, or looks, makes no difference",
     .lead = "When nobody writes to the payloads the same trace went differently: ",
     .hint = "the allocator looks at the payloads that it has handed out",
     .unobserved = true,
     .policy_offset = POLICY(unobserved)},
};

static enum finding_policy policy_of(const struct trial *trial, const struct condition *condition)
{
    const char *findings = (const char *)&trial->plan.settings->findings;
    enum finding_policy policy;
    memcpy(&policy, findings + condition->policy_offset, sizeof policy);
    return policy;
}

static struct play_plan plan_of(const struct trial *trial, const struct condition *condition)
{
    enum heap_fresh fresh = trial->plan.settings->fresh;
    return (struct play_plan){
        .fresh = condition->other_fresh ? other_fresh(fresh) : fresh,
        .observe = !condition->unobserved,
        .n_ops = trial->plan.trace->n_ops,
        .expected = trial->pointers,
        .watch = LAYOUT_NO_SLOT,
    };
}

/// Plays under one condition in a fresh worker; true when a verdict was filed.
static bool try_condition(struct trial *trial, const struct condition *condition)
{
    struct session_plan quiet = trial->plan;
    quiet.echo_output = false;
    struct session session;
    struct play play = {0};
    struct play_plan plan = plan_of(trial, condition);
    bool same = session_open(&session, &quiet);
    if (same && condition->same_worker) {
        struct play_plan first = plan;
        same = play_trace(&play, &session, &first);
        play_free(&play);
        play = (struct play){0};
    }
    bool differs = same && !play_trace(&play, &session, &plan);
    if (differs) {
        struct verdict *verdict = explain(&session, &play.breach, condition->code, condition->lead);
        free(verdict->hint);
        verdict->hint = xstrdup(condition->hint);
        explain_source(&trial->plan, &play.breach, trial->pointers, verdict);
        finding_file(trial->result, verdict, policy_of(trial, condition));
    }
    session_close(&session);
    play_free(&play);
    return differs;
}

static void find_cause(struct trial *trial, struct session *session, const struct breach *breach)
{
    bool found = false;
    for (size_t i = 0; i < sizeof conditions / sizeof *conditions && interrupt_seen() == 0; i++) {
        if (policy_of(trial, &conditions[i]) != FINDING_IGNORE) {
            found |= try_condition(trial, &conditions[i]);
        }
        if (found && i == 0) {
            return; // what goes otherwise by itself says nothing under other conditions
        }
    }
    enum finding_policy policy = policy_of(trial, &conditions[0]);
    if (!found && policy != FINDING_IGNORE) {
        finding_file(trial->result,
                     explain(session, breach, "NONDETERMINISTIC",
                             "Played again under other conditions, no single one of which is the "
                             "cause, the trace went differently: "),
                     policy);
    }
}

/// The second play: everything changed at once, in the same worker.
static void play_again(struct trial *trial, struct session *session)
{
    static const struct condition all = {.other_fresh = true, .unobserved = true};
    const struct finding_settings *findings = &trial->plan.settings->findings;
    if (findings->uninit_read == FINDING_IGNORE && findings->unobserved == FINDING_IGNORE &&
        findings->init_not_fresh == FINDING_IGNORE &&
        findings->nondeterministic == FINDING_IGNORE) {
        return;
    }
    struct play play;
    struct play_plan plan = plan_of(trial, &all);
    session->worker.output.echo = false;
    if (!play_trace(&play, session, &plan)) {
        find_cause(trial, session, &play.breach);
    }
    play_free(&play);
}

static void file_past_break(struct trial *trial, struct play *play)
{
    if (play->session->past_break != UINT64_MAX &&
        trial->plan.settings->findings.past_break == FINDING_WARN) {
        play->session->stop_past_break = true;
        play->breach.op = play->past_break_op;
        checks_ask(play, MOMENT_GROWN);
        struct verdict *verdict = explain(play->session, &play->breach, NULL, NULL);
        explain_source(&trial->plan, &play->breach, trial->pointers, verdict);
        finding_file(trial->result, verdict, FINDING_WARN);
        play->session->stop_past_break = false;
    }
}

/// Looks at each access of a submission that has passed so far.
static void judge_strictly(struct trial *trial)
{
    const struct finding_settings *findings = &trial->plan.settings->findings;
    struct verdict *found[STRICT_KINDS];
    explain_strict(&trial->plan, trial->pointers, found);
    for (int i = 0; i < STRICT_KINDS; i++) {
        if (found[i] != NULL) {
            finding_file(trial->result, found[i],
                         explain_strict_policy(findings, (enum strict_kind)i));
        }
    }
}

static void judge_passed(struct trial *trial, struct play *play, uint64_t page_faults)
{
    struct session *session = play->session;
    trial->result->status = STATUS_PASSED;
    trial->result->samples = play->samples;
    trial->result->n_samples = play->n_samples;
    play->samples = NULL;
    trial->pointers = play->pointers;
    play->pointers = NULL;
    add_metrics(trial->result, play, page_faults);
    file_past_break(trial, play);
    take_output(trial, session);
    play_again(trial, session);
    if (trial->result->status == STATUS_PASSED && interrupt_seen() == 0) {
        judge_strictly(trial);
    }
}

/// The check pass over a loaded submission.
static void judge(struct trial *trial, struct session *session, uint64_t *heap_bytes)
{
    session->stop_past_break = trial->plan.settings->findings.past_break == FINDING_FAIL;
    uint64_t faults_before = process_page_faults(&session->worker.process);
    struct play play;
    struct play_plan plan = {.fresh = trial->plan.settings->fresh,
                             .observe = true,
                             .n_ops = trial->plan.trace->n_ops,
                             .watch = LAYOUT_NO_SLOT,
                             .sample = true};
    if (play_trace(&play, session, &plan)) {
        *heap_bytes = session->arena.break_bytes;
        uint64_t faults = process_page_faults(&session->worker.process) - faults_before;
        judge_passed(trial, &play, faults);
    } else {
        fail(trial, session, &play.breach, play.pointers);
    }
    play_free(&play);
}

bool trial_run(const struct session_plan *plan, struct case_result *result, uint64_t **pointers,
               uint64_t *heap_bytes)
{
    struct trial trial = {.plan = *plan, .result = result};
    struct session session;
    if (session_open(&session, &trial.plan)) {
        judge(&trial, &session, heap_bytes);
    } else if (session.news.reply == RING_LOAD_FAILED) {
        // It loaded before: somebody has removed it, or the machine is out of memory.
        char *text = worker_text(&session.worker);
        die("the built submission can no longer be loaded: %s", text);
    } else {
        struct breach breach;
        judge_loading(&session, &breach);
        fail(&trial, &session, &breach, NULL);
    }
    session_close(&session);
    *pointers = trial.pointers;
    return interrupt_seen() == 0;
}

void trial_print_rules(FILE *file, bool of_fit_lab)
{
    const char *last = "";
    for (const struct check *check = checks; check->code != NULL; check++) {
        bool counts = !check->of_fit_lab || of_fit_lab;
        if (counts && *check->rule != '\0' && strcmp(check->code, last) != 0) {
            fprintf(file, "  %-18s %s\n", check->code, check->rule);
            last = check->code;
        }
    }
    for (size_t i = 0; i < sizeof conditions / sizeof *conditions; i++) {
        fprintf(file, "  %-18s %s\n", conditions[i].code, conditions[i].rule);
    }
    finding_print_rules(file);
    explain_strict_print_rules(file);
}

struct verdict *trial_load_failure(struct session *session)
{
    struct breach breach;
    judge_loading(session, &breach);
    return explain(session, &breach, "BUILD_FAILED", NULL);
}
