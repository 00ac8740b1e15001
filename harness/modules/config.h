// SPDX-License-Identifier: MIT
// What a rubric says about the machine, and the machine that one case is judged on.
#ifndef MMGRADE_MODULES_CONFIG_H
#define MMGRADE_MODULES_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/error.h"
#include "harness/vm/cache.h"
#include "harness/vm/geometry.h"
#include "harness/vm/machine.h"
#include "harness/vm/replacement.h"
#include "harness/vm/tlb.h"

/// The parts that students write; bits of masks: 1u << MODULE_TLB.
enum module {
    MODULE_TRANSLATE,
    MODULE_PAGETABLE,
    MODULE_TLB,
    MODULE_CACHE,
    MODULE_REPLACE,
    N_MODULES
};

#define MODULES_ALL ((1u << N_MODULES) - 1)

extern const char *const module_names[N_MODULES]; ///< "translate", ...

/// What a rubric says of a machine's sizes. NULL and 0: as in the machine that it starts from.
struct module_shape {
    char *name;          ///< for people; NULL: made from the sizes
    char *tlb;           ///< "16x4", "none"
    unsigned tlb_policy; ///< enum tlb_policy + 1
    char *cache;         ///< "64x8x64": sets, ways, bytes a line
    unsigned write;      ///< 1: back, 2: through
    unsigned allocate;   ///< 1: no, 2: yes
    unsigned switches;   ///< 1: entries are tagged by ASID, 2: the TLB is flushed at a switch
    double page_bits, va_bits, pa_bits;
    char *levels;    ///< "9 9 9 9"; NULL when bits changed: shared out evenly
    double frames;   ///< 0: as many as there are
    unsigned policy; ///< enum policy_id + 1
    double window;
};

struct module_settings {
    char *machine; ///< preset or file
    struct module_shape common;
    struct module_shape *grid;
    size_t n_grid;
    double n_random;     ///< further machines of random sizes
    double seed;         ///< of those, of random policies, of what fresh frames hold
    double max_accesses; ///< records of a trace that are played
};

/// The machine of one case.
struct module_config {
    char *name; ///< "16x4 lru"
    struct geometry geometry;
    struct tlb_settings tlb;
    bool asids; ///< else the TLB is flushed at a switch
    struct cache_settings cache;
    enum policy_id policy;
    struct policy_settings replacement; ///< n_frames 0: none is ever replaced
    uint64_t seed;
    const struct machine_contents *contents; ///< of the preset, where no size differs from it
};

/// The machine that the settings start from: a preset, or a file named from the project's root.
/// False with *error.
bool module_config_base(struct machine_settings *base, const struct module_settings *settings,
                        struct error *error);

/// How many machines the settings make: those of the grid (the base alone when it is empty) and
/// the random ones.
size_t module_config_count(const struct module_settings *settings);

/// Fills in machine number `idx`. `modules` (a mask) says which parts the name speaks of. False
/// with a reason, and nothing to free, when no machine is like that.
bool module_config_make(struct module_config *config, const struct module_settings *settings,
                        const struct machine_settings *base, size_t idx, unsigned modules,
                        char *reason, size_t reason_bytes);

/// "16x4 lru, 64x8x64 back": the sizes of those parts. The caller frees it.
char *module_config_describe(const struct module_config *config, unsigned modules);

void module_config_free(struct module_config *config);

#endif
