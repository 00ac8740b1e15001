// SPDX-License-Identifier: MIT
// Codes and what they stand for.
#include "harness/modules/rules.h"

#define TRANSLATE (1u << MODULE_TRANSLATE)
#define PAGETABLE (1u << MODULE_PAGETABLE)
#define TLB (1u << MODULE_TLB)
#define CACHE (1u << MODULE_CACHE)
#define REPLACE (1u << MODULE_REPLACE)

const struct rule rules[N_RULES] = {
    [RULE_WRONG_FIELD] = {"WRONG_FIELD", TRANSLATE, "each field of an address has its bits"},
    [RULE_WRONG_ADDRESS] = {"WRONG_ADDRESS", TRANSLATE, "page number and offset make the address"},
    [RULE_UNSUPPORTED] = {"UNSUPPORTED", PAGETABLE, "pt_init accepts the machine's shape"},
    [RULE_MAP_FAILED] = {"MAP_FAILED", PAGETABLE,
                         "pt_create and pt_map succeed while there are frames"},
    [RULE_UNMAP_FAILED] = {"UNMAP_FAILED", PAGETABLE, "pt_unmap finds a page that is mapped"},
    [RULE_PROTECT_FAILED] = {"PROTECT_FAILED", PAGETABLE, "pt_protect finds a page that is mapped"},
    [RULE_WRONG_PTE] = {"WRONG_PTE", PAGETABLE,
                        "after each call the entries in memory are those of the contract"},
    [RULE_BITS_NOT_SET] = {"BITS_NOT_SET", PAGETABLE,
                           "a walk sets A in each entry, and D in the last one for a write"},
    [RULE_BITS_SET_WRONGLY] = {"BITS_SET_WRONGLY", PAGETABLE,
                               "nothing else sets A or D, and a walk that faults sets neither"},
    [RULE_MISSED_FAULT] = {"MISSED_FAULT", PAGETABLE,
                           "an access that is not mapped, or forbidden, faults"},
    [RULE_FALSE_FAULT] = {"FALSE_FAULT", PAGETABLE,
                          "an access that is mapped and allowed does not"},
    [RULE_WRONG_FAULT] = {"WRONG_FAULT", PAGETABLE, "missing and forbidden are told apart"},
    [RULE_WRONG_PA] = {"WRONG_PA", PAGETABLE, "pt_walk gives the physical address"},
    [RULE_STRAY_READ] = {"STRAY_READ", MODULES_ALL,
                         "phys_read64 reads multiples of 8 in frames from frame_alloc"},
    [RULE_STRAY_WRITE] = {"STRAY_WRITE", MODULES_ALL,
                          "phys_write64 writes there, and only entries of the page at hand"},
    [RULE_UNINIT_READ] = {"UNINIT_READ", PAGETABLE,
                          "what a fresh frame holds is not read before it is written"},
    [RULE_BAD_FREE] = {"BAD_FREE", PAGETABLE,
                       "frame_free gets what frame_alloc gave, once, when no page needs it"},
    [RULE_FRAME_LEAK] = {"FRAME_LEAK", PAGETABLE,
                         "emptied tables are given back, and all of them by pt_destroy"},
    [RULE_SKIPPED_REFERENCES] = {"SKIPPED_REFERENCES", PAGETABLE,
                                 "a walk reads the entry of each level from simulated memory"},
    [RULE_EXTRA_REFERENCES] =
        {"EXTRA_REFERENCES", PAGETABLE,
         "a walk reads one entry a level and writes what changes (a warning)"},
    [RULE_STALE_TLB] = {"STALE_TLB", TLB,
                        "no lookup finds what was invalidated, flushed or is another process's"},
    [RULE_WRONG_HIT] = {"WRONG_HIT", TLB,
                        "a lookup does not find what was evicted or never put in"},
    [RULE_MISSED_HIT] = {"MISSED_HIT", TLB, "a lookup finds what the policy keeps"},
    [RULE_WRONG_TRANSLATION] = {"WRONG_TRANSLATION", TLB,
                                "a hit gives PPN and flags as they were inserted last"},
    [RULE_OVER_CAPACITY] = {"OVER_CAPACITY", TLB,
                            "under a free policy: no set holds more than its ways"},
    [RULE_CACHE_WRONG_HIT] = {"WRONG_HIT", CACHE, "a line that is not there is no hit"},
    [RULE_CACHE_MISSED_HIT] = {"MISSED_HIT", CACHE, "a line that is there is a hit"},
    [RULE_NOT_EVICTED] = {"NOT_EVICTED", CACHE, "a line of a full set gives way to a new one"},
    [RULE_FALSE_EVICTION] = {"FALSE_EVICTION", CACHE,
                             "nothing gives way at a hit, or while the set has room"},
    [RULE_CACHE_WRONG_VICTIM] = {"WRONG_VICTIM", CACHE,
                                 "the line used longest ago gives way; its first address is told"},
    [RULE_LOST_DIRTY] = {"LOST_DIRTY", CACHE, "a dirty line that gives way is written back"},
    [RULE_FALSE_WRITEBACK] = {"FALSE_WRITEBACK", CACHE, "a clean line is not"},
    [RULE_BAD_VICTIM] = {"BAD_VICTIM", REPLACE, "the victim is one of the machine's frames"},
    [RULE_WRONG_VICTIM] = {"WRONG_VICTIM", REPLACE, "the victim is the stated policy's"},
    [RULE_FORBIDDEN_SYSCALL] = {"FORBIDDEN_SYSCALL", MODULES_ALL,
                                "no function asks the operating system for anything but memory"},
    [RULE_EXITED] = {"EXITED", MODULES_ALL, "no function ends the program"},
    [RULE_CRASH] = {"CRASH", MODULES_ALL, "no call ends in a signal"},
    [RULE_TIMEOUT] = {"TIMEOUT", MODULES_ALL, "every call comes back within the rubric's limits"},
    [RULE_FORGED_REPLY] = {"FORGED_REPLY", MODULES_ALL, "the harness's own memory is left alone"},
};

void rules_print(FILE *file, unsigned modules)
{
    for (enum rule_id id = 0; id < N_RULES; id++) {
        if ((rules[id].modules & modules) != 0) {
            fprintf(file, "  %-18s %s\n", rules[id].code, rules[id].text);
        }
    }
}
