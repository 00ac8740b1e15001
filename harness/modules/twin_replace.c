// SPDX-License-Identifier: MIT
// Page replacement. Under a free policy the submission's victims are taken.
#include <stdlib.h>

#include "harness/base/memory.h"
#include "harness/modules/twins.h"

static bool is_active(const struct pipeline *pipeline)
{
    return pipeline->demand && pipeline->config->replacement.n_frames > 0;
}

/// Whose policy golden frames go by: free ones are the submission's, or LRU when nobody is judged.
static enum policy_id golden_policy(const struct pipeline *pipeline)
{
    enum policy_id stated = pipeline->config->policy;
    return stated == POLICY_FREE ? POLICY_LRU : stated;
}

static uint64_t page_mask(const struct pipeline *pipeline)
{
    uint32_t bits = pipeline->geometry->va_bits - pipeline->geometry->page_bits;
    return bits >= 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
}

static unsigned uses_of(const struct access *access)
{
    return access->kind == ACCESS_MODIFY ? 2 : access->kind < ACCESS_MAP;
}

/// The next use of each use, from the end to the start; the pages are left with their first ones.
static void foresee(struct pipeline *pipeline)
{
    const struct pipeline_plan *plan = pipeline->plan;
    uint64_t n_uses = 0;
    for (size_t i = 0; i < plan->n_records; i++) {
        n_uses += uses_of(&plan->trace->records[i]);
    }
    pipeline->next_uses = xcalloc(n_uses, sizeof *pipeline->next_uses);
    uint64_t mask = page_mask(pipeline);
    for (size_t i = plan->n_records; i-- > 0;) {
        const struct access *access = &plan->trace->records[i];
        for (unsigned j = uses_of(access); j > 0; j--) {
            uint64_t vpn = access->address >> pipeline->geometry->page_bits & mask;
            struct page *page = pages_find(&pipeline->pages, access->process, vpn);
            pipeline->next_uses[--n_uses] = page->next_use;
            page->next_use = n_uses;
        }
    }
}

bool twin_replace_open(struct pipeline *pipeline)
{
    if (!is_active(pipeline)) {
        return true;
    }
    const struct module_config *config = pipeline->config;
    pipeline->policy = policy_of(golden_policy(pipeline));
    pipeline->policy_state = pipeline->policy->open(&config->replacement);
    pipeline->frames = xcalloc(config->replacement.n_frames, sizeof *pipeline->frames);
    if (pipeline->policy->needs_future) {
        foresee(pipeline);
    }
    return ANNOUNCE(pipeline, MODULE_REPLACE, RING_REPLACE_INIT, config->replacement.n_frames,
                    config->policy, config->replacement.window) &&
           pipeline_ask(pipeline, NULL, 0);
}

void twin_replace_close(struct pipeline *pipeline)
{
    if (pipeline->policy != NULL) {
        pipeline->policy->close(pipeline->policy_state);
    }
    free(pipeline->frames);
    free(pipeline->next_uses);
}

/// The use at hand is over; OPT hears when its page is used next.
static void count_use(struct pipeline *pipeline, struct page *page)
{
    if (pipeline->next_uses != NULL) {
        page->next_use = pipeline->next_uses[pipeline->n_uses];
    }
    pipeline->n_uses++;
    if (pipeline->policy->next_use != NULL) {
        pipeline->policy->next_use(pipeline->policy_state, page->frame, page->next_use);
    }
}

bool twin_replace_loaded(struct pipeline *pipeline, struct page *page, bool write)
{
    if (!is_active(pipeline)) {
        return true;
    }
    if (!ANNOUNCE(pipeline, MODULE_REPLACE, RING_REPLACE_LOADED, page->frame, page->number,
                  write)) {
        return false;
    }
    if (pipeline->policy->loaded != NULL) {
        pipeline->policy->loaded(pipeline->policy_state, page->frame, write);
    }
    count_use(pipeline, page);
    return pipeline_ask(pipeline, NULL, 0);
}

bool twin_replace_touched(struct pipeline *pipeline, struct page *page, bool write)
{
    if (!ANNOUNCE(pipeline, MODULE_REPLACE, RING_REPLACE_TOUCHED, page->frame, page->number,
                  write)) {
        return false;
    }
    if (pipeline->policy->touched != NULL) {
        pipeline->policy->touched(pipeline->policy_state, page->frame, write);
    }
    count_use(pipeline, page);
    return pipeline_ask(pipeline, NULL, 0);
}

bool twin_replace_victim(struct pipeline *pipeline, uint32_t *frame)
{
    if (!pipeline_announce(pipeline, MODULE_REPLACE, RING_REPLACE_VICTIM, NULL, 0)) {
        return false;
    }
    *frame = pipeline->policy->victim(pipeline->policy_state);
    if (!ASK(pipeline, *frame)) {
        return false;
    }
    bool free_choice = pipeline->config->policy == POLICY_FREE &&
                       (pipeline->plan->judged & 1u << MODULE_REPLACE) != 0;
    if (pipeline_judges(pipeline, MODULE_REPLACE)) {
        uint64_t seen = pipeline->session->results[0];
        if (seen >= pipeline->config->replacement.n_frames) {
            return pipeline_break(pipeline, RULE_BAD_VICTIM, 0);
        }
        if (!free_choice && seen != *frame) {
            return pipeline_break(pipeline, RULE_WRONG_VICTIM, 0);
        }
        *frame = free_choice ? (uint32_t)seen : *frame;
    }
    if (free_choice) {
        *frame = (uint32_t)pipeline_choose(pipeline, *frame);
    }
    return true;
}

/// Uses from the one at hand to the page's next one; the one at hand is 1.
static uint64_t distance(const struct pipeline *pipeline, uint64_t number)
{
    uint64_t vpn = number & ((UINT64_C(1) << PAGES_VPN_BITS) - 1);
    const struct page *page =
        pages_peek(&pipeline->pages, (uint16_t)(number >> PAGES_VPN_BITS), vpn);
    bool known = page != NULL && pipeline->next_uses != NULL && page->next_use != UINT64_MAX;
    return known ? page->next_use - pipeline->n_uses + 1 : GEOMETRY_NONE;
}

bool twin_replace_answer(struct pipeline *pipeline, const struct module_question *question,
                         uint64_t *value)
{
    *value = question->function == RING_RANDOM ? replacement_random(&pipeline->random)
                                               : distance(pipeline, question->arguments[0]);
    return true;
}
