// SPDX-License-Identifier: MIT
// Placing at the block's start; the rest becomes a block of its own when it is large enough to be
// one: a header, a footer and a payload.
#include "fit.h"

void place(void *bp, size_t asize)
{
    size_t rest = GET_SIZE(HDRP(bp)) - asize;
    if (rest < 2 * DSIZE) {
        asize += rest;
        rest = 0;
    }
    PUT(HDRP(bp), PACK(asize, 1));
    PUT(FTRP(bp), PACK(asize, 1));
    if (rest > 0) {
        bp = NEXT_BLKP(bp);
        PUT(HDRP(bp), PACK(rest, 0));
        PUT(FTRP(bp), PACK(rest, 0));
    }
}
