// SPDX-License-Identifier: MIT
// Any page, by the machine's random numbers: what a policy must at least beat.
#include <stdlib.h>

#include "harness/base/memory.h"
#include "harness/vm/policy.h"

struct dice {
    uint32_t n_frames;
    uint64_t random;
};

static void *random_open(const struct policy_settings *settings)
{
    struct dice *dice = xcalloc(1, sizeof *dice);
    *dice = (struct dice){.n_frames = settings->n_frames, .random = settings->seed};
    return dice;
}

static uint32_t random_victim(void *state)
{
    struct dice *dice = state;
    return (uint32_t)(replacement_random(&dice->random) % dice->n_frames);
}

static void random_describe(const void *state, uint32_t frame, char *text, size_t n)
{
    (void)state;
    (void)frame;
    if (n > 0) {
        text[0] = '\0';
    }
}

const struct policy policy_random = {
    .id = POLICY_RANDOM,
    .name = "random",
    .title = "any page, by random numbers from a seed",
    .open = random_open,
    .close = free,
    .loaded = policy_ignore,
    .touched = policy_ignore,
    .victim = random_victim,
    .describe = random_describe,
};
