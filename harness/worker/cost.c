// SPDX-License-Identifier: MIT
// The cost pass's loop: as the timed one, with the simulated cycles of each operation beside its
// pointer. They depend on nothing but the code and the operations since cost_open.
#include "harness/worker/cost.h"

#include <sys/mman.h>

#include "harness/worker/replay.h"

#define PAGE_BYTES 4096
#define MAX_TAG_BYTES (32u << 20)

struct simulator cost_simulator;
bool cost_counts;

bool cost_open(const struct ring *ring)
{
    static uint32_t *tags;
    static size_t tags_bytes;
    struct ring_machine machine = ring->machine;
    if (tags != NULL) {
        munmap(tags, tags_bytes);
        tags = NULL;
    }
    tags_bytes = simulator_words(&machine) * sizeof *tags;
    if (!simulator_fits(&machine) || tags_bytes > MAX_TAG_BYTES) {
        return false;
    }
    void *memory =
        mmap(NULL, tags_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) {
        return false;
    }
    tags = memory;
    simulator_open(&cost_simulator, &machine, tags);
    return true;
}

static uint64_t cycles_so_far(const struct ring *ring)
{
    uint64_t cycles = 0;
    for (int event = 0; event < RING_EVENTS; event++) {
        cycles += cost_simulator.events[event] * ring->machine.cycles[event];
    }
    return cycles;
}

static __attribute__((noinline)) uint64_t count_op(const struct submission *submission,
                                                   void **table, const struct ring_op *op)
{
    TERRITORY_GUARD_STACK();
    cost_counts = true;
    uint64_t pointer = replay_op(submission, table, op);
    cost_counts = false;
    return pointer;
}

void cost_run(const struct submission *submission, struct ring *ring, uint32_t count)
{
    void **table = replay_table();
    territory_find_module();
    for (uint32_t i = 0; i < count; i++) {
        uint64_t before = cycles_so_far(ring);
        ring->log[i] = count_op(submission, table, &ring->slice[i]);
        ring->cycles[i] = cycles_so_far(ring) - before;
    }
    memcpy(ring->events, cost_simulator.events, sizeof ring->events);
}

void cost_grow(uint64_t old_break_bytes, uint64_t new_break_bytes)
{
    cost_simulator.events[RING_EVENT_SBRK] += cost_counts;
    if (cost_counts) {
        cost_simulator.events[RING_EVENT_SBRK_PAGE] +=
            (new_break_bytes + PAGE_BYTES - 1) / PAGE_BYTES -
            (old_break_bytes + PAGE_BYTES - 1) / PAGE_BYTES;
    }
}
