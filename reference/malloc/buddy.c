// SPDX-License-Identifier: MIT
// The binary buddy system (CS:APP, section 9.9.14): every block's size is a power of two, and its
// distance from the base of the heap is a multiple of its size. So a block of size 2^k was once
// one half of a block of size 2^(k+1); the other half is its buddy. The distances of the two
// differ in one bit, bit k, and that is all it takes to find it:
//
//     base    32      64      96      128                     distance & size = 0: the lower half
//     +-------+-------+-------+-------+- - -                  96       0 1 1 0 0 0 0 0
//     |      64       |  32   |  32   |                       size 32  0 0 1 0 0 0 0 0
//     +-------+-------+-------+-------+- - -                  96 ^ 32  0 1 0 0 0 0 0 0   is 64
//
//     allocated    bp - 4                bp, a multiple of ALIGNMENT
//                  +---------------------+-----------------------------------------------+
//                  | header              | payload                                       |
//                  +---------------------+-----------------------------------------------+
//     free         +---------------------+---------+----------+--------------------------+
//                  | header              | next    | previous |                          |
//                  +---------------------+---------+----------+--------------------------+
//                  |<----- 4 bytes ----->|<- 4 bytes each --->|
//                  |<------------------- size, a power of two from 16 on --------------->|
//
//     a header     31                                             1   0
//                  +---------------------------------------------+-------+
//                  | size, one bit of these                      | 0 ... | a = 1: allocated
//                  +---------------------------------------------+-------+
//
//     the heap     +---------+-----------------------------------+
//                  | arena   | blocks                            |    no footers, no epilogue
//                  +---------+-----------------------------------+
//                            ^ base                              ^ break
//
// Links are offsets from the heap's start, 4 bytes each on every machine. There is a list for
// each power of two; a bit map says which lists are not empty.
//
// Policy: a request takes the first block of the lowest list that has blocks large enough. It is
// halved until it fits; lower halves are used, upper halves freed. A freed block merges with its
// buddy for as long as that is free and whole, and goes to the front of its list: neighbours that
// are not buddies never merge.
// Growth: a heap that doubled would be half empty most of the time. This one ends anywhere, at a
// multiple of CHUNK_BYTES; a block whose buddy would lie past the end does not merge for now. For
// a block of size 2^k that does not exist, the heap grows to the next multiple of 2^k (but not if
// the free blocks at its end already reach back to one), and by 2^k from there.
// mm_realloc stays in place while upper halves can be given back, or taken in because the block
// is the lower one and its buddy is free.
// Costs: malloc and free take O(log(heap size)) steps at most, mostly one or two. Space: with its
// header a payload is rounded up to a power of two; of sizes spread evenly, a quarter of the heap
// is lost that way, and a request for exactly 2^k bytes takes 2^(k+1). The classic trace random-bal
// does not fit into 20 MiB for that reason: its 14.9 MiB of payload, rounded up, are 19.95 MiB of
// blocks, and no growth policy finds 0.05 MiB enough for all that lies free between them.
#include "mm.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "memlib.h"

#define HEADER_BYTES sizeof(uint32_t)
#define MIN_BLOCK_BYTES ((size_t)16)
#define MAX_BLOCK_BYTES ((size_t)1 << 30)
#define MAX_REQUEST (MAX_BLOCK_BYTES - HEADER_BYTES)
#define CHUNK_BYTES ((size_t)4096) // the heap grows by so much at least
#define N_ORDERS 31                // the powers of two that a size can be: those up to 2^30

enum { ALLOCATED = 1 };

struct arena {
    uint32_t heads[N_ORDERS]; // offset of the first free block of size 2^k, 0 if there is none
    uint32_t map;             // bit k: list k is not empty
};

// Arena and the first block's header, so that the first payload is aligned.
#define FIRST_BYTES ((sizeof(struct arena) + HEADER_BYTES + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT)
#define ARENA_BYTES (FIRST_BYTES - HEADER_BYTES)

struct links { // at the start of a free block's payload
    uint32_t next;
    uint32_t previous;
};

static struct arena *arena; // at the heap's start

bool mm_checkheap(int line);

// --- Blocks ---------------------------------------------------------------------------------

static uint32_t *header(char *bp)
{
    return (uint32_t *)(bp - HEADER_BYTES);
}

static size_t block_size(char *bp)
{
    return *header(bp) & ~(uint32_t)ALLOCATED;
}

static bool is_allocated(char *bp)
{
    return *header(bp) & ALLOCATED;
}

static struct links *links(char *bp)
{
    return (struct links *)bp;
}

static char *at_offset(uint32_t offset)
{
    return (char *)arena + offset;
}

static uint32_t offset_of(char *bp)
{
    return (uint32_t)(bp - (char *)arena);
}

// A block's distance from the base, which is what its buddy's differs from in one bit. (Both
// are measured between payloads, so that the headers' 4 bytes cancel out.)
static size_t distance(char *bp)
{
    return (size_t)(bp - (char *)arena) - FIRST_BYTES;
}

