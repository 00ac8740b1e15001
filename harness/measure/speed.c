// SPDX-License-Identifier: MIT
// Timing two sides in turns. The first round is not timed: it grows the heaps, whose pages then
// stay, and shows whether the submission behaves as it did under the judge's eyes.
#include "harness/measure/speed.h"

#include <math.h>
#include <stdlib.h>

#include "harness/base/clock.h"
#include "harness/base/error.h"
#include "harness/base/interrupt.h"
#include "harness/base/memory.h"
#include "harness/measure/slices.h"

#define MAX_ROUNDS 30
#define MIN_ROUNDS 3
#define CONFIDENCE_95 1.96

struct side {
    struct session session;
    uint64_t heap_bytes; ///< after the first round
    uint64_t *times_ns;  ///< [slice][round]
    uint64_t *pointers;  ///< by operation, as the first round gave them
};

struct timing {
    const struct speed_plan *plan;
    const struct trace *trace;
    struct side sides[SPEED_SIDES];
    size_t n_sides;
    size_t n_slices;
    unsigned n_rounds;
    struct speed *speed;
};

/// The submission stopped; the reference must not.
static bool stop(struct timing *timing, size_t side, size_t op)
{
    const struct worker_news *news = &timing->sides[side].session.news;
    if (side == SPEED_REFERENCE && news->event != WORKER_INTERRUPTED) {
        die("the reference allocator stopped in the timed pass over %s", timing->trace->path);
    }
    timing->speed->stopped_op = op;
    timing->speed->news = *news;
    return false;
}

/// mm_init with `grant` heap bytes that need not be asked for.
static bool init(struct timing *timing, size_t side, uint64_t grant)
{
    struct session *session = &timing->sides[side].session;
    struct worker_command command = {.command = RING_INIT, .size = grant};
    bool fine = session_call(session, &command) && session_init_is_fine(session);
    return fine || stop(timing, side, 1);
}

static bool tell(struct session *session, enum ring_command command)
{
    return session_call(session, &(struct worker_command){.command = command});
}

/// Runs one slice. The worker is woken before and sent to sleep afterwards, outside the time taken:
/// neither its waking up nor the other side's waiting is part of the figure.
static bool run_slice(struct timing *timing, size_t side, size_t slice, uint64_t *elapsed_ns)
{
    struct session *session = &timing->sides[side].session;
    uint32_t count = slices_write(session->worker.ring, timing->trace, slice);
    struct worker_command command = {.command = RING_SLICE_RUN, .count = count};
    bool fine = tell(session, RING_WAKE);
    uint64_t start_ns = clock_ns();
    fine = fine && session_call(session, &command);
    *elapsed_ns = clock_ns() - start_ns;
    fine = fine && tell(session, RING_REST);
    return fine || stop(timing, side, slice * RING_SLICE + 1);
}

/// Whether the slice just run gave the pointers `expected`. Asked of both sides: what the judge has
/// read the worker must fetch back before it writes, which takes time.
static bool agrees(struct timing *timing, size_t side, size_t slice, const uint64_t *expected)
{
    struct speed *speed = timing->speed;
    const struct ring *ring = timing->sides[side].session.worker.ring;
    speed->differing_op =
        slices_differ(ring, timing->trace, slice, expected, &speed->differing_pointer);
    if (speed->differing_op != 0 && side == SPEED_REFERENCE) {
        die("the reference allocator gives other pointers in each round over %s",
            timing->trace->path);
    }
    return speed->differing_op == 0;
}

static bool first_round(struct timing *timing)
{
    for (size_t side = 0; side < timing->n_sides; side++) {
        struct session *session = &timing->sides[side].session;
        session_begin(session, session->plan->settings->fresh);
        if (!init(timing, side, 0)) {
            return false;
        }
        for (size_t slice = 0; slice < timing->n_slices; slice++) {
            uint64_t elapsed_ns;
            if (!run_slice(timing, side, slice, &elapsed_ns)) {
                return false;
            }
            slices_note(session->worker.ring, timing->trace, slice, timing->sides[side].pointers);
            if (side == SPEED_SUBMISSION && !agrees(timing, side, slice, timing->plan->expected)) {
                return false;
            }
        }
        timing->sides[side].heap_bytes = session->arena.break_bytes;
    }
    return true;
}

static bool timed_round(struct timing *timing)
{
    for (size_t turn = 0; turn < timing->n_sides; turn++) {
        // Fresh contents again: what the last round left there is not what mem_sbrk gives.
        size_t side = (turn + timing->n_rounds) % timing->n_sides;
        arena_refresh(&timing->sides[side].session.arena);
        worker_begin(&timing->sides[side].session.worker);
        if (!init(timing, side, timing->sides[side].heap_bytes)) {
            return false;
        }
    }
    for (size_t slice = 0; slice < timing->n_slices; slice++) {
        for (size_t turn = 0; turn < timing->n_sides; turn++) {
            // Neither side always goes first.
            size_t side = (turn + slice + timing->n_rounds) % timing->n_sides;
            uint64_t *times_ns = &timing->sides[side].times_ns[slice * MAX_ROUNDS];
            if (!run_slice(timing, side, slice, &times_ns[timing->n_rounds]) ||
                !agrees(timing, side, slice, timing->sides[side].pointers)) {
                return false;
            }
        }
    }
    timing->n_rounds++;
    return true;
}

