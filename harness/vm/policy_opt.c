// SPDX-License-Identifier: MIT
// OPT, which knows the future: no policy faults less (Belady, "A study of replacement algorithms
// for a virtual-storage computer", IBM Systems Journal 5(2), 1966). The victim costs nothing, a use
// O(log frames).
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/memory.h"
#include "harness/vm/frame_heap.h"
#include "harness/vm/policy.h"

static void *opt_open(const struct policy_settings *settings)
{
    struct frame_heap *heap = xcalloc(1, sizeof *heap);
    frame_heap_open(heap, settings->n_frames);
    return heap;
}

static void opt_close(void *state)
{
    frame_heap_close(state);
    free(state);
}

/// The furthest use must come first in a heap whose smallest key does.
static void opt_next_use(void *state, uint32_t frame, uint64_t use)
{
    frame_heap_set(state, frame, UINT64_MAX - use, frame);
}

static uint32_t opt_victim(void *state)
{
    return frame_heap_first(state);
}

static void opt_describe(const void *state, uint32_t frame, char *text, size_t n)
{
    uint64_t use = UINT64_MAX - frame_heap_entry(state, frame)->key;
    if (use == UINT64_MAX) {
        snprintf(text, n, "never used again");
    } else {
        snprintf(text, n, "next use %" PRIu64, use);
    }
}

const struct policy policy_opt = {
    .id = POLICY_OPT,
    .name = "opt",
    .title = "Belady's optimum: the page used next furthest in the future",
    .needs_future = true,
    .open = opt_open,
    .close = opt_close,
    .loaded = policy_ignore,
    .touched = policy_ignore,
    .victim = opt_victim,
    .next_use = opt_next_use,
    .describe = opt_describe,
};
