// SPDX-License-Identifier: MIT
// Working set with a fixed number of frames: pages outside the window go first, then clean ones
// (Denning 1968; the preference for clean pages is WSClock's, Carr and Hennessy, SOSP 1981).
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/memory.h"
#include "harness/vm/frame_list.h"
#include "harness/vm/policy.h"

struct use {
    uint64_t number; ///< of the last use, from 1
    bool dirty;
};

struct working_set {
    uint64_t window;
    uint64_t n_uses;
    struct frame_list by_use;
    struct use *last; ///< of each frame
};

static void *working_set_open(const struct policy_settings *settings)
{
    struct working_set *set = xcalloc(1, sizeof *set);
    set->window = settings->window;
    frame_list_open(&set->by_use, settings->n_frames);
    set->last = xcalloc(settings->n_frames, sizeof *set->last);
    return set;
}

static void working_set_close(void *state)
{
    struct working_set *set = state;
    frame_list_close(&set->by_use);
    free(set->last);
    free(set);
}

static void working_set_loaded(void *state, uint32_t frame, bool write)
{
    struct working_set *set = state;
    set->last[frame] = (struct use){.number = ++set->n_uses, .dirty = write};
    frame_list_to_back(&set->by_use, frame);
}

static void working_set_touched(void *state, uint32_t frame, bool write)
{
    struct working_set *set = state;
    set->last[frame].number = ++set->n_uses;
    set->last[frame].dirty |= write;
    frame_list_to_back(&set->by_use, frame);
}

/// Of the pages outside the window the one used longest ago is the one used longest ago of all.
static uint32_t working_set_victim(void *state)
{
    const struct working_set *set = state;
    uint32_t oldest = frame_list_front(&set->by_use);
    if (set->n_uses - set->last[oldest].number >= set->window) {
        return oldest;
    }
    uint32_t frame = oldest;
    while (frame != UINT32_MAX && set->last[frame].dirty) {
        frame = frame_list_next(&set->by_use, frame);
    }
    return frame == UINT32_MAX ? oldest : frame;
}

static void working_set_describe(const void *state, uint32_t frame, char *text, size_t n)
{
    const struct working_set *set = state;
    snprintf(text, n, "used %" PRIu64 " ago, %s", set->n_uses - set->last[frame].number,
             set->last[frame].dirty ? "dirty" : "clean");
}

const struct policy policy_working_set = {
    .id = POLICY_WORKING_SET,
    .name = "working-set",
    .title = "a page not used within the window; if there is none, a clean one",
    .needs_window = true,
    .open = working_set_open,
    .close = working_set_close,
    .loaded = working_set_loaded,
    .touched = working_set_touched,
    .victim = working_set_victim,
    .describe = working_set_describe,
};
