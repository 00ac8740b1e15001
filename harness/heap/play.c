// SPDX-License-Identifier: MIT
// The check pass. Payloads are verified when their block is freed or reallocated and at the end of
// the trace: that costs each byte one read, however many blocks live.
#include "harness/heap/play.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/heap/checks.h"
#include "harness/heap/pattern.h"

#define MAX_SAMPLES 64
// free(NULL) is followed by a look at all payloads, the first few times and in small traces.
#define SWEEP_MAX_LIVE 10000
#define SWEEP_MAX_OPS 5000

static char *payload_of(const struct play *play, const struct block *block)
{
    return play->session->arena.memory + block->offset;
}

/// The worker stopped in a call: ask why, and look which payloads it damaged before.
static bool stopped(struct play *play)
{
    struct breach *breach = &play->breach;
    const struct layout *layout = &play->session->layout;
    breach->news = play->session->news;
    breach->refused_bytes = play->session->refused_bytes;
    checks_ask(play, MOMENT_STOPPED);
    struct breach spare;
    for (size_t slot = 0; play->plan->observe && slot < layout->n_slots; slot++) {
        const struct block *block = &layout->blocks[slot];
        bool in_the_call = play->op != NULL && slot == play->op->slot;
        if (block->live && !in_the_call &&
            checks_payload_differs(play, block, block->offset, block->size, &spare)) {
            breach->damaged = (uint32_t)slot;
            break;
        }
    }
    return false;
}

static void note_past_break(struct play *play)
{
    if (play->past_break_op == 0 && play->session->past_break != UINT64_MAX) {
        play->past_break_op = play->op_number;
    }
}

static bool call(struct play *play, enum ring_command command, uint64_t pointer, uint64_t size)
{
    struct worker_command request = {.command = command, .pointer = pointer, .size = size};
    bool came_back = session_call(play->session, &request);
    note_past_break(play);
    play->breach.refused_bytes = play->session->refused_bytes;
    play->breach.grown_bytes = play->session->grown_bytes;
    return came_back || stopped(play);
}

static bool verify(struct play *play, uint32_t slot)
{
    play->suspect = slot;
    play->breach.slot = slot;
    const struct block *block = &play->session->layout.blocks[slot];
    play->breach.before = *block;
    play->breach.intact_op = block->moved > block->born ? block->moved : block->born;
    return !play->plan->observe || checks_ask(play, MOMENT_VERIFIED);
}

static bool verify_all(struct play *play)
{
    const struct layout *layout = &play->session->layout;
    for (size_t slot = 0; slot < layout->n_slots; slot++) {
        if (layout->blocks[slot].live && !verify(play, (uint32_t)slot)) {
            return false;
        }
    }
    return true;
}

/// In a play that looks for the operation at fault: is the watched payload still whole?
static bool watch(struct play *play)
{
    uint32_t slot = play->plan->watch;
    if (slot == LAYOUT_NO_SLOT || !play->session->layout.blocks[slot].live ||
        slot == play->op->slot) {
        return true;
    }
    play->by_watch = !verify(play, slot);
    return !play->by_watch;
}

static bool check_heap(struct play *play)
{
    bool has_one = (play->session->functions & RING_HAS_CHECKHEAP) != 0;
    if (play->session->plan->settings->checkheap_every == 0 || !has_one ||
        play->plan->expected != NULL) {
        return true;
    }
    play->breach.in_checkheap = true;
    if (!call(play, RING_CHECKHEAP, 0, 0)) {
        return false;
    }
    if (play->op == NULL) {
        play->session->healthy = (int32_t)play->session->news.value;
    }
    bool fine = checks_ask(play, MOMENT_CHECKED);
    play->breach.in_checkheap = !fine;
    return fine;
}

/// Stores the pattern: all of a block that is new or has moved, else what realloc has added, so
/// that a block which grows in place costs its growth only.
static void fill(struct play *play, struct block *block)
{
    bool in_place = play->before.live && play->before.offset == block->offset;
    uint64_t from = in_place ? play->before.size : 0;
    if (!in_place) {
        block->seed = pattern_seed(play->op->slot, play->op_number);
    }
    pattern_fill(payload_of(play, block), from, block->size, block->seed);
}

/// Takes what an operation has done into the fit lab's model, and compares the blocks with it.
static bool settle(struct play *play)
{
    struct placement *placement = &play->session->placement;
    if (placement->policy == FIT_ANY || play->plan->expected != NULL) {
        return true;
    }
    if (play->op == NULL) {
        placement_reset(placement);
    } else if (play->pointer != 0) {
        placement_allocate(placement, play->offset, placement_asize(placement, play->op->size));
    }
    if (play->before.live) {
        placement_free(placement, play->before.offset);
    }
    if (!checks_ask(play, MOMENT_PLACED)) {
        return false;
    }
    const struct arena *arena = &play->session->arena;
    return !placement_differs(placement, arena->memory, arena->break_bytes,
                              &play->breach.difference) ||
           checks_ask(play, MOMENT_TAGS_DIFFER);
}

