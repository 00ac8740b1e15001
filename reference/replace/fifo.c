// SPDX-License-Identifier: MIT
// FIFO: the page that was loaded longest ago gives way, however much it is used.
//
//     frame      0   1   2   3
//     loaded     5th 6th 3rd 4th
//                        ^ turn: the oldest; after its fault the 7th, and the turn is at 3
//
// Frames are filled in the order 0, 1, 2, .., and a victim's frame is loaded at once. So loads go
// round the frames, and the oldest page is always where the next turn is: no queue is kept.
//
// Costs: O(1) a fault, nothing a use. Weakness: a page used all the time leaves as soon as one used
// once, and more frames can mean more faults (Belady's anomaly: 1 2 3 4 1 2 5 1 2 3 4 5 has 9 with
// three frames, 10 with four).
#include "replace.h"

static uint32_t n_frames;
static uint32_t turn;

void replace_init(const struct replace_config *config)
{
    n_frames = config->n_frames;
    turn = 0;
}

void replace_loaded(uint32_t frame, uint64_t page, bool write)
{
    (void)frame, (void)page, (void)write;
}

void replace_touched(uint32_t frame, uint64_t page, bool write)
{
    (void)frame, (void)page, (void)write;
}

uint32_t replace_victim(void)
{
    uint32_t victim = turn;
    turn = (turn + 1) % n_frames;
    return victim;
}
