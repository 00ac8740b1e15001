// SPDX-License-Identifier: MIT
// CLOCK and second chance with the dirty bit: a hand goes round the frames and spares those that
// were referenced since it came by (Corbato, "A paging experiment with the Multics system", 1968).
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/memory.h"
#include "harness/vm/policy.h"

#define REFERENCED 1u
#define DIRTY 2u

struct clock {
    uint32_t n_frames;
    uint32_t hand;
    uint8_t *bits; ///< of each frame
};

static void *clock_open(const struct policy_settings *settings)
{
    struct clock *clock = xcalloc(1, sizeof *clock);
    clock->n_frames = settings->n_frames;
    clock->bits = xcalloc(clock->n_frames, sizeof *clock->bits);
    return clock;
}

static void clock_close(void *state)
{
    struct clock *clock = state;
    free(clock->bits);
    free(clock);
}

static void clock_loaded(void *state, uint32_t frame, bool write)
{
    struct clock *clock = state;
    clock->bits[frame] = write ? REFERENCED | DIRTY : REFERENCED;
}

static void clock_touched(void *state, uint32_t frame, bool write)
{
    struct clock *clock = state;
    clock->bits[frame] |= write ? REFERENCED | DIRTY : REFERENCED;
}

/// The frame under the hand, which moves on.
static uint32_t step(struct clock *clock)
{
    uint32_t frame = clock->hand;
    clock->hand = frame + 1 == clock->n_frames ? 0 : frame + 1;
    return frame;
}

static uint32_t clock_victim(void *state)
{
    struct clock *clock = state;
    uint32_t frame = step(clock);
    while (clock->bits[frame] & REFERENCED) {
        clock->bits[frame] &= DIRTY;
        frame = step(clock);
    }
    return frame;
}

/// One round at most for a frame with exactly these bits; UINT32_MAX when there is none, the hand
/// then stands where it stood. With `clear` the frames on the way lose their reference bits.
static uint32_t search_round(struct clock *clock, uint8_t bits, bool clear)
{
    for (uint32_t i = 0; i < clock->n_frames; i++) {
        uint32_t frame = step(clock);
        if (clock->bits[frame] == bits) {
            return frame;
        }
        if (clear) {
            clock->bits[frame] &= DIRTY;
        }
    }
    return UINT32_MAX;
}

static uint32_t second_chance_victim(void *state)
{
    uint32_t frame = UINT32_MAX;
    while (frame == UINT32_MAX) {
        frame = search_round(state, 0, false);
        if (frame == UINT32_MAX) {
            frame = search_round(state, DIRTY, true);
        }
    }
    return frame;
}

static void clock_describe(const void *state, uint32_t frame, char *text, size_t n)
{
    const struct clock *clock = state;
    snprintf(text, n, "ref %d", (clock->bits[frame] & REFERENCED) != 0);
}

static void second_chance_describe(const void *state, uint32_t frame, char *text, size_t n)
{
    const struct clock *clock = state;
    snprintf(text, n, "ref %d dirty %d", (clock->bits[frame] & REFERENCED) != 0,
             (clock->bits[frame] & DIRTY) != 0);
}

static uint32_t clock_hand(const void *state)
{
    const struct clock *clock = state;
    return clock->hand;
}

const struct policy policy_clock = {
    .id = POLICY_CLOCK,
    .name = "clock",
    .title = "a hand goes round and takes the first page not referenced since it came by",
    .open = clock_open,
    .close = clock_close,
    .loaded = clock_loaded,
    .touched = clock_touched,
    .victim = clock_victim,
    .describe = clock_describe,
    .hand = clock_hand,
};

const struct policy policy_second_chance = {
    .id = POLICY_SECOND,
    .name = "second-chance",
    .title = "the clock with the dirty bit: clean pages go before dirty ones",
    .open = clock_open,
    .close = clock_close,
    .loaded = clock_loaded,
    .touched = clock_touched,
    .victim = second_chance_victim,
    .describe = second_chance_describe,
    .hand = clock_hand,
};
