// SPDX-License-Identifier: MIT
// Builds a submission once, sees which modules it holds, and judges them trace by trace, machine by
// machine.
#include "harness/labs/module_lab.h"

#include <stdlib.h>
#include <string.h>

#include "harness/access/access.h"
#include "harness/base/interrupt.h"
#include "harness/base/memory.h"
#include "harness/base/paths.h"
#include "harness/labs/submission.h"
#include "harness/modules/trial.h"

/// The functions of all modules, by enum ring_function_number.
static const struct {
    const char *name;
    enum module module;
} functions[RING_N_MODULE_FUNCTIONS] = {
    [RING_SPLIT_VA] = {"split_va", MODULE_TRANSLATE},
    [RING_JOIN_VA] = {"join_va", MODULE_TRANSLATE},
    [RING_SPLIT_PA] = {"split_pa", MODULE_TRANSLATE},
    [RING_JOIN_PA] = {"join_pa", MODULE_TRANSLATE},
    [RING_PT_INIT] = {"pt_init", MODULE_PAGETABLE},
    [RING_PT_CREATE] = {"pt_create", MODULE_PAGETABLE},
    [RING_PT_MAP] = {"pt_map", MODULE_PAGETABLE},
    [RING_PT_UNMAP] = {"pt_unmap", MODULE_PAGETABLE},
    [RING_PT_PROTECT] = {"pt_protect", MODULE_PAGETABLE},
    [RING_PT_WALK] = {"pt_walk", MODULE_PAGETABLE},
    [RING_PT_DESTROY] = {"pt_destroy", MODULE_PAGETABLE},
    [RING_TLB_INIT] = {"tlb_init", MODULE_TLB},
    [RING_TLB_LOOKUP] = {"tlb_lookup", MODULE_TLB},
    [RING_TLB_INSERT] = {"tlb_insert", MODULE_TLB},
    [RING_TLB_INVALIDATE] = {"tlb_invalidate", MODULE_TLB},
    [RING_TLB_FLUSH] = {"tlb_flush", MODULE_TLB},
    [RING_CACHE_INIT] = {"cache_init", MODULE_CACHE},
    [RING_CACHE_ACCESS] = {"cache_access", MODULE_CACHE},
    [RING_REPLACE_INIT] = {"replace_init", MODULE_REPLACE},
    [RING_REPLACE_LOADED] = {"replace_loaded", MODULE_REPLACE},
    [RING_REPLACE_TOUCHED] = {"replace_touched", MODULE_REPLACE},
    [RING_REPLACE_VICTIM] = {"replace_victim", MODULE_REPLACE},
};

struct run {
    unsigned modules; ///< that may be handed in
    unsigned judged;  ///< that were
    const struct job *job;
    const struct lab_settings *settings;
    struct result *result;
    struct access_trace *traces;
    size_t n_traces; ///< read so far
    struct module_config *machines;
    size_t n_machines; ///< made so far
    char *headers;
    const char *wanted[RING_N_MODULE_FUNCTIONS + 1];
    struct build_plan plan;
    struct build build;
};

static bool read_traces(struct run *run, struct error *error)
{
    const struct lab_settings *settings = run->settings;
    const struct access_options options = {.page_bits = 12};
    size_t most = (size_t)settings->modules.max_accesses;
    run->traces = xcalloc(settings->n_traces, sizeof *run->traces);
    for (; run->n_traces < settings->n_traces; run->n_traces++) {
        bool cut = false;
        if (!access_trace_read(&run->traces[run->n_traces], settings->traces[run->n_traces].path,
                               &options, most, &cut, error)) {
            return false;
        }
    }
    return true;
}

static bool make_machines(struct run *run, struct error *error)
{
    const struct module_settings *settings = &run->settings->modules;
    struct machine_settings base;
    char reason[256];
    size_t n = module_config_count(settings);
    if (!module_config_base(&base, settings, error)) {
        return false;
    }
    run->machines = xcalloc(n, sizeof *run->machines);
    for (; run->n_machines < n; run->n_machines++) {
        if (!module_config_make(&run->machines[run->n_machines], settings, &base, run->n_machines,
                                run->modules, reason, sizeof reason)) {
            return error_at(error, settings->machine, 0, 0, "machine %zu of the grid: %s",
                            run->n_machines + 1, reason);
        }
    }
    return true;
}

