// SPDX-License-Identifier: MIT
// What a trace's operations cost on the simulated machine: a figure that depends on source,
// compiler, flags and trace alone. The submission was built to call back on each basic block and
// access (build_plan.instrumented); the worker counts, and this adds up.
//
// The trace is played twice and the second play counted: by then code and caches know the heap, as
// in the timed pass, whose figures this one stands for.
//
// Glossary, besides that of speed.h:
//   event   what the simulated machine counts: a block, an access, a miss (enum ring_event)
//   part    where cycles went, for people: the events of one cause
#ifndef MMGRADE_MEASURE_COST_H
#define MMGRADE_MEASURE_COST_H

#include <stdint.h>

#include "harness/heap/session.h"

#define COST_KINDS 3 ///< of operations, by enum op_kind

/// Where cycles went. Each access pays L1; what L1 misses pays L2, too, and so on.
enum cost_part {
    COST_BLOCKS,
    COST_BRANCHES,
    COST_TLB,
    COST_L1,
    COST_L2,
    COST_MEMORY,
    COST_COPIES,
    COST_SBRK,
    COST_PARTS
};

extern const char *const cost_part_names[COST_PARTS]; ///< "basic blocks", ...

struct cost_plan {
    const struct session_plan *session; ///< of an instrumented library
    const struct ring_machine *machine;
    const uint64_t *expected; ///< pointers by operation; NULL: those of the first play
};

/// The operations of one kind, in cycles each; percentiles by nearest rank, 0 without operations.
struct cost_distribution {
    size_t n_ops;
    uint64_t cycles; ///< all of them together
    uint64_t p50, p99, most;
};

struct cost {
    uint64_t cycles; ///< of all operations; 0 when something went wrong
    uint64_t events[RING_EVENTS];
    uint64_t parts[COST_PARTS]; ///< cycles; they add up to `cycles`
    uint64_t heap_bytes;        ///< final size of the heap
    struct cost_distribution kinds[COST_KINDS];
    // What went wrong, if anything did.
    size_t stopped_op;       ///< first operation of the slice that did not come back; 0: none
    struct worker_news news; ///< how it stopped; WORKER_STORE_REFUSED among others
    size_t differing_op;     ///< first operation with another pointer than expected; 0: none
    uint64_t differing_pointer;
};

/// Plays the trace and counts. O(n log n) in operations, besides what they take.
void cost_measure(const struct cost_plan *plan, struct cost *cost);

#endif
