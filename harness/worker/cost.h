// SPDX-License-Identifier: MIT
// What a submission's operations cost on the simulated machine. Addresses are taken relative to the
// heap and to the shared object, so that the same source costs the same wherever it is loaded; the
// stack, and what belongs to neither, costs its accesses and touches no cache.
#ifndef MMGRADE_WORKER_COST_H
#define MMGRADE_WORKER_COST_H

#include "harness/worker/simulator.h"
#include "harness/worker/submission.h"
#include "harness/worker/territory.h"

/// Where the simulator sees heap and module: far apart.
#define COST_HEAP_AT SIMULATOR_START
#define COST_MODULE_AT (2 * SIMULATOR_START)

extern struct simulator cost_simulator;
extern bool cost_counts; ///< within an operation of cost_run

/// Takes ring->machine; false when it is no machine, or when there is no memory for it.
bool cost_open(const struct ring *ring);

/// Plays ring->slice[0 .. count): fills ring->log and ring->cycles, adds to ring->events.
void cost_run(const struct submission *submission, struct ring *ring, uint32_t count);

/// The heap grows within an operation.
void cost_grow(uint64_t old_break_bytes, uint64_t new_break_bytes);

/// The simulator's address of one that instrumented code uses; 0: the caches do not see it.
static inline uint64_t cost_place(uintptr_t address)
{
    if (address - territory.heap.start < territory.heap.n_bytes) {
        return address - territory.heap.start + COST_HEAP_AT;
    }
    if (address - territory.module.start < territory.module.n_bytes) {
        return address - territory.module.start + COST_MODULE_AT;
    }
    return 0;
}

static inline void cost_access(uintptr_t address, size_t n_bytes)
{
    uint64_t place = cost_place(address);
    cost_simulator.events[RING_EVENT_ACCESS]++;
    if (place != 0) {
        simulator_range(&cost_simulator, place, n_bytes);
    }
}

/// One side of a memory routine's copy; n_bytes > 0.
static inline void cost_copy(uintptr_t address, size_t n_bytes)
{
    uint64_t place = cost_place(address);
    uint32_t line_bits = cost_simulator.line_bits;
    cost_simulator.events[RING_EVENT_ACCESS]++;
    cost_simulator.events[RING_EVENT_COPIED_LINE] +=
        place != 0 ? simulator_range(&cost_simulator, place, n_bytes)
                   : (n_bytes + (UINT64_C(1) << line_bits) - 1) >> line_bits;
}

#endif
