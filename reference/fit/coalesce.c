// SPDX-License-Identifier: MIT
// Coalescing with boundary tags, in constant time:
//
//     before       after          previous, next
//     [a][bp][a]   [a][bp][a]     both allocated
//     [a][bp][ ]   [a][bp   ]     next is free
//     [ ][bp][a]   [bp   ][a]     previous is free
//     [ ][bp][ ]   [bp      ]     both are free
#include "fit.h"

void *coalesce(void *bp)
{
    char *start = bp;
    char *end = NEXT_BLKP(bp);
    if (!GET_ALLOC(HDRP(end)))
        end = NEXT_BLKP(end);
    if (!GET_ALLOC(start - DSIZE)) // the footer of the block before
        start = PREV_BLKP(start);
    PUT(HDRP(start), PACK(end - start, 0));
    PUT(FTRP(start), PACK(end - start, 0));
    if (rover > start && rover < end)
        rover = start; // it pointed to a block that is no more
    return start;
}
