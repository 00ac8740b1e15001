// SPDX-License-Identifier: MIT
// Second chance with the dirty bit: CLOCK that would rather evict a page that need not be written.
//
//     (referenced, dirty)   class
//     (0, 0)                best: not used lately, and the copy on disk is good
//     (0, 1)                not used lately, but must be written first
//     (1, 0), (1, 1)        used lately: another round
//
//     round 1   looks for (0, 0), changes nothing
//     round 2   looks for (0, 1), clears the reference bits that it passes
//     round 3   as 1, round 4 as 2: now that all reference bits are clear, one of them ends it
//
// Each round begins at the hand and goes once around. The hand moves only when a victim is found:
// it stops one past it.
//
// Costs: a use sets one bit or two; a fault looks at each frame four times at worst.
#include "replace.h"

#include <stdlib.h>

struct frame {
    bool referenced;
    bool dirty;
};

static struct frame *frames;
static uint32_t n_frames;
static uint32_t hand;

void replace_init(const struct replace_config *config)
{
    free(frames);
    n_frames = config->n_frames;
    hand = 0;
    frames = calloc(n_frames, sizeof *frames);
    if (frames == NULL)
        abort();
}

void replace_loaded(uint32_t frame, uint64_t page, bool write)
{
    (void)page;
    frames[frame] = (struct frame){.referenced = true, .dirty = write};
}

void replace_touched(uint32_t frame, uint64_t page, bool write)
{
    (void)page;
    frames[frame].referenced = true;
    if (write)
        frames[frame].dirty = true;
}

// One whole round for a frame not referenced whose dirty bit is `dirty`; n_frames: there is none.
static uint32_t search(bool dirty, bool clear_passed)
{
    for (uint32_t i = 0; i < n_frames; i++) {
        uint32_t frame = (hand + i) % n_frames;
        if (!frames[frame].referenced && frames[frame].dirty == dirty)
            return frame;
        if (clear_passed)
            frames[frame].referenced = false;
    }
    return n_frames;
}

uint32_t replace_victim(void)
{
    uint32_t victim = n_frames;
    while (victim == n_frames) {
        victim = search(false, false);
        if (victim == n_frames)
            victim = search(true, true);
    }
    hand = (victim + 1) % n_frames;
    return victim;
}