static char *at_distance(size_t distance)
{
    return (char *)arena + FIRST_BYTES + distance;
}

// Bytes that all blocks have together: the distance at which the next block would lie.
static size_t end_distance(void)
{
    return mem_heapsize() - ARENA_BYTES;
}

// Is there a free block of exactly this size at this distance, where some block starts?
static bool is_free_and_whole(size_t distance, size_t size)
{
    return distance < end_distance() && *header(at_distance(distance)) == size;
}

static size_t adjust_size(size_t payload)
{
    size_t size = MIN_BLOCK_BYTES;
    while (size < payload + HEADER_BYTES)
        size *= 2;
    return size;
}

// --- The lists ------------------------------------------------------------------------------

// The k of a size 2^k.
static unsigned order_of(size_t size)
{
    return (unsigned)__builtin_ctz((unsigned)size);
}

// Makes [bp, bp + size) a free block, the first of its list.
static void list_insert(char *bp, size_t size)
{
    unsigned order = order_of(size);
    uint32_t first = arena->heads[order];
    *header(bp) = (uint32_t)size;
    links(bp)->next = first;
    links(bp)->previous = 0;
    if (first != 0)
        links(at_offset(first))->previous = offset_of(bp);
    arena->heads[order] = offset_of(bp);
    arena->map |= UINT32_C(1) << order;
}

static void list_remove(char *bp)
{
    unsigned order = order_of(block_size(bp));
    struct links link = *links(bp);
    if (link.next != 0)
        links(at_offset(link.next))->previous = link.previous;
    if (link.previous != 0) {
        links(at_offset(link.previous))->next = link.next;
        return;
    }
    arena->heads[order] = link.next;
    if (link.next == 0)
        arena->map &= ~(UINT32_C(1) << order);
}

// The first block of the lowest list that has blocks of at least `size` bytes, or NULL.
static char *find_fit(size_t size)
{
    uint32_t lists = arena->map & (UINT32_MAX << order_of(size));
    return lists == 0 ? NULL : at_offset(arena->heads[__builtin_ctz(lists)]);
}

// --- Halves ---------------------------------------------------------------------------------

// Frees [bp, bp + size), merged with its buddy, that block with its own buddy, and so on:
//
//     size     [16*][16 ][32    ][64            ]     * is freed, its buddy is free
//              [32     ][32     ][64            ]     and so is the buddy of both together
//              [64              ][64            ]     64 ^ 64 = 0: the same once more
//              [128                             ]
static void free_and_merge(char *bp, size_t size)
{
    size_t place = distance(bp);
    while (size < MAX_BLOCK_BYTES && is_free_and_whole(place ^ size, size)) {
        list_remove(at_distance(place ^ size));
        place &= ~size; // where the lower half of the two starts
        size *= 2;
    }
    list_insert(at_distance(place), size);
}

// Makes the first `size` bytes of [bp, bp + whole) an allocated block and frees the upper half
// that each halving leaves. None of them can merge: the lower half of each is in use.
static void allocate_lower(char *bp, size_t whole, size_t size)
{
    while (whole > size) {
        whole /= 2;
        list_insert(bp + whole, whole);
    }
    *header(bp) = (uint32_t)size | ALLOCATED;
}

// --- The heap -------------------------------------------------------------------------------

// The lowest set bit: the size of the largest block that can end or start at this distance.
static size_t lowest_bit(size_t distance)
{
    return distance & -distance;
}

// Where the next block of `size` bytes will start when the heap grows: at a multiple of `size`
// near its end, the one below if nothing but free blocks lies from there on, or the one above.
static size_t next_place(size_t size)
{
    size_t place = end_distance();
    while (place % size != 0) {
        size_t last = lowest_bit(place);
        if (!is_free_and_whole(place - last, last))
            return (end_distance() + size - 1) / size * size;
        place -= last; // a block starts here: none that starts below and is larger can end here
    }
    return place;
}

// The largest block that may start at `place` and ends at `end` or below.
static size_t largest_piece(size_t place, size_t end)
{
    size_t piece = place == 0 ? MAX_BLOCK_BYTES : lowest_bit(place);
    while (piece > end - place)
        piece /= 2;
    return piece;
}

// Grows the heap such that a free block of at least `size` bytes exists. The new bytes become
// the largest blocks that may lie where they do, each merged with what was there. All have a
// header before the first is freed: a merge looks at the next one, and new bytes may be old data.
static bool extend_heap(size_t size)
{
    if (size < CHUNK_BYTES)
        size = CHUNK_BYTES;
    size_t start = end_distance();
    size_t end = next_place(size) + size;
    if (mem_sbrk((ptrdiff_t)(end - start)) == (void *)-1)
        return false;
    for (size_t place = start; place < end; place += largest_piece(place, end))
        *header(at_distance(place)) = ALLOCATED;
    for (size_t place = start; place < end; place += largest_piece(place, end))
        free_and_merge(at_distance(place), largest_piece(place, end));
    return true;
}

