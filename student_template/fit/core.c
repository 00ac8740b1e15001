// SPDX-License-Identifier: MIT
// The allocator around find_fit, place, coalesce and extend_heap: what calls them, and when. The
// block format is drawn in fit.h. This file is not handed in; changes to it have no effect.
#include "mm.h"

#include <stdio.h>
#include <string.h>

#include "fit.h"

#define MAX_REQUEST ((size_t)INT32_MAX - CHUNKSIZE)

char *heap_listp;
char *rover;

int mm_init(void)
{
    char *start = mem_sbrk(4 * WSIZE);
    if (start == (void *)-1)
        return -1;
    PUT(start, 0);
    PUT(start + WSIZE, PACK(DSIZE, 1));
    PUT(start + 2 * WSIZE, PACK(DSIZE, 1));
    PUT(start + 3 * WSIZE, PACK(0, 1));
    heap_listp = start + 2 * WSIZE;
    rover = heap_listp;
    return extend_heap(CHUNKSIZE / WSIZE) == NULL ? -1 : 0;
}

// The size of the block that a payload needs.
static size_t adjust_size(size_t payload)
{
    size_t size = (payload + DSIZE + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return MAX(size, 2 * DSIZE);
}

void *mm_malloc(size_t size)
{
    if (size == 0 || size > MAX_REQUEST)
        return NULL;
    size_t asize = adjust_size(size);
    void *bp = find_fit(asize);
    if (bp == NULL)
        bp = extend_heap(MAX(asize, CHUNKSIZE) / WSIZE);
    if (bp == NULL)
        return NULL;
    place(bp, asize);
    return bp;
}

void mm_free(void *ptr)
{
    if (ptr == NULL)
        return;
    size_t size = GET_SIZE(HDRP(ptr));
    PUT(HDRP(ptr), PACK(size, 0));
    PUT(FTRP(ptr), PACK(size, 0));
    coalesce(ptr);
}

// Always moves: the new block is found before the old one is freed.
void *mm_realloc(void *ptr, size_t size)
{
    if (ptr == NULL)
        return mm_malloc(size);
    if (size == 0) {
        mm_free(ptr);
        return NULL;
    }
    void *moved = mm_malloc(size);
    if (moved == NULL)
        return NULL;
    size_t old_size = GET_SIZE(HDRP(ptr)) - DSIZE;
    memcpy(moved, ptr, old_size < size ? old_size : size);
    mm_free(ptr);
    return moved;
}

void fit_show(void)
{
    char *low = mem_heap_lo();
    for (char *bp = heap_listp; GET_SIZE(HDRP(bp)) > 0; bp = NEXT_BLKP(bp)) {
        printf("heap+0x%zx  %6u bytes  %s%s\n", (size_t)(bp - low), GET_SIZE(HDRP(bp)),
               GET_ALLOC(HDRP(bp)) ? "allocated" : "free",
               GET(HDRP(bp)) == GET(FTRP(bp)) ? "" : "  header and footer differ");
    }
}
