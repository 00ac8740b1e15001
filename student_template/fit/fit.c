// SPDX-License-Identifier: MIT
// Where you begin: correct, but find_fit finds nothing, so that the heap grows with each request,
// and place gives every request the whole block.
#include "fit.h"

static void *find_fit(size_t asize)
{
    (void)asize; // Walk the blocks from heap_listp on; take a free one that is large enough.
    return NULL;
}

static void place(void *bp, size_t asize)
{
    (void)asize; // Split the block when what remains is at least 2 * DSIZE bytes.
    size_t size = GET_SIZE(HDRP(bp));
    PUT(HDRP(bp), PACK(size, 1));
    PUT(FTRP(bp), PACK(size, 1));
}