static bool build(struct run *run, struct error *error)
{
    size_t n = 0;
    for (size_t i = 0; i < RING_N_MODULE_FUNCTIONS; i++) {
        if ((run->modules & 1u << functions[i].module) != 0) {
            run->wanted[n++] = functions[i].name;
        }
    }
    run->headers = paths_in_root(MODULE_LAB_HEADERS);
    run->plan = (struct build_plan){
        .submission = run->job->submission,
        .settings = &run->settings->build,
        .headers = run->headers,
        .wanted = run->wanted,
        .alignment = 16,
        .seconds = run->settings->limits.build_seconds,
    };
    if (!build_start(&run->build, &run->plan, error)) {
        return false;
    }
    build_finish(&run->build, &run->result->build);
    return true;
}

static struct module_plan plan_session(const struct run *run)
{
    const struct limit_settings *limits = &run->settings->limits;
    return (struct module_plan){
        .library = run->build.library,
        .call_seconds = limits->operation_seconds,
        .total_seconds = limits->trace_seconds,
        .output_bytes = limits->output_bytes,
    };
}

static unsigned modules_of(uint64_t present)
{
    unsigned modules = 0;
    for (size_t i = 0; i < RING_N_MODULE_FUNCTIONS; i++) {
        modules |= (present >> i & 1) != 0 ? 1u << functions[i].module : 0;
    }
    return modules;
}

/// Names, separated by ", ": of the functions that are missing in modules of the mask.
static char *missing_names(uint64_t present, unsigned modules)
{
    char *names = xstrdup("");
    for (size_t i = 0; i < RING_N_MODULE_FUNCTIONS; i++) {
        if ((present >> i & 1) == 0 && (modules & 1u << functions[i].module) != 0) {
            char *longer =
                xasprintf("%s%s%s", names, *names == '\0' ? "" : ", ", functions[i].name);
            free(names);
            names = longer;
        }
    }
    return names;
}

/// What is judged, and what is the golden model's, for the table's head.
static char *describe(unsigned judged)
{
    char *texts[2] = {xstrdup(""), xstrdup("")};
    for (enum module module = 0; module < N_MODULES; module++) {
        char **text = &texts[(judged & 1u << module) == 0];
        char *longer = xasprintf("%s%s%s", *text, **text == '\0' ? "" : ", ", module_names[module]);
        free(*text);
        *text = longer;
    }
    char *note =
        xasprintf("judged: %s%s%s", texts[0], *texts[1] == '\0' ? "" : "  golden: ", texts[1]);
    free(texts[0]);
    free(texts[1]);
    return note;
}

static bool no_questions(void *context, const struct module_question *question, uint64_t *value)
{
    (void)context;
    (void)question;
    (void)value;
    return false;
}

/// Loads the submission once without calling it: which modules are there, and are they whole? What
/// constructors do wrong is left to the cases; then all that may be there is asked for.
static void check_functions(struct run *run)
{
    struct build_result *built = &run->result->build;
    struct module_plan plan = plan_session(run);
    struct module_session session;
    bool loaded = module_open(&session, &plan, no_questions, NULL);
    run->judged = loaded ? modules_of(session.functions) & run->modules : run->modules;
    char *missing =
        loaded ? missing_names(session.functions, run->judged == 0 ? run->modules : run->judged)
               : xstrdup("");
    if (!loaded && session.news.event == WORKER_REPLIED) {
        char *text = worker_text(&session.worker);
        built->verdict = submission_does_not_load(text);
        free(text);
    } else if (*missing != '\0') {
        built->verdict = submission_lacks(built->files, missing);
    }
    if (built->verdict != NULL) {
        submission_add_side_notes(&run->build, built, built->verdict);
    }
    built->ok = built->verdict == NULL;
    built->note =
        built->ok && (run->modules & (run->modules - 1)) != 0 ? describe(run->judged) : NULL;
    free(missing);
    module_close(&session);
}

/// No trace asks the modules that were handed in anything that counts.
static void refuse_idle(struct run *run)
{
    struct build_result *built = &run->result->build;
    built->ok = false;
    built->verdict = verdict_new("MISSING_FUNCTION", 0, 0);
    built->verdict->message =
        xasprintf("On these machines no trace asks %s anything that could be wrong.", built->files);
    built->verdict->hint = xstrdup("this rubric is about the golden modules named above; each "
                                   "module has a lab of its own");
}

