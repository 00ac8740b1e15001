// SPDX-License-Identifier: MIT
// The table of a machine file's keys. For machine_file.c only.
#ifndef MMGRADE_VM_MACHINE_KEYS_H
#define MMGRADE_VM_MACHINE_KEYS_H

#include "harness/base/schema.h"
#include "harness/vm/machine.h"

/// What the table stores into. Every `double` of it must be whole.
struct machine_draft {
    char *base, *title, *policy;
    double va_bits, pa_bits;
    uint64_t page_bytes, line_bytes;
    char **levels;
    size_t n_levels;
    bool large_pages, asids, walk_through_cache;
    struct machine_draft_tlb {
        double entries, ways, cycles;
        unsigned policy; ///< enum tlb_policy
    } tlbs[MACHINE_TLBS];
    struct machine_draft_cache {
        uint64_t bytes;
        double ways, cycles;
        unsigned write_back;
        bool write_allocate;
    } caches[MACHINE_CACHES];
    double frames, window, seed;
    double memory_cycles, fault_cycles;
    struct machine_settings settings; ///< made of all that
};

extern const struct schema_key machine_keys[];

/// The groups' names in the file.
extern const char *const machine_tlb_keys[MACHINE_TLBS];
extern const char *const machine_cache_keys[MACHINE_CACHES];

#endif
