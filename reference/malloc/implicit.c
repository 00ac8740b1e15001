// SPDX-License-Identifier: MIT
// An implicit free list with boundary tags: the allocator of CS:APP, section 9.9.12.
//
// All blocks, free or not, lie side by side in address order; a block's size leads to the next
// one, so that no list is stored at all. The size stands at both ends of a block (the boundary
// tags of Knuth), so that a block finds the one before it, too.
//
//     one block                    bp, a multiple of ALIGNMENT
//                                  v
//              +-------------------+-----------------------+---------+-------------------+
//              | header            | payload               | padding | footer            |
//              +-------------------+-----------------------+---------+-------------------+
//              |<- TAG_BYTES = 4 ->|                                 |<- TAG_BYTES = 4 ->|
//              |<------------------------- size, a multiple of ALIGNMENT --------------->|
//
//     a tag     31                                         3   2   1   0
//              +---------------------------------------------+-----------+
//              | size, the low bits of which are always 0    | 0   0   a |   a = 1: allocated
//              +---------------------------------------------+-----------+
//
//     the heap   0          4          8          12         16
//               +----------+----------+----------+----------+----- - - ----+----------+
//               | unused   | prologue: 8 bytes,  | header   | blocks       | epilogue |
//               |          | header and footer   |          |              | 0 bytes  |
//               +----------+----------+----------+----------+----- - - ----+----------+
//                                     ^ first_bp                                      ^ break
//
// Prologue and epilogue are allocated for ever: merging needs no test for the ends of the heap.
//
// Policy: first fit from the heap's start; a block is split when what remains can be a block;
// neighbours merge at once when a block is freed; the heap grows by a page at least.
// Costs: mm_malloc walks all blocks, allocated ones as well, until one fits: O(blocks). mm_free
// is O(1). Eight bytes a block plus padding; the smallest block is 16 bytes.
#include "mm.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "memlib.h"

typedef uint32_t tag_t;

#define TAG_BYTES sizeof(tag_t)
#define OVERHEAD_BYTES (2 * TAG_BYTES) // header and footer
#define MIN_BLOCK_BYTES ((size_t)16)   // header, footer, and a payload; fits both alignments
#define FIRST_BYTES ((size_t)16)       // unused word, prologue, epilogue
#define CHUNK_BYTES ((size_t)4096)     // the heap grows by so much at least
#define MAX_REQUEST ((size_t)INT32_MAX - CHUNK_BYTES)

static char *first_bp; // the prologue, where every walk begins

bool mm_checkheap(int line);

// --- Tags -----------------------------------------------------------------------------------

static tag_t make_tag(size_t size, bool allocated)
{
    return (tag_t)size | (tag_t)allocated;
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

// Found through the header: set the header first.
static tag_t *footer(char *bp)
{
    return (tag_t *)(bp + block_size(bp) - OVERHEAD_BYTES);
}

static char *next_block(char *bp)
{
    return bp + block_size(bp);
}

// Found through the footer of the block before, which lies just below this block's header.
static char *previous_block(char *bp)
{
    tag_t previous_footer = *(tag_t *)(bp - OVERHEAD_BYTES);
    return bp - (previous_footer & ~(tag_t)7);
}

static void set_tags(char *bp, size_t size, bool allocated)
{
    *header(bp) = make_tag(size, allocated);
    *footer(bp) = make_tag(size, allocated);
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
    char *previous = previous_block(bp);
    char *next = next_block(bp);
    bool previous_allocated = is_allocated(previous);
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
    set_tags(bp, size, false);
    *header(next_block(bp)) = make_tag(0, true);
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
    set_tags(bp, size, true);
    char *remainder = next_block(bp);
    set_tags(remainder, rest, false);
    return remainder;
}

// The size of the block that a payload needs.
static size_t adjust_size(size_t payload)
{
    size_t size = (payload + OVERHEAD_BYTES + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    return size < MIN_BLOCK_BYTES ? MIN_BLOCK_BYTES : size;
}

// --- The interface --------------------------------------------------------------------------

int mm_init(void)
{
    char *start = mem_sbrk((ptrdiff_t)FIRST_BYTES);
    if (start == (void *)-1)
        return -1;
    *(tag_t *)start = 0;
    first_bp = start + OVERHEAD_BYTES;
    set_tags(first_bp, OVERHEAD_BYTES, true);
    *header(start + FIRST_BYTES) = make_tag(0, true);
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

// The rules for one block that is neither prologue nor epilogue.
static bool check_block(int line, char *bp, char *end)
{
    size_t size = block_size(bp);
    if (size < MIN_BLOCK_BYTES || size % ALIGNMENT != 0)
        return complain(line, bp, "its size is no possible size of a block");
    if (size > (size_t)(end - bp))
        return complain(line, bp, "reaches past the end of the heap");
    if (*header(bp) != *footer(bp))
        return complain(line, bp, "header and footer differ");
    if (!is_allocated(bp) && !is_allocated(next_block(bp)))
        return complain(line, bp, "free, and so is the next one: they should be one");
    return true;
}

bool mm_checkheap(int line)
{
    char *end = (char *)mem_heap_hi() + 1;
    if (first_bp != (char *)mem_heap_lo() + OVERHEAD_BYTES)
        return complain(line, first_bp, "the walk does not begin at the prologue");
    if (*header(first_bp) != make_tag(OVERHEAD_BYTES, true) ||
        *footer(first_bp) != make_tag(OVERHEAD_BYTES, true))
        return complain(line, first_bp, "the prologue was overwritten");

    char *bp = next_block(first_bp);
    for (; bp < end; bp = next_block(bp)) {
        if (!check_block(line, bp, end))
            return false;
    }
    if (*header(end) != make_tag(0, true))
        return complain(line, end, "the epilogue was overwritten");
    return true;
}
