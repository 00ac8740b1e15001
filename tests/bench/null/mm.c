// SPDX-License-Identifier: MIT
// An allocator that does nothing: what is left of a timed pass over it is the replay loop.
#include "mm.h"
#include "memlib.h"

int mm_init(void)
{
    return mem_sbrk(4096) == (void *)-1 ? -1 : 0;
}

void *mm_malloc(size_t size)
{
    return (char *)mem_heap_lo() + (size & 0);
}

void mm_free(void *pointer)
{
    (void)pointer;
}

void *mm_realloc(void *pointer, size_t size)
{
    (void)size;
    return pointer;
}
