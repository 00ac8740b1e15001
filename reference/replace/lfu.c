// SPDX-License-Identifier: MIT
// LFU: the page with the fewest uses since it was loaded gives way; of equals the one that was
// loaded longest ago.
//
//     frame    0   1   2   3
//     uses     5   2   9   2
//     load    11   8   3  10      numbers of the loads
//                  ^ victim: two uses, as frame 3, but loaded before it
//
// Costs: O(1) a use, O(frames) a fault; two numbers a frame. Weakness: yesterday's counts. A page
// used a thousand times at the start stays for long, and new pages evict each other. aging.c
// forgets.
#include "replace.h"

#include <stdlib.h>

struct frame {
    uint64_t n_uses; // since it was loaded, the load included
    uint64_t load;
};

static struct frame *frames;
static uint32_t n_frames;
static uint64_t n_loads;

void replace_init(const struct replace_config *config)
{
    free(frames);
    n_frames = config->n_frames;
    n_loads = 0;
    frames = calloc(n_frames, sizeof *frames);
    if (frames == NULL)
        abort();
}

void replace_loaded(uint32_t frame, uint64_t page, bool write)
{
    (void)page, (void)write;
    frames[frame] = (struct frame){.n_uses = 1, .load = ++n_loads};
}

void replace_touched(uint32_t frame, uint64_t page, bool write)
{
    (void)page, (void)write;
    frames[frame].n_uses++;
}

static bool goes_before(const struct frame *a, const struct frame *b)
{
    return a->n_uses != b->n_uses ? a->n_uses < b->n_uses : a->load < b->load;
}

uint32_t replace_victim(void)
{
    uint32_t victim = 0;
    for (uint32_t frame = 1; frame < n_frames; frame++)
        if (goes_before(&frames[frame], &frames[victim]))
            victim = frame;
    return victim;
}
