// SPDX-License-Identifier: MIT
// Ties a submission to the core: it is included, so that static functions are seen, and each
// function that it defines gets the name under which the core calls it. The `&` makes a function
// that is not there after all an error instead of an implicit declaration.
#include "mmgrade_parts.h"

#include <stddef.h>

#include MMGRADE_ENTRY

#ifdef MMGRADE_HAS_find_fit
void *mmgrade_find_fit(size_t asize)
{
    return (&find_fit)(asize);
}
#endif

#ifdef MMGRADE_HAS_place
void mmgrade_place(void *bp, size_t asize)
{
    (&place)(bp, asize);
}
#endif

#ifdef MMGRADE_HAS_coalesce
void *mmgrade_coalesce(void *bp)
{
    return (&coalesce)(bp);
}
#endif

#ifdef MMGRADE_HAS_extend_heap
void *mmgrade_extend_heap(size_t words)
{
    return (&extend_heap)(words);
}
#endif
