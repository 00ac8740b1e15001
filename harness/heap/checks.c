// SPDX-License-Identifier: MIT
// The tests behind the verdict codes. Each looks at one moment and says yes or no.
#include "harness/heap/checks.h"

#include <signal.h>

#include "harness/heap/explain.h"
#include "harness/heap/pattern.h"

static bool call_died(const struct play *play)
{
    return play->session->news.event == WORKER_SIGNALLED;
}

static bool is_heap_reset(const struct play *play, struct breach *breach)
{
    (void)breach;
    const struct worker_news *news = &play->session->news;
    return news->event == WORKER_REPLIED && news->reply == RING_RESET;
}

static bool is_past_break(const struct play *play, struct breach *breach)
{
    breach->past_break = play->session->past_break;
    return play->session->past_break != UINT64_MAX && play->session->stop_past_break;
}

static bool is_forbidden_call(const struct play *play, struct breach *breach)
{
    (void)breach;
    return call_died(play) && play->session->news.signal == SIGSYS;
}

static bool is_exit(const struct play *play, struct breach *breach)
{
    (void)breach;
    const struct worker_news *news = &play->session->news;
    return news->event == WORKER_EXITED || (call_died(play) && news->signal == SIGABRT);
}

static bool is_crash(const struct play *play, struct breach *breach)
{
    (void)breach;
    return call_died(play);
}

static bool is_timeout(const struct play *play, struct breach *breach)
{
    (void)breach;
    return play->session->news.event == WORKER_TIMED_OUT;
}

static bool is_load_failure(const struct play *play, struct breach *breach)
{
    return breach->loading && play->session->news.reply == RING_LOAD_FAILED;
}

static bool is_interrupt(const struct play *play, struct breach *breach)
{
    (void)breach;
    return play->session->news.event == WORKER_INTERRUPTED;
}

/// What is left of the ways to stop: a reply that makes no sense.
static bool is_forged(const struct play *play, struct breach *breach)
{
    (void)play;
    (void)breach;
    return true;
}

static bool init_failed(const struct play *play, struct breach *breach)
{
    (void)breach;
    return !session_init_is_fine(play->session);
}

static bool checkheap_failed(const struct play *play, struct breach *breach)
{
    (void)breach;
    return !session_checkheap_is_fine(play->session);
}

/// NULL for a request of more than 0 bytes.
static bool gave_null(const struct play *play)
{
    return play->pointer == 0 && play->op->size > 0;
}

static bool is_exhausted(const struct play *play, struct breach *breach)
{
    (void)breach;
    return gave_null(play) && play->session->refused_bytes > 0;
}

static bool is_null_from_realloc_null(const struct play *play, struct breach *breach)
{
    (void)breach;
    return gave_null(play) && play->op->kind == OP_REALLOC && !play->before.live;
}

static bool is_null(const struct play *play, struct breach *breach)
{
    (void)breach;
    return gave_null(play);
}

/// A pointer to no byte of the heap; with size 0 the break itself is allowed.
static bool points_outside(const struct play *play)
{
    uint64_t last = play->session->arena.break_bytes - (play->op->size > 0);
    return play->pointer != 0 && (play->session->arena.break_bytes == 0 || play->offset > last);
}

static bool is_taken(const struct play *play, struct breach *breach)
{
    const struct layout *layout = &play->session->layout;
    if (play->pointer == 0 || !layout_is_taken(layout, play->offset, play->op->size)) {
        return false;
    }
    breach->other = layout_find(layout, play->offset, play->op->size, play->op->slot);
    return true;
}

static bool is_bad_malloc_zero(const struct play *play, struct breach *breach)
{
    return play->op->kind == OP_ALLOC && play->op->size == 0 &&
           (points_outside(play) || is_taken(play, breach));
}

static bool is_bad_realloc_zero(const struct play *play, struct breach *breach)
{
    return play->op->kind == OP_REALLOC && play->op->size == 0 &&
           (points_outside(play) || is_taken(play, breach));
}

static bool is_outside(const struct play *play, struct breach *breach)
{
    (void)breach;
    return points_outside(play);
}

static bool is_unaligned(const struct play *play, struct breach *breach)
{
    (void)breach;
    return play->pointer % play->session->plan->settings->alignment != 0;
}