// --- The interface --------------------------------------------------------------------------

int mm_init(void)
{
    void *start = mem_sbrk((ptrdiff_t)ARENA_BYTES);
    if (start == (void *)-1)
        return -1;
    arena = start;
    memset(arena, 0, sizeof *arena);
    return 0;
}

void *mm_malloc(size_t payload)
{
    if (payload == 0 || payload > MAX_REQUEST)
        return NULL;
    size_t size = adjust_size(payload);
    char *bp = find_fit(size);
    if (bp == NULL && extend_heap(size))
        bp = find_fit(size);
    if (bp == NULL)
        return NULL;
    list_remove(bp);
    allocate_lower(bp, block_size(bp), size);
    return bp;
}

void mm_free(void *ptr)
{
    if (ptr != NULL)
        free_and_merge(ptr, block_size(ptr));
}

// Doubles a block until it has `size` bytes, if all the upper halves that this takes are free.
static bool grow_in_place(char *bp, size_t size)
{
    size_t place = distance(bp);
    for (size_t have = block_size(bp); have < size; have *= 2) {
        if ((place & have) != 0 || !is_free_and_whole(place + have, have))
            return false;
    }
    for (size_t have = block_size(bp); have < size; have *= 2)
        list_remove(at_distance(place + have));
    *header(bp) = (uint32_t)size | ALLOCATED;
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

    size_t size = adjust_size(payload);
    size_t old_size = block_size(ptr);
    if (size <= old_size) {
        allocate_lower(ptr, old_size, size);
        return ptr;
    }
    if (grow_in_place(ptr, size))
        return ptr;

    void *moved = mm_malloc(payload);
    if (moved == NULL)
        return NULL;
    memcpy(moved, ptr, old_size - HEADER_BYTES);
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

// The rules for the block at this distance.
static bool check_block(int line, size_t place)
{
    char *bp = at_distance(place);
    size_t size = block_size(bp);
    if (size < MIN_BLOCK_BYTES || size > MAX_BLOCK_BYTES || (size & (size - 1)) != 0)
        return complain(line, bp, "its size is no possible size of a block");
    if (place % size != 0)
        return complain(line, bp, "not at a multiple of its size");
    if (size > end_distance() - place)
        return complain(line, bp, "reaches past the end of the heap");
    if (!is_allocated(bp) && size < MAX_BLOCK_BYTES && is_free_and_whole(place ^ size, size))
        return complain(line, bp, "free, and so is its buddy: they should be one");
    return true;
}

// Is this offset, found in a list, that of a free block of this list's size? The walk over all
// blocks came first: whatever looks like a free block here was seen there, or the counts differ.
static bool check_member(int line, uint32_t offset, uint32_t previous, unsigned order)
{
    char *head = (char *)&arena->heads[order];
    if (offset % ALIGNMENT != 0 || offset < FIRST_BYTES || offset >= mem_heapsize())
        return complain(line, head, "a link in this list leads where no block can be");
    char *bp = at_offset(offset);
    if (*header(bp) != UINT32_C(1) << order)
        return complain(line, bp, "in a list, but no free block of this list's size");
    if (links(bp)->previous != previous)
        return complain(line, bp, "its link back is not to the block before it in the list");
    return true;
}

// The list of blocks of size 2^order, which must hold n_free blocks.
static bool check_list(int line, unsigned order, size_t n_free)
{
    size_t n_listed = 0;
    uint32_t previous = 0;
    char *head = (char *)&arena->heads[order];
    if ((arena->map >> order & 1) != (arena->heads[order] != 0))
        return complain(line, head, "the bit map is wrong about this list");
    for (uint32_t offset = arena->heads[order]; offset != 0;) {
        if (!check_member(line, offset, previous, order))
            return false;
        if (++n_listed > n_free)
            return complain(line, at_offset(offset), "a list holds what is no free block");
        previous = offset;
        offset = links(at_offset(offset))->next;
    }
    if (n_listed < n_free)
        return complain(line, head, "some free block is not in this list");
    return true;
}

bool mm_checkheap(int line)
{
    size_t n_free[N_ORDERS] = {0};
    if ((char *)arena != (char *)mem_heap_lo())
        return complain(line, (char *)arena, "the arena is not at the start of the heap");
    if (arena->map >> N_ORDERS != 0)
        return complain(line, (char *)arena, "the bit map names a list that does not exist");
    if (end_distance() % CHUNK_BYTES != 0)
        return complain(line, (char *)arena, "the heap has not grown by whole chunks");

    for (size_t place = 0; place < end_distance(); place += block_size(at_distance(place))) {
        char *bp = at_distance(place);
        if (!check_block(line, place))
            return false;
        if (!is_allocated(bp))
            n_free[order_of(block_size(bp))]++;
    }
    for (unsigned order = 0; order < N_ORDERS; order++) {
        if (!check_list(line, order, n_free[order]))
            return false;
    }
    return true;
}
