// SPDX-License-Identifier: MIT
// Two plays of a trace by an instrumented worker. The judge multiplies events by cycles itself and
// holds the sum against what the worker says of each operation.
#include "harness/measure/cost.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/error.h"
#include "harness/base/memory.h"
#include "harness/measure/slices.h"

static_assert(OP_ALLOC < COST_KINDS && OP_FREE < COST_KINDS && OP_REALLOC < COST_KINDS, "");

const char *const cost_part_names[COST_PARTS] = {
    [COST_BLOCKS] = "basic blocks",
    [COST_BRANCHES] = "branches",
    [COST_TLB] = "TLB",
    [COST_L1] = "L1",
    [COST_L2] = "L2",
    [COST_MEMORY] = "memory",
    [COST_COPIES] = "copies",
    [COST_SBRK] = "mem_sbrk",
};

static const enum cost_part event_parts[RING_EVENTS] = {
    [RING_EVENT_BLOCK] = COST_BLOCKS,   [RING_EVENT_MISPREDICTED] = COST_BRANCHES,
    [RING_EVENT_ACCESS] = COST_L1,      [RING_EVENT_L1_MISS] = COST_L2,
    [RING_EVENT_L2_MISS] = COST_MEMORY, [RING_EVENT_TLB_MISS] = COST_TLB,
    [RING_EVENT_WALK] = COST_TLB,       [RING_EVENT_COPIED_LINE] = COST_COPIES,
    [RING_EVENT_SBRK] = COST_SBRK,      [RING_EVENT_SBRK_PAGE] = COST_SBRK,
};

struct pass {
    const struct cost_plan *plan;
    const struct trace *trace;
    struct session session;
    uint64_t *pointers; ///< of the first play, when none are expected
    uint64_t *cycles;   ///< by operation, of the last play
    struct cost *cost;
};

static bool stop(struct pass *pass, size_t op)
{
    pass->cost->stopped_op = op;
    pass->cost->news = pass->session.news;
    return false;
}

static bool init(struct pass *pass, uint64_t grant)
{
    struct worker_command command = {.command = RING_INIT, .size = grant};
    bool fine = session_call(&pass->session, &command) && session_init_is_fine(&pass->session);
    return fine || stop(pass, 1);
}

static bool agrees(struct pass *pass, size_t slice, bool first)
{
    const struct ring *ring = pass->session.worker.ring;
    const uint64_t *expected = pass->plan->expected;
    if (expected == NULL && first) {
        slices_note(ring, pass->trace, slice, pass->pointers);
        return true;
    }
    expected = expected == NULL ? pass->pointers : expected;
    struct cost *cost = pass->cost;
    cost->differing_op =
        slices_differ(ring, pass->trace, slice, expected, &cost->differing_pointer);
    return cost->differing_op == 0;
}

static bool play(struct pass *pass, bool first)
{
    struct ring *ring = pass->session.worker.ring;
    for (size_t slice = 0; slice < slices_count(pass->trace); slice++) {
        uint32_t count = slices_write(ring, pass->trace, slice);
        struct worker_command command = {.command = RING_COST_RUN, .count = count};
        if (!session_call(&pass->session, &command)) {
            return stop(pass, slice * RING_SLICE + 1);
        }
        if (!agrees(pass, slice, first)) {
            return false;
        }
        memcpy(&pass->cycles[slice * RING_SLICE], ring->cycles, count * sizeof *ring->cycles);
    }
    return true;
}

static bool open_machine(struct pass *pass)
{
    struct session *session = &pass->session;
    session->worker.ring->machine = *pass->plan->machine;
    bool told = session_call(session, &(struct worker_command){.command = RING_COST_OPEN});
    if (told && session->news.value != true) {
        die("the worker cannot simulate the machine");
    }
    return told || stop(pass, 1);
}

/// Both plays; what the second one added to the events is the trace's.
static bool play_twice(struct pass *pass)
{
    struct session *session = &pass->session;
    uint64_t before[RING_EVENTS];
    session_begin(session, session->plan->settings->fresh);
    if (!open_machine(pass) || !init(pass, 0) || !play(pass, true)) {
        return false;
    }
    memcpy(before, session->worker.ring->events, sizeof before);
    // Fresh contents again: what the first play left there is not what mem_sbrk gives.
    arena_refresh(&session->arena);
    worker_begin(&session->worker);
    if (!init(pass, session->arena.break_bytes) || !play(pass, false)) {
        return false;
    }
    pass->cost->heap_bytes = session->arena.break_bytes;
    for (int event = 0; event < RING_EVENTS; event++) {
        pass->cost->events[event] = session->worker.ring->events[event] - before[event];
    }
    return true;
}

static int by_size(const void *a, const void *b)
{
    const uint64_t *left = a;
    const uint64_t *right = b;
    return (*left > *right) - (*left < *right);
}

static uint64_t percentile(const uint64_t *sorted, size_t n, size_t percent)
{
    return n == 0 ? 0 : sorted[(n * percent + 99) / 100 - 1];
}

static void distribute(const struct pass *pass, enum op_kind kind, uint64_t *space)
{
    struct cost_distribution *kinds = &pass->cost->kinds[kind];
    size_t n = 0;
    for (size_t i = 0; i < pass->trace->n_ops; i++) {
        if (pass->trace->ops[i].kind == kind) {
            space[n++] = pass->cycles[i];
            kinds->cycles += pass->cycles[i];
        }
    }
    qsort(space, n, sizeof *space, by_size);
    kinds->n_ops = n;
    kinds->p50 = percentile(space, n, 50);
    kinds->p99 = percentile(space, n, 99);
    kinds->most = percentile(space, n, 100);
}

/// Adds up; a worker whose operations do not add up to its events was tampered with.
static void summarise(struct pass *pass)
{
    struct cost *cost = pass->cost;
    uint64_t by_operation = 0;
    uint64_t *space = xcalloc(pass->trace->n_ops, sizeof *space);
    for (int event = 0; event < RING_EVENTS; event++) {
        uint64_t cycles = cost->events[event] * pass->plan->machine->cycles[event];
        cost->parts[event_parts[event]] += cycles;
        cost->cycles += cycles;
    }
    for (int kind = 0; kind < COST_KINDS; kind++) {
        distribute(pass, (enum op_kind)kind, space);
        by_operation += cost->kinds[kind].cycles;
    }
    free(space);
    if (by_operation != cost->cycles) {
        cost->cycles = 0;
        cost->stopped_op = 1;
        cost->news.event = WORKER_GARBLED;
    }
}

void cost_measure(const struct cost_plan *plan, struct cost *cost)
{
    *cost = (struct cost){0};
    struct pass pass = {.plan = plan, .trace = plan->session->trace, .cost = cost};
    pass.pointers = xcalloc(pass.trace->n_ops, sizeof *pass.pointers);
    pass.cycles = xcalloc(pass.trace->n_ops, sizeof *pass.cycles);
    bool open = session_open(&pass.session, plan->session) || stop(&pass, 1);
    if (open && play_twice(&pass)) {
        summarise(&pass);
    }
    session_close(&pass.session);
    free(pass.pointers);
    free(pass.cycles);
}
