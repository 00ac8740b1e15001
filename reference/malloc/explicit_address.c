// SPDX-License-Identifier: MIT
// An explicit free list in address order: the blocks of implicit.c, but the free ones are linked
// (CS:APP, section 9.9.13). Compare with explicit_lifo.c, which only orders the list otherwise.
//
//     allocated    bp - 4      bp, a multiple of ALIGNMENT
//                  +-----------+-----------------------------------------------+-----------+
//                  | header    | payload                                       | footer    |
//                  +-----------+-----------------------------------------------+-----------+
//     free         +-----------+-----------+-----------+- - - - - - - - - - - -+-----------+
//                  | header    | next      | previous  |                       | footer    |
//                  +-----------+-----------+-----------+- - - - - - - - - - - -+-----------+
//                  |<- 4 bytes |<- 4       |<- 4                               |<- 4     ->|
//                  |<--------------------- size, a multiple of ALIGNMENT ----------------->|
//
//     a tag        31                                         3   2   1   0
//     (header,    +---------------------------------------------+-----------+
//     footer)     | size, the low bits of which are always 0    | 0   0   a |   a = 1: allocated
//                 +---------------------------------------------+-----------+
//
// Links lie where the payload was, so that the list costs allocated blocks nothing. They are
// offsets from the heap's start, 4 bytes each on every machine: header, two links and footer fit
// into the 16 bytes that are the smallest block anyway.
//
//     the heap     +----------+---------------------+----------------- - - - ---+----------+
//                  | unused   | prologue, 16 bytes  | blocks                    | epilogue |
//                  +----------+---------------------+----------------- - - - ---+----------+
//                                ^ list             ^ first header                         ^ break
//
// The list is a ring through the prologue, an allocated block that has links nevertheless. So
// each member has two neighbours, and neither linking nor unlinking has a special case:
//
//     +--> prologue <--> lowest <--> second lowest <--> ... <--> highest <--+
//     +---------------------------------------------------------------------+
//
// Policy: first fit, which in this order is the fit with the lowest address: the same blocks as
// with the implicit list. Neighbours merge at once when a block is freed; a block is split when
// what remains can be a block; the heap grows by a page at least. mm_realloc stays in place when
// the block, together with a free block behind it, is large enough.
// Costs: mm_malloc walks free blocks only, O(free blocks). Order costs nothing where a neighbour
// already has the right place in the list: a remainder takes that of the block it was cut from, a
// freed block that of a free neighbour with which it merges, and new memory is the highest of
// all. Only a freed block between two allocated ones must look for its place, from the front:
// mm_free is O(free blocks) then, and O(1) otherwise. Space: 8 bytes a block plus padding, as with
// the implicit list. What the order buys: requests are met low in the heap, what is high up stays
// whole, and so memory is less fragmented than in LIFO order.
#include "mm.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "memlib.h"

typedef uint32_t tag_t;

struct links { // at the start of a free block's payload: offsets from the heap's start
    uint32_t next;
    uint32_t previous;
};

#define TAG_BYTES sizeof(tag_t)
#define OVERHEAD_BYTES (2 * TAG_BYTES) // header and footer
#define MIN_BLOCK_BYTES (OVERHEAD_BYTES + sizeof(struct links))
#define LIST_OFFSET ((size_t)ALIGNMENT)             // of the prologue's payload
#define FIRST_BYTES (LIST_OFFSET + MIN_BLOCK_BYTES) // what lies below the first block's payload
#define CHUNK_BYTES ((size_t)4096)                  // the heap grows by so much at least
#define MAX_REQUEST ((size_t)INT32_MAX - CHUNK_BYTES)

static_assert(MIN_BLOCK_BYTES == 16, "the smallest block suits both alignments");

static char *list; // the prologue: the ring's fixed member, and where a walk over blocks begins

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

// --- The list -------------------------------------------------------------------------------

static struct links *links(char *bp)
{
    return (struct links *)bp;
}

static char *at_offset(uint32_t offset)
{
    return list - LIST_OFFSET + offset;
}

static uint32_t offset_of(char *bp)
{
    return (uint32_t)(bp - list + (ptrdiff_t)LIST_OFFSET);
}

static char *next_free(char *bp)
{
    return at_offset(links(bp)->next);
}

static char *previous_free(char *bp)
{
    return at_offset(links(bp)->previous);
}

static void link_pair(char *before, char *after)
{
    links(before)->next = offset_of(after);
    links(after)->previous = offset_of(before);
}

static void list_insert_after(char *before, char *bp)
{
    link_pair(bp, next_free(before));
    link_pair(before, bp);
}

// The walk behind O(free blocks): the member with the highest address below that of `bp`, or the
// prologue, which lies below all.
static char *list_place(char *bp)
{
    char *before = list;
    while (next_free(before) != list && next_free(before) < bp)
        before = next_free(before);
    return before;
}

static void list_remove(char *bp)
{
    link_pair(previous_free(bp), next_free(bp));
}

// `bp` takes the place of `old` in the list.
static void list_replace(char *old, char *bp)
{
    char *before = previous_free(old);
    char *after = next_free(old);
    link_pair(before, bp);
    link_pair(bp, after);
}

// --- The heap -------------------------------------------------------------------------------