static bool take_pointer(struct play *play)
{
    const struct op *op = play->op;
    struct layout *layout = &play->session->layout;
    struct block *block = &layout->blocks[op->slot];
    play->pointer = play->session->news.value;
    play->offset = play->pointer - play->session->arena.base;
    play->pointers[play->op_number - 1] = play->pointer;
    play->breach.pointer = play->pointer;
    play->breach.slot = op->slot;
    play->breach.before = play->before;
    if (block->live) {
        layout_remove(layout, op->slot);
    }
    enum moment moment = play->plan->expected != NULL ? MOMENT_REPEATED : MOMENT_RETURNED;
    if (!checks_ask(play, moment) || !settle(play)) {
        return false;
    }
    if (play->pointer == 0) {
        block->died = (uint32_t)play->op_number;
        return true;
    }
    layout_add(layout, op->slot, play->offset, op->size);
    block->born = play->before.live ? block->born : (uint32_t)play->op_number;
    block->moved = (uint32_t)play->op_number;
    bool had_data = play->before.live && play->plan->observe;
    if (had_data && !checks_ask(play, MOMENT_REALLOCATED)) {
        return false;
    }
    if (play->plan->observe) {
        fill(play, block);
    }
    return true;
}

static bool is_small(const struct play *play)
{
    return play->session->layout.n_live <= SWEEP_MAX_LIVE && play->trace->n_ops <= SWEEP_MAX_OPS;
}

static bool play_free_null(struct play *play)
{
    bool sweep = is_small(play);
    if ((sweep && !verify_all(play)) || !call(play, RING_FREE, 0, 0) ||
        !checks_ask(play, MOMENT_FREED)) {
        return false;
    }
    play->after_free_null = true;
    bool fine = !sweep || verify_all(play);
    play->after_free_null = false;
    return fine && watch(play);
}

static bool play_block_op(struct play *play)
{
    const struct op *op = play->op;
    struct layout *layout = &play->session->layout;
    struct block *block = &layout->blocks[op->slot];
    if (op->kind == OP_ALLOC && block->live) {
        layout_remove(layout, op->slot); // of size 0, after realloc(p, 0)
    }
    play->before = *block;
    if (block->live && !verify(play, op->slot)) {
        return false;
    }
    uint64_t pointer = block->live ? play->session->arena.base + block->offset : 0;
    static const enum ring_command commands[] = {
        [OP_ALLOC] = RING_ALLOC, [OP_FREE] = RING_FREE, [OP_REALLOC] = RING_REALLOC};
    if (!call(play, commands[op->kind], pointer, op->size) || !watch(play)) {
        return false;
    }
    if (op->kind == OP_FREE) {
        layout_remove(layout, op->slot);
        block->died = (uint32_t)play->op_number;
        return settle(play);
    }
    return take_pointer(play);
}

static bool play_op(struct play *play)
{
    const struct op *op = play->op;
    bool is_null = op->slot == TRACE_NO_SLOT || !play->session->layout.blocks[op->slot].live;
    play->before = (struct block){0};
    play->pointer = 0;
    play->breach.slot = op->slot; // LAYOUT_NO_SLOT for free(NULL)
    play->breach.before = play->before;
    if (!(op->kind == OP_FREE && is_null ? play_free_null(play) : play_block_op(play))) {
        return false;
    }
    uint64_t every = play->session->plan->settings->checkheap_every;
    return every == 0 || play->op_number % every != 0 || check_heap(play);
}

/// Takes a sample now and then; notes how the heap is split when the payload first peaks.
static void sample(struct play *play)
{
    const struct layout *layout = &play->session->layout;
    size_t every = play->trace->n_ops / MAX_SAMPLES + 1;
    bool peaks = !play->has_peaked && layout->payload_bytes == play->trace->peak_payload;
    bool is_due = play->op_number % every == 0;
    if (!play->plan->sample || (!peaks && !is_due)) {
        return;
    }
    struct heap_sample one = {
        .op = play->op_number,
        .payload_bytes = layout->payload_bytes,
        .heap_bytes = play->session->arena.break_bytes,
    };
    layout_fragmentation(layout, one.heap_bytes, &one.internal_bytes, &one.external_bytes);
    if (peaks) {
        play->has_peaked = true;
        play->internal_at_peak = one.internal_bytes;
        play->external_at_peak = one.external_bytes;
        play->heap_at_peak = one.heap_bytes;
    }
    if (is_due) {
        play->samples[play->n_samples++] = one;
    }
}

static bool finish(struct play *play)
{
    play->breach.in_checkheap = false;
    if (!verify_all(play)) {
        return false;
    }
    session_is_past_break(play->session);
    note_past_break(play);
    if (!checks_ask(play, MOMENT_GROWN)) {
        return false;
    }
    uint64_t every = play->session->plan->settings->checkheap_every;
    bool was_checked = every != 0 && play->op_number % every == 0;
    return was_checked || check_heap(play);
}

static bool start(struct play *play)
{
    if (!call(play, RING_INIT, 0, 0)) {
        return false;
    }
    return checks_ask(play, MOMENT_INITIALISED) && settle(play) && check_heap(play);
}

bool play_trace(struct play *play, struct session *session, const struct play_plan *plan)
{
    const struct trace *trace = session->plan->trace;
    *play = (struct play){.plan = plan, .session = session, .trace = trace};
    play->pointers = xcalloc(trace->n_ops, sizeof *play->pointers);
    play->samples = plan->sample ? xcalloc(MAX_SAMPLES + 1, sizeof *play->samples) : NULL;
    play->breach = breach_none();
    session_begin(session, plan->fresh);
    bool fine = start(play);
    for (size_t i = 0; fine && i < plan->n_ops; i++) {
        play->op = &trace->ops[i];
        play->op_number = i + 1;
        play->breach.op = i + 1;
        fine = play_op(play);
        sample(play);
    }
    return fine && (plan->n_ops < trace->n_ops || finish(play));
}

void play_free(struct play *play)
{
    free(play->pointers);
    free(play->samples);
}
