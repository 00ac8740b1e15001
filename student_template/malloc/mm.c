// SPDX-License-Identifier: MIT
// Where you begin: an allocator that is correct, simple and wasteful.
//
// A block is cut from the end of the heap and never used again after it is freed:
//
//     |<- HEADER_BYTES ->|<----- size, rounded up to ALIGNMENT ----->|
//     +------------------+-------------------------------------------+----
//     | size             | payload                                   | next block ...
//     +------------------+-------------------------------------------+----
//                        ^ the pointer that mm_malloc returns, a multiple of ALIGNMENT
//
// `make grade` shows what that costs: every trace is correct or runs out of heap, and the
// utilization is poor. A way on:
//   1. Let mm_free mark a block as free, and let mm_malloc walk the blocks and take the first
//      free one that is large enough (an implicit free list). It must know where the last one
//      ends.
//   2. Split a block that is much too large. Merge neighbours that are both free: with a copy of
//      the size at each block's end, a block finds the one before it.
//   3. Write mm_checkheap as you go: each rule that your blocks obey is one `if` in it.
//   4. Walk only the free blocks (an explicit list), then keep a list for each range of sizes.
//   5. Let mm_realloc grow in place when the next block is free or the block is the last.
// Then replace this comment by one about your own allocator: how a block looks, which fit you
// take and why, what each function costs.
#include "mm.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "config.h"
#include "memlib.h"

#define HEADER_BYTES ((size_t)ALIGNMENT)

static size_t round_up(size_t size)
{
    return (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

// The size word of the block whose payload starts at ptr.
static size_t *size_of(void *ptr)
{
    return (size_t *)((char *)ptr - HEADER_BYTES);
}

int mm_init(void)
{
    return 0; // Nothing to prepare yet. Set all your global variables here.
}

void *mm_malloc(size_t size)
{
    if (size == 0 || size > PTRDIFF_MAX / 2)
        return NULL;
    char *block = mem_sbrk((ptrdiff_t)(HEADER_BYTES + round_up(size)));
    if (block == (void *)-1)
        return NULL;
    void *payload = block + HEADER_BYTES;
    *size_of(payload) = round_up(size);
    return payload;
}

void mm_free(void *ptr)
{
    (void)ptr; // The block is lost for good. This is where you begin.
}

void *mm_realloc(void *ptr, size_t size)
{
    if (ptr == NULL)
        return mm_malloc(size);
    if (size == 0) {
        mm_free(ptr);
        return NULL;
    }
    size_t old_size = *size_of(ptr);
    if (size <= old_size)
        return ptr;
    void *grown = mm_malloc(size);
    if (grown == NULL)
        return NULL;
    memcpy(grown, ptr, old_size);
    mm_free(ptr);
    return grown;
}

void *mm_calloc(size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    void *ptr = mm_malloc(count * size);
    if (ptr != NULL)
        memset(ptr, 0, count * size);
    return ptr;
}

bool mm_checkheap(int line)
{
    (void)line; // No rules yet. Print the first one that is broken, with `line`, and return false.
    return true;
}
