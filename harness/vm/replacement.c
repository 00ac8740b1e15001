// SPDX-License-Identifier: MIT
// The table of policies and the machine's random numbers.
#include "harness/vm/replacement.h"

#include <string.h>

#include "harness/trace/random.h"
#include "harness/vm/policy.h"

const struct policy *const policies[] = {
    &policy_fifo,  &policy_lru,         &policy_clock,  &policy_second_chance, &policy_lfu,
    &policy_aging, &policy_working_set, &policy_random, &policy_opt,           NULL,
};

const struct policy *policy_find(const char *name)
{
    const struct policy *const *policy = policies;
    while (*policy != NULL && strcmp((*policy)->name, name) != 0) {
        policy++;
    }
    return *policy;
}

const struct policy *policy_of(enum policy_id id)
{
    const struct policy *const *policy = policies;
    while (*policy != NULL && (*policy)->id != id) {
        policy++;
    }
    return *policy;
}

void policy_ignore(void *state, uint32_t frame, bool write)
{
    (void)state;
    (void)frame;
    (void)write;
}

uint64_t replacement_random(uint64_t *state)
{
    struct random random = {.state = *state};
    uint64_t number = random_next(&random);
    *state = random.state;
    return number;
}
