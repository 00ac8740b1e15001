// SPDX-License-Identifier: MIT
// Aging: LRU and LFU approximated by eight reference bits a frame, a clock tick each.
//
//     age      7   6   5   4   3   2   1   0     newest tick on the left
//            +---+---+---+---+---+---+---+---+
//     tick:  | R ->  .   .   .   .   .   .  -> gone     R: referenced since the tick before
//            +---+---+---+---+---+---+---+---+
//
// Read as a number, an age says first whether the page was used in the last tick, then in the one
// before, and so on: the smallest is the victim, of equals the lowest frame. A tick comes after
// every `window` uses, right before the next one. A fault's victim is chosen before its page is
// loaded, which is that use, and so before the tick.
//
// Costs: a use sets one bit, a tick is O(frames), a fault, too. What was used in the same tick is
// alike, and what was used more than eight ticks ago is forgotten.
#include "replace.h"

#include <stdlib.h>

#define NEWEST 0x80u

struct frame {
    uint8_t age;
    bool referenced;
};

static struct frame *frames;
static uint32_t n_frames;
static uint32_t window;
static uint32_t n_uses; // since the last tick

void replace_init(const struct replace_config *config)
{
    free(frames);
    n_frames = config->n_frames;
    window = config->window;
    n_uses = 0;
    frames = calloc(n_frames, sizeof *frames);
    if (frames == NULL)
        abort();
}

static void tick(void)
{
    for (uint32_t i = 0; i < n_frames; i++) {
        unsigned reference = frames[i].referenced ? NEWEST : 0;
        frames[i].age = (uint8_t)(frames[i].age >> 1 | reference);
        frames[i].referenced = false;
    }
}

static void count_use(void)
{
    if (n_uses == window) {
        tick();
        n_uses = 0;
    }
    n_uses++;
}

void replace_loaded(uint32_t frame, uint64_t page, bool write)
{
    (void)page, (void)write;
    count_use();
    frames[frame] = (struct frame){.age = NEWEST};
}

void replace_touched(uint32_t frame, uint64_t page, bool write)
{
    (void)page, (void)write;
    count_use();
    frames[frame].referenced = true;
}

uint32_t replace_victim(void)
{
    uint32_t victim = 0;
    for (uint32_t frame = 1; frame < n_frames; frame++)
        if (frames[frame].age < frames[victim].age)
            victim = frame;
    return victim;
}
