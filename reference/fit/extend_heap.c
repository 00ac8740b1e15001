// SPDX-License-Identifier: MIT
// Growing the heap: the old epilogue's header becomes the new block's, so that the old break is its
// bp; an epilogue comes behind it.
#include "fit.h"

void *extend_heap(size_t words)
{
    size_t size = (words + words % 2) * WSIZE;
    char *bp = mem_sbrk((ptrdiff_t)size);
    if (bp == (void *)-1)
        return NULL;
    PUT(HDRP(bp), PACK(size, 0));
    PUT(FTRP(bp), PACK(size, 0));
    PUT(HDRP(NEXT_BLKP(bp)), PACK(0, 1));
    return coalesce(bp);
}