static int by_size(const void *a, const void *b)
{
    const uint64_t *left = a;
    const uint64_t *right = b;
    return (*left > *right) - (*left < *right);
}

static double median_sum_ns(const struct timing *timing, size_t side)
{
    double sum = 0.0;
    uint64_t sorted[MAX_ROUNDS];
    for (size_t slice = 0; slice < timing->n_slices; slice++) {
        const uint64_t *times_ns = &timing->sides[side].times_ns[slice * MAX_ROUNDS];
        for (unsigned i = 0; i < timing->n_rounds; i++) {
            sorted[i] = times_ns[i];
        }
        qsort(sorted, timing->n_rounds, sizeof *sorted, by_size);
        sum += (double)sorted[timing->n_rounds / 2];
    }
    return sum;
}

static double round_ns(const struct timing *timing, size_t side, unsigned round)
{
    double sum = 0.0;
    for (size_t slice = 0; slice < timing->n_slices; slice++) {
        sum += (double)timing->sides[side].times_ns[slice * MAX_ROUNDS + round];
    }
    return sum;
}

/// 1.96 standard errors of the rounds' ratios, relative to their mean.
static double relative_spread(const struct timing *timing)
{
    double sum = 0.0;
    double squares = 0.0;
    double n = timing->n_rounds;
    for (unsigned round = 0; round < timing->n_rounds; round++) {
        double ratio =
            round_ns(timing, SPEED_REFERENCE, round) / round_ns(timing, SPEED_SUBMISSION, round);
        sum += ratio;
        squares += ratio * ratio;
    }
    double mean = sum / n;
    double variance = (squares - n * mean * mean) / (n - 1);
    return CONFIDENCE_95 * sqrt(fmax(variance, 0.0) / n) / mean;
}

static void summarise(const struct timing *timing)
{
    struct speed *speed = timing->speed;
    double n_ops = (double)timing->trace->n_ops;
    speed->n_rounds = timing->n_rounds;
    for (size_t side = 0; side < timing->n_sides && timing->n_rounds > 0; side++) {
        speed->ops_per_second[side] = n_ops * 1e9 / median_sum_ns(timing, side);
    }
    if (timing->n_sides == SPEED_SIDES && timing->n_rounds > 0) {
        speed->reference_heap_bytes = timing->sides[SPEED_REFERENCE].heap_bytes;
        speed->ratio =
            speed->ops_per_second[SPEED_SUBMISSION] / speed->ops_per_second[SPEED_REFERENCE];
        speed->spread = timing->n_rounds >= MIN_ROUNDS ? relative_spread(timing) : NAN;
    }
}

static void time_rounds(struct timing *timing)
{
    uint64_t start_ns = clock_ns();
    uint64_t budget_ns = (uint64_t)(timing->plan->budget_seconds * 1e9);
    bool fine = first_round(timing);
    // One that is slow beyond all measure is timed once.
    unsigned least = clock_ns() - start_ns > 4 * budget_ns ? 1 : MIN_ROUNDS;
    while (fine && timing->n_rounds < MAX_ROUNDS &&
           (timing->n_rounds < least || clock_ns() - start_ns < budget_ns)) {
        fine = timed_round(timing);
    }
}

void speed_measure(const struct speed_plan *plan, struct speed *speed)
{
    *speed = (struct speed){.ratio = NAN, .spread = NAN};
    struct timing timing = {.plan = plan, .trace = plan->sides[0]->trace, .speed = speed};
    timing.n_sides = plan->sides[SPEED_REFERENCE] == NULL ? 1 : SPEED_SIDES;
    timing.n_slices = slices_count(timing.trace);
    bool open = true;
    for (size_t side = 0; side < timing.n_sides; side++) {
        timing.sides[side].times_ns =
            xcalloc(timing.n_slices * MAX_ROUNDS, sizeof *timing.sides[side].times_ns);
        timing.sides[side].pointers =
            xcalloc(timing.trace->n_ops, sizeof *timing.sides[side].pointers);
        bool loaded = session_open(&timing.sides[side].session, plan->sides[side]);
        if (!loaded && side == SPEED_REFERENCE && interrupt_seen() == 0) {
            die("the reference allocator does not load");
        }
        open = loaded && open;
    }
    if (open) {
        time_rounds(&timing);
        summarise(&timing);
    } else {
        stop(&timing, SPEED_SUBMISSION, 1);
    }
    for (size_t side = 0; side < timing.n_sides; side++) {
        session_close(&timing.sides[side].session);
        free(timing.sides[side].times_ns);
        free(timing.sides[side].pointers);
    }
}
