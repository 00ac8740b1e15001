// SPDX-License-Identifier: MIT
// First fit: the lowest free block that is large enough. Large blocks at the heap's end stay whole,
// small leftovers collect at its start, and every search walks over them: O(blocks).
#include "fit.h"

void *find_fit(size_t asize)
{
    for (char *bp = heap_listp; GET_SIZE(HDRP(bp)) > 0; bp = NEXT_BLKP(bp)) {
        if (!GET_ALLOC(HDRP(bp)) && GET_SIZE(HDRP(bp)) >= asize)
            return bp;
    }
    return NULL;
}
