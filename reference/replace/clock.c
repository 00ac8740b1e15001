// SPDX-License-Identifier: MIT
// CLOCK: FIFO that gives each page used since the hand last came by another round.
//
//     frame       0   1   2   3   4
//     referenced  1   0   1   1   0
//                         ^ hand
//     victim: 4, the first clear bit from the hand on; the bits of 2 and 3 are cleared on the way,
//     and the hand stops at 0, one past it.
//
// Costs: a use sets one bit, which is all that hardware must do (the A bit of a PTE). A fault looks
// at n frames at worst: after a whole round every bit is clear, so that the second round ends at
// its first frame. If everything is used between two faults, CLOCK is FIFO.
#include "replace.h"

#include <stdlib.h>

static bool *referenced; // by frame
static uint32_t n_frames;
static uint32_t hand;

void replace_init(const struct replace_config *config)
{
    free(referenced);
    n_frames = config->n_frames;
    hand = 0;
    referenced = calloc(n_frames, sizeof *referenced);
    if (referenced == NULL)
        abort();
}

void replace_loaded(uint32_t frame, uint64_t page, bool write)
{
    (void)page, (void)write;
    referenced[frame] = true;
}

void replace_touched(uint32_t frame, uint64_t page, bool write)
{
    (void)page, (void)write;
    referenced[frame] = true;
}

static uint32_t advance(void)
{
    uint32_t frame = hand;
    hand = (hand + 1) % n_frames;
    return frame;
}

uint32_t replace_victim(void)
{
    for (;;) {
        uint32_t frame = advance();
        if (!referenced[frame])
            return frame;
        referenced[frame] = false;
    }
}
