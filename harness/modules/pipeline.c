// SPDX-License-Identifier: MIT
// Opening, running and closing; the one place where calls go to the worker.
#include "harness/modules/pipeline.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/modules/twins.h"

#define N_PROCESSES 65536
#define SCATTER UINT64_C(0x9e3779b97f4a7c15) // odd: a bijection modulo powers of two

/// The rule that a call broke by not coming back.
static enum rule_id stop_rule(const struct worker_news *news)
{
    bool died = news->event == WORKER_SIGNALLED;
    if (died && news->signal == SIGSYS) {
        return RULE_FORBIDDEN_SYSCALL;
    }
    if (news->event == WORKER_EXITED || (died && news->signal == SIGABRT)) {
        return RULE_EXITED;
    }
    return died ? RULE_CRASH : news->event == WORKER_TIMED_OUT ? RULE_TIMEOUT : RULE_FORGED_REPLY;
}

bool pipeline_break(struct pipeline *pipeline, enum rule_id rule, unsigned differs)
{
    struct breach *breach = &pipeline->breach;
    if (breach->broken) {
        return false; // a question within the call has said what is wrong
    }
    breach->broken = true;
    breach->rule = rule;
    breach->phase = pipeline->phase;
    breach->record = pipeline->record;
    breach->n_call = pipeline->n_own_calls[pipeline->call.module];
    breach->call = pipeline->call;
    breach->differs = differs;
    breach->news = pipeline->session->news;
    memcpy(breach->seen, pipeline->session->results, sizeof breach->seen);
    return false;
}

bool pipeline_stopped(struct pipeline *pipeline)
{
    return pipeline_break(pipeline, stop_rule(&pipeline->session->news), 0);
}

bool pipeline_announce(struct pipeline *pipeline, enum module module,
                       enum ring_function_number function, const uint64_t *arguments,
                       unsigned n_arguments)
{
    pipeline->n_calls++;
    pipeline->n_own_calls[module]++;
    if ((pipeline->heard & 1u << module) == 0) {
        pipeline->call.module = module;
        return true;
    }
    struct module_call *call = &pipeline->call;
    call->module = module;
    call->function = function;
    call->n_arguments = n_arguments;
    call->n_results = 0;
    for (unsigned i = 0; i < n_arguments; i++) {
        call->arguments[i] = arguments[i];
    }
    const struct pipeline_watcher *watcher = pipeline->plan->watcher;
    return watcher == NULL || watcher->before == NULL ||
           watcher->before(watcher->context, pipeline);
}

bool pipeline_ask(struct pipeline *pipeline, const uint64_t *expected, unsigned n_results)
{
    struct module_call *call = &pipeline->call;
    if ((pipeline->heard & 1u << call->module) == 0) {
        return true;
    }
    call->n_results = n_results;
    for (unsigned i = 0; i < n_results; i++) {
        call->expected[i] = expected[i];
    }
    const struct pipeline_watcher *watcher = pipeline->plan->watcher;
    if (watcher != NULL && watcher->after != NULL && !watcher->after(watcher->context, pipeline)) {
        return false;
    }
    return !pipeline_judges(pipeline, call->module) ||
           module_call(pipeline->session, call->function, call->arguments, call->n_arguments) ||
           pipeline_stopped(pipeline);
}

uint64_t pipeline_choose(struct pipeline *pipeline, uint64_t value)
{
    struct pipeline_choices *choices = pipeline->plan->choices;
    if (pipeline->session == NULL) {
        return pipeline->next_choice < choices->n_values ? choices->values[pipeline->next_choice++]
                                                         : value;
    }
    choices->values =
        array_grow(choices->values, &choices->capacity, choices->n_values, sizeof(uint64_t));
    choices->values[choices->n_values++] = value;
    return value;
}

uint64_t pipeline_ppn(const struct pipeline *pipeline, uint64_t frame)
{
    uint32_t bits = pipeline->geometry->pa_bits - pipeline->geometry->page_bits;
    uint64_t n_data = UINT64_C(1) << (bits - 1);
    unsigned both = 1u << MODULE_CACHE | 1u << MODULE_PAGETABLE;
    bool from_zero = (pipeline->plan->judged & both) == 1u << MODULE_CACHE;
    return from_zero ? frame * SCATTER & (2 * n_data - 1)
                     : n_data | (frame * SCATTER & (n_data - 1));
}

bool pipeline_answer(void *context, const struct module_question *question, uint64_t *value)
{
    struct pipeline *pipeline = context;
    bool of_replace = question->function == RING_RANDOM || question->function == RING_NEXT_USE;
    return of_replace ? twin_replace_answer(pipeline, question, value)
                      : twin_memory_answer(pipeline, question, value);
}

static bool has_maps(const struct access_trace *trace, size_t n_records)
{
    for (size_t i = 0; i < n_records; i++) {
        if (trace->records[i].kind == ACCESS_MAP) {
            return true;
        }
    }
    return false;
}

void pipeline_open(struct pipeline *pipeline, const struct pipeline_plan *plan)
{
    bool maps = has_maps(plan->trace, plan->n_records);
    bool is_filled = plan->moves_data && !maps && plan->config->contents != NULL;
    *pipeline = (struct pipeline){
        .plan = plan,
        .config = plan->config,
        .geometry = &plan->config->geometry,
        .session = plan->session,
        .heard = plan->watcher != NULL ? MODULES_ALL : plan->judged,
        .demand = !maps && !is_filled,
        .contents = is_filled ? plan->config->contents : NULL,
        .may_map_refused = true,
        .n_allocs_left = UINT64_MAX,
        .random = plan->config->seed,
    };
    pipeline->spaces = xcalloc(N_PROCESSES, sizeof *pipeline->spaces);
    pipeline->golden_memory = physical_open(pipeline->geometry->pa_bits,
                                            pipeline->geometry->page_bits, plan->config->seed);
    tables_open(&pipeline->tables, pipeline->geometry, plan->config->seed + 1);
    pages_open(&pipeline->pages);
    data_open(&pipeline->data, pipeline->geometry, &plan->config->cache, pipeline->contents);
}

void pipeline_close(struct pipeline *pipeline)
{
    for (size_t i = 0; i < N_PROCESSES; i++) {
        free(pipeline->spaces[i]);
    }
    free(pipeline->spaces);
    twin_tlb_close(pipeline);
    if (pipeline->cache.settings.sets > 0) {
        cache_close(&pipeline->cache);
    }
    twin_replace_close(pipeline);
    data_close(&pipeline->data);
    pages_close(&pipeline->pages);
    tables_close(&pipeline->tables);
    physical_close(pipeline->golden_memory);
}

bool pipeline_run(struct pipeline *pipeline, struct error *error)
{
    const struct pipeline_plan *plan = pipeline->plan;
    pipeline->error = error;
    pipeline->phase = PHASE_START;
    if (!twin_pagetable_open(pipeline) || !twin_tlb_open(pipeline) || !twin_cache_open(pipeline) ||
        !twin_replace_open(pipeline) || (pipeline->contents != NULL && !flow_fill(pipeline))) {
        return false;
    }
    pipeline->phase = PHASE_RECORDS;
    for (size_t i = 0; i < plan->n_records; i++) {
        pipeline->record = i;
        pipeline->access = &plan->trace->records[i];
        if (!flow_record(pipeline, pipeline->access)) {
            return false;
        }
    }
    pipeline->phase = PHASE_END;
    return flow_end(pipeline);
}