/// Asked when the pointer may be right: not NULL, and in the heap.
static bool is_wrong_fit(const struct play *play, struct breach *breach)
{
    const struct placement *placement = &play->session->placement;
    if (placement->policy == FIT_ANY || play->pointer == 0) {
        return false;
    }
    breach->step = placement_expect(placement, play->op->size);
    bool found_nothing = breach->step.grows_bytes == 0 && play->session->grown_bytes > 0;
    return found_nothing || !placement_allows(placement, play->offset, breach->step.asize);
}

static bool is_wrong_growth(const struct play *play, struct breach *breach)
{
    (void)breach;
    return play->session->arena.break_bytes != play->session->placement.break_bytes;
}

/// The block that was placed has another size than it must have.
static bool is_wrong_split(const struct play *play, struct breach *breach)
{
    const struct placement_difference *difference = &breach->difference;
    return play->pointer != 0 && difference->wanted.offset == play->offset &&
           (difference->seen_header & 1) != 0 &&
           (difference->seen_header & ~UINT32_C(7)) != difference->wanted.size;
}

/// A free block that is not the sum of its parts, after a block was freed.
static bool is_wrong_merge(const struct play *play, struct breach *breach)
{
    const struct placement_difference *difference = &breach->difference;
    return play->op != NULL && play->op->kind != OP_ALLOC && !difference->wanted.allocated &&
           (difference->seen_header & ~UINT32_C(7)) != difference->wanted.size;
}

/// What is left of the ways to differ.
static bool is_wrong_tags(const struct play *play, struct breach *breach)
{
    (void)play;
    (void)breach;
    return true;
}

static bool ends_outside(const struct play *play, struct breach *breach)
{
    (void)breach;
    uint64_t room = play->session->arena.break_bytes - play->offset;
    return play->pointer != 0 && play->op->size > room;
}

static bool is_other_pointer(const struct play *play, struct breach *breach)
{
    breach->wanted_pointer = play->plan->expected[play->op_number - 1];
    // Equal is not enough: without the same calls of mem_sbrk the place would not be in the heap.
    return play->pointer != breach->wanted_pointer || points_outside(play) ||
           ends_outside(play, breach);
}

static bool free_null_had_effect(const struct play *play, struct breach *breach)
{
    (void)breach;
    return !play->before.live && play->session->grown_bytes > 0;
}

bool checks_payload_differs(const struct play *play, const struct block *block, uint64_t offset,
                            uint64_t size, struct breach *breach)
{
    const char *payload = play->session->arena.memory + offset;
    uint64_t at = pattern_verify(payload, size, block->seed);
    if (at == size) {
        return false;
    }
    breach->first_bad = at;
    breach->n_shown = 0;
    for (size_t i = 0; i < BREACH_BYTES && at + i < size; i++) {
        breach->expected[i] = pattern_byte(block->seed, at + i);
        breach->seen[i] = (uint8_t)payload[at + i];
        breach->n_shown = breach->expected[i] != breach->seen[i] ? i + 1 : breach->n_shown;
    }
    return true;
}

static bool is_changed(const struct play *play, struct breach *breach)
{
    const struct block *block = &play->session->layout.blocks[play->suspect];
    return checks_payload_differs(play, block, block->offset, block->size, breach);
}

static bool is_changed_by_free_null(const struct play *play, struct breach *breach)
{
    return play->after_free_null && is_changed(play, breach);
}

static bool is_data_lost(const struct play *play, struct breach *breach)
{
    uint64_t size = play->before.size < play->op->size ? play->before.size : play->op->size;
    return checks_payload_differs(play, &play->before, play->offset, size, breach);
}