// Makes [bp, bp + size) a free block, merged with its free neighbours:
//
//     before           after            the list
//     [a][ bp ][a]     [a][ bp ][a]     bp is inserted, once its place is found
//     [a][ bp ][ ]     [a][ bp    ]     the whole takes the place of the next block
//     [ ][ bp ][a]     [ bp    ][a]     the previous block, now larger, is where it was
//     [ ][ bp ][ ]     [ bp       ]     the same, and the next block is removed
static void free_and_merge(char *bp, size_t size)
{
    char *previous = previous_block(bp);
    char *next = bp + size;
    bool previous_allocated = is_allocated(previous);
    bool next_allocated = is_allocated(next);
    if (previous_allocated && next_allocated)
        list_insert_after(list_place(bp), bp);
    else if (previous_allocated)
        list_replace(next, bp);
    else if (!next_allocated)
        list_remove(next);

    if (!next_allocated)
        size += block_size(next);
    if (!previous_allocated) {
        size += block_size(previous);
        bp = previous;
    }
    set_tags(bp, size, false);
}

// Adds `size` bytes at the heap's end, merged with a free block before them; returns the free
// block, which is the list's last. The old epilogue becomes the new block's header.
static char *extend_heap(size_t size)
{
    char *bp = mem_sbrk((ptrdiff_t)size);
    if (bp == (void *)-1)
        return NULL;
    *header(bp + size) = make_tag(0, true);
    if (is_allocated(previous_block(bp))) {
        list_insert_after(previous_free(list), bp);
    } else {
        bp = previous_block(bp);
        size += block_size(bp);
    }
    set_tags(bp, size, false);
    return bp;
}

// The first block in the list of at least `size` bytes, the lowest one in the heap, or NULL.
static char *find_fit(size_t size)
{
    for (char *bp = next_free(list); bp != list; bp = next_free(bp)) {
        if (block_size(bp) >= size)
            return bp;
    }
    return NULL;
}

// Allocates the first `size` bytes of a free block. The rest, if it can be a block, stays free.
static void place(char *bp, size_t size)
{
    size_t rest = block_size(bp) - size;
    if (rest < MIN_BLOCK_BYTES) {
        list_remove(bp);
        set_tags(bp, block_size(bp), true);
        return;
    }
    list_replace(bp, bp + size);
    set_tags(bp, size, true);
    set_tags(bp + size, rest, false);
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
    list = start + LIST_OFFSET;
    set_tags(list, MIN_BLOCK_BYTES, true);
    link_pair(list, list);
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
    if (ptr != NULL)
        free_and_merge(ptr, block_size(ptr));
}

// Makes an allocated block `size` bytes large where it is: the free block behind it, if there is
// one, is taken in, and what is too much is freed. False if there is no room.
static bool resize_in_place(char *bp, size_t size)
{
    char *next = next_block(bp);
    size_t room = block_size(bp) + (is_allocated(next) ? 0 : block_size(next));
    if (room < size)
        return false;
    if (block_size(bp) < size) {
        list_remove(next);
        set_tags(bp, room, true);
    }
    size_t rest = block_size(bp) - size;
    if (rest >= MIN_BLOCK_BYTES) {
        set_tags(bp, size, true);
        free_and_merge(bp + size, rest);
    }
    return true;
}

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
    if (resize_in_place(ptr, adjust_size(payload)))
        return ptr;

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

// May a link hold this offset: the prologue's, or that of a place where a block can be?
static bool is_possible(uint32_t offset)
{
    return offset == LIST_OFFSET ||
           (offset % ALIGNMENT == 0 && offset >= FIRST_BYTES && offset < mem_heapsize());
}

// The links of one member of the ring: both lead back to it. (Offsets are compared, as a damaged
// one may be no address at all.)
static bool check_links(int line, char *bp)
{
    if (!is_possible(links(bp)->next) || !is_possible(links(bp)->previous))
        return complain(line, bp, "a link of it leads where no block can be");
    if (links(next_free(bp))->previous != offset_of(bp))
        return complain(line, bp, "the next one in the list does not lead back");
    if (links(previous_free(bp))->next != offset_of(bp))
        return complain(line, bp, "the previous one in the list does not lead here");
    return true;
}

bool mm_checkheap(int line)
{
    char *end = (char *)mem_heap_hi() + 1;
    if (list != (char *)mem_heap_lo() + LIST_OFFSET)
        return complain(line, list, "the list does not begin at the prologue");
    if (*header(list) != make_tag(MIN_BLOCK_BYTES, true) ||
        *(tag_t *)(list + sizeof(struct links)) != make_tag(MIN_BLOCK_BYTES, true))
        return complain(line, list, "the prologue was overwritten");
    if (!check_links(line, list))
        return false;

    // Heap and list have the same order: one walk over both sees that they agree, block by block.
    char *listed = next_free(list);
    for (char *bp = next_block(list); bp < end; bp = next_block(bp)) {
        if (!check_block(line, bp, end))
            return false;
        if (is_allocated(bp))
            continue;
        if (bp != listed)
            return complain(line, bp, "the lowest free block that the list has not named yet");
        if (!check_links(line, bp))
            return false;
        listed = next_free(bp);
    }
    if (*header(end) != make_tag(0, true))
        return complain(line, end, "the epilogue was overwritten");
    if (listed != list)
        return complain(line, listed, "in the list, but no free block above the ones before it");
    return true;
}
