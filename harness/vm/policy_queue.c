// SPDX-License-Identifier: MIT
// FIFO and LRU: frames stand in a queue, the front goes. Under LRU a use sends a frame to the back,
// under FIFO only a load does.
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/memory.h"
#include "harness/vm/frame_list.h"
#include "harness/vm/policy.h"

static void *queue_open(const struct policy_settings *settings)
{
    struct frame_list *queue = xcalloc(1, sizeof *queue);
    frame_list_open(queue, settings->n_frames);
    return queue;
}

static void queue_close(void *state)
{
    frame_list_close(state);
    free(state);
}

static void queue_to_back(void *state, uint32_t frame, bool write)
{
    (void)write;
    frame_list_to_back(state, frame);
}

static uint32_t queue_victim(void *state)
{
    return frame_list_front(state);
}

static void queue_describe(const void *state, uint32_t frame, char *text, size_t n)
{
    unsigned place = 1;
    for (uint32_t other = frame_list_front(state); other != frame;
         other = frame_list_next(state, other)) {
        place++;
    }
    snprintf(text, n, "%u in line", place);
}

const struct policy policy_fifo = {
    .id = POLICY_FIFO,
    .name = "fifo",
    .title = "first in, first out: the page loaded longest ago",
    .open = queue_open,
    .close = queue_close,
    .loaded = queue_to_back,
    .touched = policy_ignore,
    .victim = queue_victim,
    .describe = queue_describe,
};

const struct policy policy_lru = {
    .id = POLICY_LRU,
    .name = "lru",
    .title = "least recently used: the page used longest ago",
    .open = queue_open,
    .close = queue_close,
    .loaded = queue_to_back,
    .touched = queue_to_back,
    .victim = queue_victim,
    .describe = queue_describe,
};
