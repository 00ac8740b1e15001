// SPDX-License-Identifier: MIT
// The entries of policies[], one or two to a file policy_*.c. For replacement.c alone: others ask
// policy_find and policy_of.
#ifndef MMGRADE_VM_POLICY_H
#define MMGRADE_VM_POLICY_H

#include "harness/vm/replacement.h"

extern const struct policy policy_fifo;
extern const struct policy policy_lru;
extern const struct policy policy_clock;
extern const struct policy policy_second_chance;
extern const struct policy policy_lfu;
extern const struct policy policy_aging;
extern const struct policy policy_working_set;
extern const struct policy policy_random;
extern const struct policy policy_opt;

/// `loaded` or `touched` of a policy that learns nothing from it.
void policy_ignore(void *state, uint32_t frame, bool write);

#endif
