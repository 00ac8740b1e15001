// SPDX-License-Identifier: MIT
// Two memories side by side over the trace's pages.
#include "harness/modules/yardstick.h"

#include "harness/vm/future.h"
#include "harness/vm/paging.h"

/// Calls `use` for each use of a page.
static void each_use(const struct pipeline_plan *plan,
                     void (*use)(void *context, uint64_t page, bool write), void *context)
{
    const struct geometry *geometry = &plan->config->geometry;
    for (size_t i = 0; i < plan->n_records; i++) {
        const struct access *access = &plan->trace->records[i];
        if (access->kind > ACCESS_MODIFY) {
            continue;
        }
        uint64_t vpn = geometry_split_virtual(geometry, access->address).vpn;
        uint64_t page = PAGES_NUMBER(access->process, vpn);
        use(context, page, access->kind == ACCESS_WRITE);
        if (access->kind == ACCESS_MODIFY) {
            use(context, page, true);
        }
    }
}

struct memories {
    struct future *future;
    struct paging *lru, *opt;
};

static void note_use(void *context, uint64_t page, bool write)
{
    (void)write;
    future_add(context, page);
}

static void play_use(void *context, uint64_t page, bool write)
{
    struct memories *memories = context;
    uint64_t next = future_next(memories->future);
    paging_use(memories->lru, page, write, next);
    paging_use(memories->opt, page, write, next);
}

struct yardstick yardstick_measure(const struct pipeline_plan *plan)
{
    const struct policy_settings *settings = &plan->config->replacement;
    struct memories memories = {.future = future_open(),
                                .lru = paging_open(policy_of(POLICY_LRU), settings),
                                .opt = paging_open(policy_of(POLICY_OPT), settings)};
    each_use(plan, note_use, memories.future);
    future_ready(memories.future);
    each_use(plan, play_use, &memories);
    struct yardstick yardstick = {.n_lru_faults = paging_counts(memories.lru).n_faults,
                                  .n_opt_faults = paging_counts(memories.opt).n_faults};
    paging_close(memories.lru);
    paging_close(memories.opt);
    future_close(memories.future);
    return yardstick;
}
