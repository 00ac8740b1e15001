// SPDX-License-Identifier: MIT
// memlib.h over one static array, without any code of the harness. Under AddressSanitizer no byte
// past the break may be touched. What mem_sbrk gives out holds junk, as it does when graded; in
// every second heap that is what the heap before has left there: old headers and links.
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "memlib.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(start, n_bytes) ((void)(start), (void)(n_bytes))
#define ASAN_UNPOISON_MEMORY_REGION(start, n_bytes) ((void)(start), (void)(n_bytes))
#endif

#define HEAP_BYTES ((size_t)200 << 20)

static _Alignas(4096) char heap[HEAP_BYTES];
static size_t heap_used;
static bool keeps_contents = true; // until mem_reset_brk turns it

void mem_init(void)
{
    mem_reset_brk();
}

void mem_deinit(void)
{
    mem_reset_brk();
}

void mem_reset_brk(void)
{
    heap_used = 0;
    keeps_contents = !keeps_contents;
    ASAN_POISON_MEMORY_REGION(heap, HEAP_BYTES);
}

void *mem_sbrk(ptrdiff_t incr)
{
    if (incr < 0 || (size_t)incr > HEAP_BYTES - heap_used) {
        errno = ENOMEM;
        return (void *)-1;
    }
    char *old_break = heap + heap_used;
    ASAN_UNPOISON_MEMORY_REGION(old_break, (size_t)incr);
    if (!keeps_contents)
        memset(old_break, 0xa5, (size_t)incr);
    heap_used += (size_t)incr;
    return old_break;
}

void *mem_heap_lo(void)
{
    return heap;
}

void *mem_heap_hi(void)
{
    return heap + heap_used - 1;
}

size_t mem_heapsize(void)
{
    return heap_used;
}

size_t mem_pagesize(void)
{
    return 4096;
}
