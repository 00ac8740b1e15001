// SPDX-License-Identifier: MIT
// memlib: the heap that a submission sees. Its size is the judge's to decide: mem_sbrk asks
// through the ring, unless the judge has granted bytes beforehand (the timed passes).
#include "harness/worker/memory.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/worker/cost.h"
#include "harness/worker/port.h"
#include "harness/worker/shadow.h"

#define PAGE_BYTES 4096

void mem_init(void);
void mem_deinit(void);
void *mem_sbrk(intptr_t increment);
void mem_reset_brk(void);
void *mem_heap_lo(void);
void *mem_heap_hi(void);
size_t mem_heapsize(void);
size_t mem_pagesize(void);

static struct ring *ring;
static char *heap;
static uint64_t max_bytes;
static uint64_t break_bytes;
static uint64_t granted_bytes;

bool memory_open(struct ring *shared)
{
    ring = shared;
    max_bytes = ring->heap_max_bytes;
    if (max_bytes == 0) {
        return true;
    }
    void *wanted = (void *)(uintptr_t)ring->heap_base;
    size_t length = (size_t)((max_bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES);
    heap = mmap(wanted, length, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED_NOREPLACE,
                RING_HEAP_FD, 0);
    close(RING_HEAP_FD);
    return heap == wanted;
}

void memory_reset(uint64_t grant_bytes)
{
    break_bytes = 0;
    granted_bytes = grant_bytes;
}

/// Asks the judge for `increment` more bytes; false when it refuses.
static bool ask_judge(uint64_t increment)
{
    port_reply(ring, RING_SBRK, increment);
    if (port_wait(ring) != RING_GRANT) {
        return false;
    }
    granted_bytes = ring->size;
    return true;
}

void *mem_sbrk(intptr_t increment)
{
    char *old_break = heap + break_bytes;
    // Also catches a negative int that a caller's own prototype has passed zero-extended. The judge
    // hears of a request that is too large all the same: it is the cause of what comes next.
    bool sensible = increment >= 0;
    if (sensible && break_bytes + (uint64_t)increment <= granted_bytes) {
        cost_grow(break_bytes, break_bytes + (uint64_t)increment);
        break_bytes += (uint64_t)increment;
        shadow_grow((uint64_t)increment, break_bytes, CALL_SITE_HERE);
        return old_break;
    }
    shadow_grow((uint64_t)increment, break_bytes, CALL_SITE_HERE);
    if (!sensible || max_bytes == 0 || !ask_judge((uint64_t)increment)) {
        errno = ENOMEM;
        return (void *)-1;
    }
    cost_grow(break_bytes, break_bytes + (uint64_t)increment);
    break_bytes += (uint64_t)increment;
    shadow_grow((uint64_t)increment, break_bytes, CALL_SITE_HERE);
    return old_break;
}

// A course's driver calls these three, not the submission. On an empty heap they change nothing.
void mem_reset_brk(void)
{
    if (break_bytes != 0) {
        port_reply(ring, RING_RESET, 0);
        port_wait(ring);
    }
}

void mem_init(void)
{
    mem_reset_brk();
}

void mem_deinit(void)
{
    mem_reset_brk();
}

void *mem_heap_lo(void)
{
    return heap;
}

void *mem_heap_hi(void)
{
    return heap + break_bytes - 1;
}

size_t mem_heapsize(void)
{
    return (size_t)break_bytes;
}

size_t mem_pagesize(void)
{
    return PAGE_BYTES;
}
