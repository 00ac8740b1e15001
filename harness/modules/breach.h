// SPDX-License-Identifier: MIT
// The first difference between a submission and the golden model, as facts: at which call of which
// function, what was wanted and what came. No text: explain.h makes sentences of it.
#ifndef MMGRADE_MODULES_BREACH_H
#define MMGRADE_MODULES_BREACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/modules/rules.h"
#include "harness/modules/session.h"
#include "harness/vm/pagetable.h"

/// Where in a case the calls stand.
enum phase {
    PHASE_START,   ///< before the first record
    PHASE_RECORDS, ///< in the trace
    PHASE_END,     ///< behind the last record: what was built is taken down
};

/// One call of a module's function, as the golden model has it.
struct module_call {
    enum module module;
    enum ring_function_number function;
    unsigned n_arguments, n_results;
    uint64_t arguments[RING_ARGUMENTS];
    uint64_t expected[RING_RESULTS];
};

struct breach {
    bool broken;
    enum rule_id rule;
    enum phase phase;
    size_t record;   ///< index in the trace
    uint64_t n_call; ///< number of the call among its module's, to play up to it again
    struct module_call call;
    uint64_t seen[RING_RESULTS];
    unsigned differs; ///< index of the result that does, or of the level whose entry does
    struct worker_news news;

    // Of page tables.
    uint64_t root;          ///< theirs
    struct walk golden;     ///< what must stand in memory
    struct walk theirs;     ///< what stands there
    bool unowned;           ///< the entry at `differs` is in no frame of theirs
    uint32_t writer;        ///< the record whose call wrote that entry last, from 1; 0: none
    uint64_t address;       ///< of a stray reference, of a bad frame_free
    uint64_t before, after; ///< the word there: as it was, as it was to be
    uint64_t n_frames, n_golden_frames;
    bool root_taken;     ///< pt_create gave the root of a process that lives
    uint16_t root_owner; ///< which one
    bool without_frames; ///< frame_alloc had none to give in this call
};

#endif
