// SPDX-License-Identifier: MIT
// mmgrade-worker: runs one submission over one trace, one command at a time. Not trusted: nothing
// here is a result, only what the judge sees from outside is. Started by the judge alone, with the
// ring and the heap as descriptors RING_FD and RING_HEAP_FD:  mmgrade-worker SUBMISSION.so
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "harness/worker/cost.h"
#include "harness/worker/crash.h"
#include "harness/worker/memory.h"
#include "harness/worker/modules.h"
#include "harness/worker/port.h"
#include "harness/worker/replay.h"
#include "harness/worker/shadow.h"
#include "harness/worker/submission.h"
#include "harness/worker/territory.h"

static void load(struct submission *submission, const char *path, struct ring *ring)
{
    // Unbuffered: the last line before a crash is the one that the student needs.
    setvbuf(stdout, NULL, _IONBF, 0);
    const char *reason = NULL;
    if (!memory_open(ring)) {
        reason = "the worker could not map the heap at its address";
    } else if (!crash_open(ring) || !replay_open(ring->n_slots) || !shadow_open(ring)) {
        reason = "the worker could not prepare itself";
    } else {
        territory_open(ring, path);
        reason = submission_load(submission, path, ring);
        territory_find_module();
    }
    if (reason != NULL) {
        strncpy(ring->text, reason, RING_TEXT_BYTES - 1);
    }
    port_reply(ring, reason == NULL ? RING_DONE : RING_LOAD_FAILED, 0);
}

static uint64_t init(const struct submission *submission, const struct ring *ring)
{
    memory_reset(ring->size);
    replay_reset();
    return (uint64_t)(int64_t)submission->init();
}

/// One call of the submission; the pointer or number that it gave.
static __attribute__((noinline)) uint64_t
call(enum ring_command command, const struct submission *submission, struct ring *ring)
{
    TERRITORY_GUARD_STACK();
    void *pointer = (void *)(uintptr_t)ring->pointer;
    size_t size = (size_t)ring->size;
    switch (command) {
    case RING_INIT:
        return init(submission, ring);
    case RING_ALLOC:
        return (uint64_t)(uintptr_t)submission->malloc(size);
    case RING_FREE:
        submission->free(pointer);
        return 0;
    case RING_REALLOC:
        return (uint64_t)(uintptr_t)submission->realloc(pointer, size);
    case RING_CHECKHEAP:
        return (uint64_t)(int64_t)submission->checkheap(0);
    case RING_SLICE_RUN:
        replay_slice(submission, ring, ring->count);
        return 0;
    case RING_COST_OPEN:
        return cost_open(ring);
    case RING_COST_RUN:
        cost_run(submission, ring, ring->count);
        return 0;
    case RING_CALL:
        modules_call(ring);
        return 0;
    default:
        return 0;
    }
}

static uint64_t serve(enum ring_command command, const struct submission *submission,
                      struct ring *ring)
{
    if (command == RING_TRACE) {
        shadow_trace();
        return 0;
    }
    uint64_t size = ring->size; // an answer to mem_sbrk overwrites it
    shadow_begin(command, ring->pointer);
    uint64_t result = call(command, submission, ring);
    shadow_end(command, size, result);
    return result;
}

int main(int argc, char **argv)
{
    struct ring *ring = argc == 2 ? port_open() : NULL;
    if (ring == NULL) {
        fputs("mmgrade-worker is started by mmgrade; it does nothing by itself\n", stderr);
        return 2;
    }
    struct submission submission = {0};
    for (;;) {
        enum ring_command command = port_wait(ring);
        if (command == RING_LOAD) {
            load(&submission, argv[1], ring);
        } else {
            port_reply(ring, RING_DONE, serve(command, &submission, ring));
        }
    }
}
