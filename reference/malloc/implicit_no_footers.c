// SPDX-License-Identifier: MIT
// An implicit free list whose allocated blocks have no footer (CS:APP, end of section 9.9.11,
// practice problem 9.7 and homework problem 9.18).
//
// All blocks, free or not, lie side by side in address order; a block's size leads to the next
// one, so that no list is stored at all. The way back is needed only for merging, that is, only
// to a free block: so a free block alone says its size at its end, too, and each header says
// whether there is such a footer before it.
//
//     allocated    bp - 4              bp, a multiple of ALIGNMENT
//                  v                   v
//                  +-------------------+-----------------------+-----------------------------+
//                  | header            | payload               | padding                     |
//                  +-------------------+-----------------------+-----------------------------+
//     free         +-------------------+-------------------------------+---------------------+
//                  | header            | anything                      | footer              |
//                  +-------------------+-------------------------------+---------------------+
//                  |<- TAG_BYTES = 4 ->|                               |<-  TAG_BYTES = 4  ->|
//                  |<-------------------- size, a multiple of ALIGNMENT -------------------->|
//
//     a tag     31                                         3   2   1   0
//              +---------------------------------------------+-----------+
//              | size, the low bits of which are always 0    | 0   p   a |
//              +---------------------------------------------+-----------+
//              a = 1: this block is allocated; p = 1: the block before it is allocated.
//              The footer is a copy of the header.
//
//     the heap   0                ALIGNMENT - 4   ALIGNMENT
//               +----------------+---------------+----- - - - ------+----------+
//               | unused         | header, p = 1 | blocks           | epilogue |
//               |                |               |                  | 0 bytes  |
//               +----------------+---------------+----- - - - ------+----------+
//                                                ^ first_bp                    ^ break
//
// The first header's p and the allocated epilogue spare merging a test for the ends of the heap;
// with p there is no need of a prologue.
//
// Policy: first fit from the heap's start; a block is split when what remains can be a block;
// neighbours merge at once when a block is freed; the heap grows by a page at least. All as in
// implicit.c: `diff` shows what the footers cost.
// Costs: mm_malloc walks all blocks, allocated ones as well, until one fits: O(blocks). mm_free
// is O(1), and touches the next block's header each time. Four bytes a block plus padding; the
// smallest block is ALIGNMENT bytes, which hold a payload of ALIGNMENT - 4.
#include "mm.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "memlib.h"

typedef uint32_t tag_t;

#define TAG_BYTES sizeof(tag_t)
#define OVERHEAD_BYTES TAG_BYTES            // of an allocated block: its header
#define MIN_BLOCK_BYTES ((size_t)ALIGNMENT) // room for header and footer of a free block
#define FIRST_BYTES ((size_t)ALIGNMENT)     // so that the first payload is aligned
#define CHUNK_BYTES ((size_t)4096)          // the heap grows by so much at least
#define MAX_REQUEST ((size_t)INT32_MAX - CHUNK_BYTES)

static char *first_bp; // the first block, where every walk begins

bool mm_checkheap(int line);

// --- Tags -----------------------------------------------------------------------------------

static tag_t make_tag(size_t size, bool previous_allocated, bool allocated)
{
    return (tag_t)size | (tag_t)previous_allocated << 1 | (tag_t)allocated;
}

static tag_t *header(char *bp)
{
    return (tag_t *)(bp - TAG_BYTES);
}

static size_t block_size(char *bp)
{
    return *header(bp) & ~(tag_t)7;
}

static bool is_allocated(char *bp)
{
    return *header(bp) & 1;
}

static bool previous_is_allocated(char *bp)
{
    return *header(bp) >> 1 & 1;
}

// Of a free block; an allocated one has payload there. Found through the header: set the header
// first.
static tag_t *footer(char *bp)
{
    return (tag_t *)(bp + block_size(bp) - 2 * TAG_BYTES);
}

static char *next_block(char *bp)
{
    return bp + block_size(bp);
}

// Only when the block before is free: found through its footer, which lies just below this
// block's header.
static char *previous_block(char *bp)
{
    tag_t previous_footer = *(tag_t *)(bp - 2 * TAG_BYTES);
    return bp - (previous_footer & ~(tag_t)7);
}

// What a block's header says of the block before it stays; the next block, whose header must be
// there already, is told of this one.
static void set_tags(char *bp, size_t size, bool allocated)
{
    *header(bp) = make_tag(size, previous_is_allocated(bp), allocated);
    if (!allocated)
        *footer(bp) = *header(bp);
    char *next = next_block(bp);
    *header(next) = make_tag(block_size(next), allocated, is_allocated(next));
}

// --- The heap -------------------------------------------------------------------------------

// Merges a free block with its free neighbours; returns the merged block. Four cases:
//
//     before       after          previous, next
//     [a][bp][a]   [a][bp][a]     both allocated
//     [a][bp][ ]   [a][bp   ]     next is free
//     [ ][bp][a]   [bp   ][a]     previous is free
//     [ ][bp][ ]   [bp      ]     both are free
static char *coalesce(char *bp)
{
    bool previous_allocated = previous_is_allocated(bp);
    char *previous = previous_allocated ? NULL : previous_block(bp);
    char *next = next_block(bp);
    bool next_allocated = is_allocated(next);
    size_t size = block_size(bp);

    if (previous_allocated && next_allocated)
        return bp;
    if (previous_allocated) {
        size += block_size(next);
    } else if (next_allocated) {
        size += block_size(previous);
        bp = previous;
    } else {
        size += block_size(previous) + block_size(next);
        bp = previous;
    }
    set_tags(bp, size, false);
    return bp;
}