static struct module_trial plan_trial(const struct run *run, size_t i)
{
    const struct access_trace *trace = &run->traces[i / run->n_machines];
    return (struct module_trial){
        .trace = trace,
        .n_records = trace->n_records,
        .config = &run->machines[i % run->n_machines],
        .judged = run->judged,
        .moves_data = run->modules == MODULES_ALL,
        .plan = plan_session(run),
    };
}

/// A case in which nothing is at stake is played, but worth nothing. When all are like that, the
/// weights stay in a lab on one module; what was handed in for the whole machine is not asked for.
static void weigh_cases(struct run *run)
{
    struct result *result = run->result;
    bool *at_stake = xcalloc(result->n_cases, sizeof *at_stake);
    bool any = false;
    for (size_t i = 0; i < result->n_cases; i++) {
        struct module_trial trial = plan_trial(run, i);
        at_stake[i] = module_trial_counts(&trial);
        any = any || at_stake[i];
    }
    for (size_t i = 0; any && i < result->n_cases; i++) {
        result->cases[i].weight = at_stake[i] ? result->cases[i].weight : 0;
    }
    if (!any && run->judged != run->modules && result->build.ok) {
        refuse_idle(run);
    }
    free(at_stake);
}

static void open_cases(struct run *run)
{
    struct result *result = run->result;
    result->op_noun = "access";
    result->n_cases = run->n_traces * run->n_machines;
    result->cases = xcalloc(result->n_cases, sizeof *result->cases);
    for (size_t i = 0; i < result->n_cases; i++) {
        size_t trace = i / run->n_machines;
        result->cases[i] = (struct case_result){
            .trace = xstrdup(run->traces[trace].name),
            .machine = xstrdup(run->machines[i % run->n_machines].name),
            .hidden = run->settings->traces[trace].hidden,
            .weight = run->settings->traces[trace].weight,
            .status = STATUS_SKIPPED,
        };
    }
}

static bool run_cases(struct run *run, struct error *error)
{
    struct result *result = run->result;
    for (size_t i = 0; i < result->n_cases && interrupt_seen() == 0; i++) {
        size_t trace = i / run->n_machines;
        struct module_trial trial = plan_trial(run, i);
        trial.plan.echo_output = run->job->echo_output && result->n_cases == 1;
        if (!module_trial_run(&trial, &result->cases[i], error)) {
            return false;
        }
        submission_tell_command(run->job, &run->settings->traces[trace], &result->cases[i]);
        if (run->job->progress != NULL) {
            run->job->progress(result, i + 1, result->n_cases);
        }
    }
    return true;
}

static void close_run(struct run *run)
{
    for (size_t i = 0; i < run->n_traces; i++) {
        access_trace_free(&run->traces[i]);
    }
    for (size_t i = 0; i < run->n_machines; i++) {
        module_config_free(&run->machines[i]);
    }
    free(run->traces);
    free(run->machines);
    build_remove(&run->build);
    free(run->headers);
}

bool module_lab_check(unsigned modules, const struct lab_settings *settings, struct error *error)
{
    struct run run = {.modules = modules, .judged = modules, .settings = settings};
    bool fine = read_traces(&run, error) && make_machines(&run, error);
    close_run(&run);
    return fine;
}

bool module_lab_run(unsigned modules, const struct job *job, struct result *result,
                    struct error *error)
{
    struct run run = {.modules = modules,
                      .judged = modules,
                      .job = job,
                      .settings = job->settings,
                      .result = result};
    bool fine = read_traces(&run, error) && build(&run, error);
    if (fine && result->build.ok) {
        check_functions(&run);
    }
    fine = fine && make_machines(&run, error);
    if (fine) {
        open_cases(&run);
        weigh_cases(&run);
    }
    if (fine && result->build.ok) {
        fine = run_cases(&run, error);
    }
    close_run(&run);
    return fine;
}

void module_lab_print_rules(FILE *file, unsigned modules)
{
    fputs("  BUILD_FAILED       the submission compiles and loads\n"
          "  MISSING_FUNCTION   all functions of a module are there\n",
          file);
    rules_print(file, modules);
}
