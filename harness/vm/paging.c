// SPDX-License-Identifier: MIT
// One memory under one policy. The page map keeps each page that was ever used: its frame, or that
// it is out.
#include "harness/vm/paging.h"

#include <assert.h>
#include <stdlib.h>

#include "harness/base/memory.h"
#include "harness/vm/page_map.h"

// Values of the page map that are no frames.
#define NEW UINT64_MAX
#define OUT (UINT64_MAX - 1)

struct frame {
    uint64_t page;
    bool dirty;
};

struct paging {
    const struct policy *policy;
    void *state;
    struct page_map map;
    struct frame *frames;
    uint32_t n_frames;
    uint32_t n_loaded; ///< frames 0 .. n_loaded - 1 are in use
    uint64_t n_uses, n_faults, n_writebacks, n_refaults;
    uint64_t window_uses;     ///< of a full window
    uint64_t window_idx;      ///< that of the last refault
    uint64_t window_refaults; ///< in it
    uint64_t n_thrashing;
};

struct paging *paging_open(const struct policy *policy, const struct policy_settings *settings)
{
    assert(settings->n_frames > 0 && (settings->window > 0 || !policy->needs_window));
    struct paging *paging = xcalloc(1, sizeof *paging);
    uint64_t window_uses = 4 * (uint64_t)settings->n_frames;
    paging->policy = policy;
    paging->state = policy->open(settings);
    paging->frames = xcalloc(settings->n_frames, sizeof *paging->frames);
    paging->n_frames = settings->n_frames;
    paging->window_uses = window_uses < PAGING_WINDOW ? PAGING_WINDOW : window_uses;
    page_map_open(&paging->map);
    return paging;
}

void paging_close(struct paging *paging)
{
    if (paging != NULL) {
        paging->policy->close(paging->state);
        page_map_close(&paging->map);
        free(paging->frames);
        free(paging);
    }
}

static void count_refault(struct paging *paging)
{
    uint64_t idx = (paging->n_uses - 1) / paging->window_uses;
    if (idx != paging->window_idx) {
        paging->window_idx = idx;
        paging->window_refaults = 0;
    }
    paging->n_refaults++;
    paging->window_refaults++;
    paging->n_thrashing += paging->window_refaults == paging->window_uses / 2 + 1;
}

/// A frame for a new page: a free one, or that of a victim, who goes out.
static void make_room(struct paging *paging, struct paging_outcome *outcome)
{
    if (paging->n_loaded < paging->n_frames) {
        outcome->frame = paging->n_loaded++;
        return;
    }
    outcome->frame = paging->policy->victim(paging->state);
    assert(outcome->frame < paging->n_frames);
    const struct frame *frame = &paging->frames[outcome->frame];
    outcome->evicted = true;
    outcome->victim = frame->page;
    outcome->written_back = frame->dirty;
    paging->n_writebacks += frame->dirty;
    page_map_entry(&paging->map, frame->page)->value = OUT;
}

static struct paging_outcome fault(struct paging *paging, uint64_t page, uint64_t *place,
                                   bool write)
{
    struct paging_outcome outcome = {.fault = true};
    paging->n_faults++;
    if (*place == OUT) {
        count_refault(paging);
    }
    make_room(paging, &outcome);
    *place = outcome.frame;
    paging->frames[outcome.frame] = (struct frame){.page = page, .dirty = write};
    paging->policy->loaded(paging->state, outcome.frame, write);
    return outcome;
}

struct paging_outcome paging_use(struct paging *paging, uint64_t page, bool write,
                                 uint64_t next_use)
{
    uint64_t *place = page_map_at(&paging->map, page, NEW);
    struct paging_outcome outcome = {.fault = false};
    paging->n_uses++;
    if (*place < paging->n_frames) {
        outcome.frame = (uint32_t)*place;
        paging->frames[outcome.frame].dirty |= write;
        paging->policy->touched(paging->state, outcome.frame, write);
    } else {
        outcome = fault(paging, page, place, write);
    }
    if (paging->policy->next_use != NULL) {
        paging->policy->next_use(paging->state, outcome.frame, next_use);
    }
    return outcome;
}

struct paging_counts paging_counts(const struct paging *paging)
{
    uint64_t n_uses = paging->n_uses;
    struct paging_counts counts = {
        .n_uses = n_uses,
        .n_faults = paging->n_faults,
        .n_writebacks = paging->n_writebacks,
        .n_refaults = paging->n_refaults,
        .n_windows = n_uses / paging->window_uses + (n_uses % paging->window_uses > 0),
        .n_thrashing = paging->n_thrashing,
    };
    if (n_uses < paging->window_uses) {
        counts.n_thrashing = paging->n_refaults > n_uses / 2;
    }
    return counts;
}

bool paging_thrashes(const struct paging *paging)
{
    return paging_counts(paging).n_thrashing > 0;
}

uint64_t paging_page(const struct paging *paging, uint32_t frame, bool *dirty)
{
    assert(frame < paging->n_frames);
    if (dirty != NULL) {
        *dirty = paging->frames[frame].dirty;
    }
    return frame < paging->n_loaded ? paging->frames[frame].page : UINT64_MAX;
}

const void *paging_state(const struct paging *paging)
{
    return paging->state;
}