// Adds a free block of `size` bytes at the heap's end and merges it with a free one before it.
// The old epilogue becomes the new block's header: the old break is its bp.
static char *extend_heap(size_t size)
{
    char *bp = mem_sbrk((ptrdiff_t)size);
    if (bp == (void *)-1)
        return NULL;
    *header(bp + size) = make_tag(0, false, true);
    set_tags(bp, size, false);
    return coalesce(bp);
}

// The first free block of at least `size` bytes, or NULL.
static char *find_fit(size_t size)
{
    for (char *bp = first_bp; block_size(bp) > 0; bp = next_block(bp)) {
        if (!is_allocated(bp) && block_size(bp) >= size)
            return bp;
    }
    return NULL;
}

// Makes the first `size` bytes of a block an allocated block; the rest, if it is large enough to
// be a block, is returned as a free one, not yet merged. Otherwise NULL.
static char *place(char *bp, size_t size)
{
    size_t rest = block_size(bp) - size;
    if (rest < MIN_BLOCK_BYTES) {
        set_tags(bp, block_size(bp), true);
        return NULL;
    }
    char *remainder = bp + size;
    *header(remainder) = make_tag(rest, true, false);
    set_tags(remainder, rest, false);
    set_tags(bp, size, true);
    return remainder;
}

// The size of the block that a payload needs: MIN_BLOCK_BYTES at least, since it is rounded up.
static size_t adjust_size(size_t payload)
{
    return (payload + OVERHEAD_BYTES + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

// --- The interface --------------------------------------------------------------------------

int mm_init(void)
{
    char *start = mem_sbrk((ptrdiff_t)FIRST_BYTES);
    if (start == (void *)-1)
        return -1;
    first_bp = start + FIRST_BYTES;
    *header(first_bp) = make_tag(0, true, true);
    return extend_heap(CHUNK_BYTES) == NULL ? -1 : 0;
}

void *mm_malloc(size_t payload)
{
    if (payload == 0 || payload > MAX_REQUEST)
        return NULL;
    size_t size = adjust_size(payload);
    char *bp = find_fit(size);
    if (bp == NULL)
        bp = extend_heap(size > CHUNK_BYTES ? size : CHUNK_BYTES);
    if (bp == NULL)
        return NULL;
    place(bp, size);
    return bp;
}

void mm_free(void *ptr)
{
    if (ptr == NULL)
        return;
    set_tags(ptr, block_size(ptr), false);
    coalesce(ptr);
}

// Stays in place when the block, together with a free block behind it, is large enough.
void *mm_realloc(void *ptr, size_t payload)
{
    if (ptr == NULL)
        return mm_malloc(payload);
    if (payload == 0) {
        mm_free(ptr);
        return NULL;
    }
    if (payload > MAX_REQUEST)
        return NULL;

    size_t size = adjust_size(payload);
    char *next = next_block(ptr);
    size_t room = block_size(ptr) + (is_allocated(next) ? 0 : block_size(next));
    if (size <= room) {
        if (size > block_size(ptr))
            set_tags(ptr, room, true);
        char *remainder = place(ptr, size);
        if (remainder != NULL)
            coalesce(remainder);
        return ptr;
    }

    void *moved = mm_malloc(payload);
    if (moved == NULL)
        return NULL;
    memcpy(moved, ptr, block_size(ptr) - OVERHEAD_BYTES);
    mm_free(ptr);
    return moved;
}

void *mm_calloc(size_t count, size_t size)
{
    if (size != 0 && count > SIZE_MAX / size)
        return NULL;
    void *ptr = mm_malloc(count * size);
    if (ptr != NULL)
        memset(ptr, 0, count * size);
    return ptr;
}

// --- The check ------------------------------------------------------------------------------

static bool complain(int line, char *bp, const char *what)
{
    size_t offset = (size_t)(bp - (char *)mem_heap_lo());
    printf("mm_checkheap, line %d: block at heap+0x%zx: %s\n", line, offset, what);
    return false;
}

// The rules for one block, given what the block before it is. An allocated block says its size but
// once: a wrong size that happens to lead to another block's header goes unnoticed.
static bool check_block(int line, char *bp, char *end, bool previous_allocated)
{
    size_t size = block_size(bp);
    if (size < MIN_BLOCK_BYTES || size % ALIGNMENT != 0)
        return complain(line, bp, "its size is no possible size of a block");
    if (size > (size_t)(end - bp))
        return complain(line, bp, "reaches past the end of the heap");
    if (previous_is_allocated(bp) != previous_allocated)
        return complain(line, bp, "is wrong about the block before it");
    if (*header(bp) != make_tag(size, previous_allocated, is_allocated(bp)))
        return complain(line, bp, "its header has a bit set that none can have");
    if (is_allocated(bp))
        return true;
    if (*header(bp) != *footer(bp))
        return complain(line, bp, "header and footer differ");
    if (!is_allocated(next_block(bp)))
        return complain(line, bp, "free, and so is the next one: they should be one");
    return true;
}

bool mm_checkheap(int line)
{
    char *end = (char *)mem_heap_hi() + 1;
    if (first_bp != (char *)mem_heap_lo() + FIRST_BYTES)
        return complain(line, first_bp, "the walk does not begin at the first block");

    bool previous_allocated = true;
    char *bp = first_bp;
    for (; bp < end; bp = next_block(bp)) {
        if (!check_block(line, bp, end, previous_allocated))
            return false;
        previous_allocated = is_allocated(bp);
    }
    if (*header(end) != make_tag(0, previous_allocated, true))
        return complain(line, end,
                        "the epilogue was overwritten, or is wrong about the last block");
    return true;
}
