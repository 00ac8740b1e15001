// SPDX-License-Identifier: MIT
// One worker with its heap. mem_sbrk is served here: the judge alone decides how far a heap grows.
#include "harness/heap/session.h"

/// What the worker is told of the shadow.
static void plan_shadow(const struct session *session, struct worker_plan *plan)
{
    const struct session_watch *watch = session->plan->watch;
    plan->keeps_shadow = watch != NULL;
    plan->patience = watch != NULL ? watch->patience : 0;
    if (watch != NULL && watch->to > 0) {
        plan->watch_from = session->arena.base + watch->from;
        plan->watch_to = session->arena.base + watch->to;
    }
}

bool session_open(struct session *session, const struct session_plan *plan)
{
    *session = (struct session){.plan = plan, .past_break = UINT64_MAX};
    arena_open(&session->arena, plan->settings);
    layout_open(&session->layout, plan->trace->n_slots, plan->settings->max_bytes,
                plan->settings->alignment);
    placement_open(&session->placement, plan->settings);
    struct worker_plan worker_plan = {
        .library = plan->library,
        .m32 = plan->settings->abi == HEAP_ABI_M32,
        .heap_fd = session->arena.fd,
        .heap_base = session->arena.base,
        .heap_max_bytes = plan->settings->max_bytes,
        .n_slots = (uint32_t)plan->trace->n_slots,
        .call_seconds = plan->call_seconds,
        .total_seconds = plan->total_seconds,
        .output_bytes = plan->output_bytes,
        .echo_output = plan->echo_output,
        .storage_bytes = plan->watch == NULL ? plan->storage_bytes : 0,
    };
    plan_shadow(session, &worker_plan);
    worker_start(&session->worker, &worker_plan);
    worker_load(&session->worker, &session->news);
    session->functions = worker_functions(&session->worker);
    session->stack_low = session->worker.ring->stack_low;
    session->stack_high = session->worker.ring->stack_high;
    return session->news.event == WORKER_REPLIED && session->news.reply == RING_DONE;
}

void session_begin(struct session *session, enum heap_fresh fresh)
{
    arena_reset(&session->arena, fresh);
    layout_reset(&session->layout);
    worker_begin(&session->worker);
    session->n_sbrk = 0;
    session->past_break = UINT64_MAX;
}

bool session_is_past_break(struct session *session)
{
    if (session->past_break == UINT64_MAX) {
        session->past_break = arena_touched_past_break(&session->arena);
    }
    return session->past_break != UINT64_MAX;
}

/// The answer to mem_sbrk; false when the call must end here.
static bool serve_sbrk(struct session *session, struct worker_command *answer)
{
    uint64_t increment = session->news.value;
    if (session_is_past_break(session) && session->stop_past_break) {
        return false;
    }
    uint64_t old_break = session->arena.break_bytes;
    bool granted = arena_grow(&session->arena, increment);
    session->grown_bytes += granted ? increment : 0;
    session->n_sbrk += granted;
    session->refused_bytes = granted ? session->refused_bytes : increment;
    *answer = (struct worker_command){
        .command = granted ? RING_GRANT : RING_REFUSE,
        .pointer = session->arena.base + old_break,
        .size = session->arena.break_bytes,
    };
    return true;
}

bool session_call(struct session *session, const struct worker_command *command)
{
    struct worker_news *news = &session->news;
    session->grown_bytes = 0;
    session->refused_bytes = 0;
    worker_call(&session->worker, command, news);
    while (news->event == WORKER_REPLIED && news->reply == RING_SBRK) {
        struct worker_command answer;
        if (!serve_sbrk(session, &answer)) {
            return false;
        }
        worker_call(&session->worker, &answer, news);
    }
    return news->event == WORKER_REPLIED && news->reply == RING_DONE;
}

struct sighting session_sighting(const struct session *session, enum sighting_kind kind)
{
    return worker_sighting(&session->worker, kind);
}

struct sighting session_latest(const struct session *session, enum sighting_kind kind)
{
    return worker_latest(&session->worker, kind);
}

struct sighting session_ask(struct session *session, enum sighting_question question,
                            uint64_t address)
{
    struct worker_command command = {
        .command = RING_TRACE, .count = (uint32_t)question, .pointer = address};
    return session_call(session, &command) ? session_sighting(session, SIGHTING_TRACED)
                                           : (struct sighting){0};
}

bool session_init_is_fine(const struct session *session)
{
    switch (session->plan->contract->init) {
    case CONTRACT_BOOL:
        return (session->news.value & 0xff) != 0;
    case CONTRACT_VOID:
        return true;
    default:
        // An int fails with -1. A bool behind a macro may pass for an int, and leaves junk above
        // its byte: that is no small negative number.
        return (int32_t)session->news.value >= 0 || (int32_t)session->news.value < -255;
    }
}

bool session_checkheap_is_fine(const struct session *session)
{
    int32_t value = (int32_t)session->news.value;
    switch (session->plan->contract->checkheap) {
    case CONTRACT_BOOL:
        return (value & 0xff) != 0;
    case CONTRACT_INT:
        // Courses disagree whether 0 is good: a fresh heap is good by definition.
        return (value == 0) == (session->healthy == 0);
    default:
        return true;
    }
}

void session_stop(struct session *session)
{
    worker_stop(&session->worker);
}

void session_close(struct session *session)
{
    worker_close(&session->worker);
    placement_close(&session->placement);
    layout_close(&session->layout);
    arena_close(&session->arena);
}
