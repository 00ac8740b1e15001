// SPDX-License-Identifier: MIT
// Best fit: of all free blocks the smallest that is large enough; of equal ones the lowest. What is
// left over is as small as can be, so that large blocks last longest. Each search walks over all
// blocks, unless one fits exactly: O(blocks).
#include "fit.h"

void *find_fit(size_t asize)
{
    char *best = NULL;
    for (char *bp = heap_listp; GET_SIZE(HDRP(bp)) > 0; bp = NEXT_BLKP(bp)) {
        size_t size = GET_SIZE(HDRP(bp));
        if (GET_ALLOC(HDRP(bp)) || size < asize)
            continue;
        if (best == NULL || size < GET_SIZE(HDRP(best)))
            best = bp;
        if (size == asize)
            break;
    }
    return best;
}
