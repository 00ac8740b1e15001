// SPDX-License-Identifier: MIT
// Next fit: the search goes on where the last one ended, at the block found then, and starts again
// at the heap's start when it has reached the end. Faster than first fit, since it does not walk
// over the leftovers at the start each time; it breaks up the large blocks at the end, too.
#include "fit.h"

static char *search(char *from, const char *to, size_t asize)
{
    for (char *bp = from; bp != to && GET_SIZE(HDRP(bp)) > 0; bp = NEXT_BLKP(bp)) {
        if (!GET_ALLOC(HDRP(bp)) && GET_SIZE(HDRP(bp)) >= asize)
            return bp;
    }
    return NULL;
}

void *find_fit(size_t asize)
{
    char *bp = search(rover, NULL, asize);
    if (bp == NULL)
        bp = search(heap_listp, rover, asize);
    if (bp != NULL)
        rover = bp;
    return bp;
}
