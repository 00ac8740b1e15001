// SPDX-License-Identifier: MIT
// The rules of the address labs: rules[] is the list, by enum rule_id.
//
// Adding one: its id here, its line in rules.c, where a twin finds it broken, and its words in
// explain_*.c.
#ifndef MMGRADE_MODULES_RULES_H
#define MMGRADE_MODULES_RULES_H

#include <stdio.h>

#include "harness/modules/config.h"

enum rule_id {
    RULE_WRONG_FIELD,
    RULE_WRONG_ADDRESS,
    RULE_UNSUPPORTED,
    RULE_MAP_FAILED,
    RULE_UNMAP_FAILED,
    RULE_PROTECT_FAILED,
    RULE_WRONG_PTE,
    RULE_BITS_NOT_SET,
    RULE_BITS_SET_WRONGLY,
    RULE_MISSED_FAULT,
    RULE_FALSE_FAULT,
    RULE_WRONG_FAULT,
    RULE_WRONG_PA,
    RULE_STRAY_READ,
    RULE_STRAY_WRITE,
    RULE_UNINIT_READ,
    RULE_BAD_FREE,
    RULE_FRAME_LEAK,
    RULE_SKIPPED_REFERENCES,
    RULE_EXTRA_REFERENCES,
    RULE_STALE_TLB,
    RULE_WRONG_HIT,
    RULE_MISSED_HIT,
    RULE_WRONG_TRANSLATION,
    RULE_OVER_CAPACITY,
    RULE_CACHE_WRONG_HIT,
    RULE_CACHE_MISSED_HIT,
    RULE_NOT_EVICTED,
    RULE_FALSE_EVICTION,
    RULE_CACHE_WRONG_VICTIM,
    RULE_LOST_DIRTY,
    RULE_FALSE_WRITEBACK,
    RULE_BAD_VICTIM,
    RULE_WRONG_VICTIM,
    RULE_FORBIDDEN_SYSCALL,
    RULE_EXITED,
    RULE_CRASH,
    RULE_TIMEOUT,
    RULE_FORGED_REPLY,
    N_RULES
};

struct rule {
    const char *code;
    unsigned modules; ///< a mask: whose answers can break it
    const char *text; ///< what must hold
};

extern const struct rule rules[N_RULES];

/// Lists the codes of the modules in the mask.
void rules_print(FILE *file, unsigned modules);

#endif
