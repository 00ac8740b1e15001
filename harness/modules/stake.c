// SPDX-License-Identifier: MIT
// A replay that ends at the first call that matters.
#include "harness/modules/stake.h"

struct search {
    unsigned judged;
    bool found;
};

static bool matters(const struct module_call *call, const struct module_config *config)
{
    switch (call->module) {
    case MODULE_TLB:
        return call->function == RING_TLB_LOOKUP && call->expected[0] != 0;
    case MODULE_CACHE:
        return call->function == RING_CACHE_ACCESS &&
               (call->expected[0] != 0 || call->expected[1] != 0);
    case MODULE_REPLACE:
        return call->function == RING_REPLACE_VICTIM && config->replacement.n_frames > 1;
    default:
        return true;
    }
}

static bool watch(void *context, const struct pipeline *pipeline)
{
    struct search *search = context;
    bool judged = (search->judged & 1u << pipeline->call.module) != 0;
    search->found = judged && matters(&pipeline->call, pipeline->config);
    return !search->found;
}

bool stake_exists(const struct pipeline_plan *plan)
{
    struct search search = {.judged = plan->judged};
    struct pipeline_watcher watcher = {.after = watch, .context = &search};
    struct pipeline_choices choices = {0};
    struct pipeline_plan replay = *plan;
    replay.session = NULL;
    replay.choices = &choices;
    replay.watcher = &watcher;
    struct pipeline pipeline;
    struct error error;
    pipeline_open(&pipeline, &replay);
    bool played = pipeline_run(&pipeline, &error);
    pipeline_close(&pipeline);
    return search.found || !played;
}