const struct check checks[] = {
    {"LOAD_FAILED", "", MOMENT_STOPPED, is_load_failure, explain_load_failure},
    {"INTERRUPTED", "", MOMENT_STOPPED, is_interrupt, explain_interrupt},
    {"HEAP_RESET", "only the driver resets the heap", MOMENT_STOPPED, is_heap_reset,
     explain_heap_reset},
    {"PAST_BREAK", "nothing is written past the break", MOMENT_STOPPED, is_past_break,
     explain_past_break},
    {"PAST_BREAK", "nothing is written past the break", MOMENT_GROWN, is_past_break,
     explain_past_break},
    {"FORBIDDEN_SYSCALL", "an allocator asks nothing of the system but mem_sbrk", MOMENT_STOPPED,
     is_forbidden_call, explain_forbidden_call},
    {"EXITED", "no function ends the program", MOMENT_STOPPED, is_exit, explain_exit},
    {"CRASH", "no function crashes", MOMENT_STOPPED, is_crash, explain_crash},
    {"TIMEOUT", "each call returns in time", MOMENT_STOPPED, is_timeout, explain_timeout},
    {"FORGED_REPLY", "the harness's own memory is left alone", MOMENT_STOPPED, is_forged,
     explain_forged},
    {"INIT_FAILED", "mm_init succeeds", MOMENT_INITIALISED, init_failed, explain_init_failed},
    {"DIFFERS", "", MOMENT_REPEATED, is_other_pointer, explain_difference},
    {"HEAP_EXHAUSTED", "the heap stays below its maximum", MOMENT_RETURNED, is_exhausted,
     explain_exhausted},
    {"REALLOC_NULL", "realloc(NULL, n) is malloc(n)", MOMENT_RETURNED, is_null_from_realloc_null,
     explain_null},
    {"NULL_RETURNED", "no NULL while the heap may grow", MOMENT_RETURNED, is_null, explain_null},
    {"MALLOC_ZERO", "malloc(0) gives NULL or a fresh pointer", MOMENT_RETURNED, is_bad_malloc_zero,
     explain_bad_zero},
    {"REALLOC_ZERO", "realloc(p, 0) gives NULL or a fresh pointer", MOMENT_RETURNED,
     is_bad_realloc_zero, explain_bad_zero},
    {"OUT_OF_HEAP", "payloads lie in the heap", MOMENT_RETURNED, is_outside, explain_outside},
    {"UNALIGNED", "pointers are aligned", MOMENT_RETURNED, is_unaligned, explain_unaligned},
    {"WRONG_FIT", "find_fit chooses by the stated policy", MOMENT_RETURNED, is_wrong_fit,
     explain_wrong_fit, true},
    {"OUT_OF_HEAP", "", MOMENT_RETURNED, ends_outside, explain_outside},
    {"OVERLAP", "no two live payloads share a byte", MOMENT_RETURNED, is_taken, explain_overlap},
    {"WRONG_GROWTH", "extend_heap grows the heap by what it is told", MOMENT_PLACED,
     is_wrong_growth, explain_wrong_growth, true},
    {"WRONG_SPLIT", "place splits when the rest can be a block, and only then", MOMENT_TAGS_DIFFER,
     is_wrong_split, explain_wrong_split, true},
    {"WRONG_MERGE", "coalesce joins all free neighbours", MOMENT_TAGS_DIFFER, is_wrong_merge,
     explain_wrong_merge, true},
    {"WRONG_TAGS", "each header and footer says its block's size and state", MOMENT_TAGS_DIFFER,
     is_wrong_tags, explain_wrong_tags, true},
    {"FREE_NULL", "free(NULL) does nothing", MOMENT_FREED, free_null_had_effect, explain_free_null},
    {"FREE_NULL", "free(NULL) does nothing", MOMENT_VERIFIED, is_changed_by_free_null,
     explain_free_null},
    {"PAYLOAD_CHANGED", "live payloads keep their bytes", MOMENT_VERIFIED, is_changed,
     explain_changed},
    {"REALLOC_LOST_DATA", "realloc keeps the payload", MOMENT_REALLOCATED, is_data_lost,
     explain_lost_data},
    {"CHECKHEAP_FAILED", "mm_checkheap finds no fault", MOMENT_CHECKED, checkheap_failed,
     explain_checkheap},
    {.code = NULL},
};

bool checks_ask(struct play *play, enum moment moment)
{
    for (const struct check *check = checks; check->code != NULL; check++) {
        if (check->moment == moment && check->is_broken(play, &play->breach)) {
            play->breach.check = check;
            play->breach.news = play->session->news;
            return false;
        }
    }
    return true;
}
