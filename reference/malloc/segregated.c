// SPDX-License-Identifier: MIT
// Segregated fits: a list of free blocks for each size class, immediate coalescing, and headers
// that spare allocated blocks the footer (CS:APP, section 9.9.14, and practice problem 9.7 for
// what the last bits of a header are good for).
//
//     allocated    bp - 4                 bp, a multiple of ALIGNMENT
//                  +----------------------+--------------------------------------------------+
//                  | header               | payload, up to the next block's header           |
//                  +----------------------+--------------------------------------------------+
//     free         +----------------------+---------+----------+- - - - - - - - - -+---------+
//                  | header               | next    | previous |                   | footer  |
//                  +----------------------+---------+----------+- - - - - - - - - -+---------+
//                  |<- 4 bytes ->|<- 4 bytes each ->|                              |<-  4  ->|
//
//     a header      31                                       3   2   1   0
//                  +-------------------------------------------+-----------+
//                  | size, the low bits of which are always 0  | 0   p   a |
//                  +-------------------------------------------+-----------+
//                  a = 1: this block is allocated; p = 1: the block before it is allocated
//
//     the heap     +-------+------------- - - - -------------+----------+
//                  | arena | blocks                          | epilogue |  header only, size 0
//                  +-------+------------- - - - -------------+----------+
//
// The footer (the size) and p together let a block find the one before it if that one is free;
// nobody needs to find an allocated one. Links are offsets from the heap's start, 4 bytes each on
// every machine: so the smallest block is 16 bytes and carries a payload of 12.
//
// Size classes: one for each size up to EXACT_BYTES, then four for each power of two. A bit map
// says which lists are not empty.
//
// Policy: best fit within a class, of the first SEARCH_LIMIT blocks; then the best of the next
// class that is not empty. A split gives small requests the low end of a free block and large
// ones the high end: small blocks come to lie among small ones, and when the large ones are
// freed, they merge instead of standing alone between small ones. The heap grows by what is
// missing, a free block at its end counted in, but by CHUNK_BYTES at least.
// mm_realloc stays in place when the next block is free, or when the block is the heap's last.
// Costs: everything is O(1), since searches are bounded; a move copies the block.
#include "mm.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "memlib.h"

#define TAG_BYTES sizeof(uint32_t)
#define MIN_BLOCK_BYTES ((size_t)16)
#define CHUNK_BYTES ((size_t)4096) // smaller requests grow the heap by so much at least
#define EXACT_BYTES ((size_t)512)  // smaller blocks have a class for each size
#define LARGE_BYTES ((size_t)96)   // from this size on, a block is cut from the high end
#define SEARCH_LIMIT 16
#define MAX_REQUEST ((size_t)INT32_MAX - CHUNK_BYTES)

#define N_EXACT (EXACT_BYTES / ALIGNMENT)
#define N_CLASSES (N_EXACT + 4 * 22) // the powers from 2^9 to 2^30
#define N_MAP_WORDS ((N_CLASSES + 31) / 32)

enum { ALLOCATED = 1, PREVIOUS_ALLOCATED = 2, FLAGS = 7 };

struct arena {
    uint32_t heads[N_CLASSES]; // offset of the first free block, 0 if there is none
    uint32_t map[N_MAP_WORDS]; // bit c % 32 of word c / 32: list c is not empty
};

// Arena and the first block's header, so that the first payload is aligned.
#define ARENA_BYTES ((sizeof(struct arena) + TAG_BYTES + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT)

struct links { // at the start of a free block's payload
    uint32_t next;
    uint32_t previous;
};

static struct arena *arena; // at the heap's start

bool mm_checkheap(int line);

// --- Blocks ---------------------------------------------------------------------------------

static inline uint32_t *header(char *bp)
{
    return (uint32_t *)(bp - TAG_BYTES);
}

static inline size_t block_size(char *bp)
{
    return *header(bp) & ~(uint32_t)FLAGS;
}

static inline bool is_allocated(char *bp)
{
    return *header(bp) & ALLOCATED;
}

static inline bool previous_is_allocated(char *bp)
{
    return *header(bp) & PREVIOUS_ALLOCATED;
}

static inline char *next_block(char *bp)
{
    return bp + block_size(bp);
}

static inline uint32_t *footer(char *bp)
{
    return (uint32_t *)(bp + block_size(bp) - 2 * TAG_BYTES);
}

// Only when the block before is free: an allocated one has no footer.
static inline char *previous_block(char *bp)
{
    return bp - *(uint32_t *)(bp - 2 * TAG_BYTES);
}

static inline struct links *links(char *bp)
{
    return (struct links *)bp;
}

static inline char *at_offset(uint32_t offset)
{
    return (char *)arena + offset;
}

static inline uint32_t offset_of(char *bp)
{
    return (uint32_t)(bp - (char *)arena);
}

static inline size_t adjust_size(size_t payload)
{
    size_t size = (payload + TAG_BYTES + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    return size < MIN_BLOCK_BYTES ? MIN_BLOCK_BYTES : size;
}

// --- The lists ------------------------------------------------------------------------------

static inline unsigned class_of(size_t size)
{
    if (size < EXACT_BYTES)
        return (unsigned)(size / ALIGNMENT);
    unsigned power = 31 - (unsigned)__builtin_clz((unsigned)size);
    unsigned quarter = (unsigned)(size >> (power - 2)) & 3;
    return (unsigned)N_EXACT + (power - 9) * 4 + quarter;
}

static inline void list_insert(char *bp)
{
    unsigned class = class_of(block_size(bp));
    uint32_t first = arena->heads[class];
    links(bp)->next = first;
    links(bp)->previous = 0;
    if (first != 0)
        links(at_offset(first))->previous = offset_of(bp);
    arena->heads[class] = offset_of(bp);
    arena->map[class / 32] |= UINT32_C(1) << class % 32;
}

static inline void list_remove(char *bp)
{
    struct links link = *links(bp);
    if (link.next != 0)
        links(at_offset(link.next))->previous = link.previous;
    if (link.previous != 0) {
        links(at_offset(link.previous))->next = link.next;
        return;
    }
    unsigned class = class_of(block_size(bp));
    arena->heads[class] = link.next;
    if (link.next == 0)
        arena->map[class / 32] &= ~(UINT32_C(1) << class % 32);
}

// The first class from `class` on whose list is not empty, or N_CLASSES.
static unsigned next_class(unsigned class)
{
    if (class >= N_CLASSES)
        return N_CLASSES;
    unsigned word = class / 32;
    uint32_t bits = arena->map[word] & (UINT32_MAX << class % 32);
    while (bits == 0) {
        if (++word == N_MAP_WORDS)
            return N_CLASSES;
        bits = arena->map[word];
    }
    return word * 32 + (unsigned)__builtin_ctz(bits);
}

// The smallest of the first SEARCH_LIMIT blocks of a list that has `size` bytes, or NULL.
static char *best_of_list(unsigned class, size_t size)
{
    char *best = NULL;
    size_t best_size = SIZE_MAX;
    uint32_t offset = arena->heads[class];
    for (int i = 0; offset != 0 && i < SEARCH_LIMIT; i++) {
        char *bp = at_offset(offset);
        size_t candidate = block_size(bp);
        if (candidate >= size && candidate < best_size) {
            best = bp;
            best_size = candidate;
            if (candidate == size)
                break;
        }
        offset = links(bp)->next;
    }
    return best;
}

static char *find_fit(size_t size)
{
    unsigned class = next_class(class_of(size));
    while (class < N_CLASSES) {
        char *bp = best_of_list(class, size);
        if (bp != NULL)
            return bp;
        class = next_class(class + 1);
    }
    return NULL;
}

// --- The heap -------------------------------------------------------------------------------

// Makes [bp, bp + size) a free block between allocated neighbours and puts it into its list.
static inline void make_free(char *bp, size_t size)
{
    *header(bp) = (uint32_t)size | PREVIOUS_ALLOCATED;
    *footer(bp) = (uint32_t)size;
    *header(bp + size) &= ~(uint32_t)PREVIOUS_ALLOCATED;
    list_insert(bp);
}

// Makes [bp, bp + size) an allocated block; the flag of the block before stays as it is.
static inline void make_allocated(char *bp, size_t size)
{
    *header(bp) = (uint32_t)size | ALLOCATED | (*header(bp) & PREVIOUS_ALLOCATED);
    *header(bp + size) |= PREVIOUS_ALLOCATED;
}

// Frees [bp, bp + size), merged with its free neighbours. Its header holds the flag p.
static void free_and_merge(char *bp, size_t size)
{
    char *next = bp + size;
    if (!is_allocated(next)) {
        list_remove(next);
        size += block_size(next);
    }
    if (!previous_is_allocated(bp)) {
        bp = previous_block(bp);
        list_remove(bp);
        size += block_size(bp);
    }
    make_free(bp, size);
}

// Grows the heap by `size` bytes, a free block merged with a free one before it.
static bool grow(size_t size)
{
    char *bp = mem_sbrk((ptrdiff_t)size);
    if (bp == (void *)-1)
        return false;
    *header(bp + size) = ALLOCATED; // the new epilogue; the old one becomes bp's header
    free_and_merge(bp, size);
    return true;
}

// The free block at the heap's end, made at least `size` bytes large (it may have been, where the
// bounded search did not see it); NULL if the heap cannot grow.
static char *extend_heap(size_t size)
{
    char *end = (char *)mem_heap_hi() + 1;
    size_t available = previous_is_allocated(end) ? 0 : block_size(previous_block(end));
    if (available < size && !grow(size < CHUNK_BYTES ? CHUNK_BYTES : size - available))
        return NULL;
    return previous_block((char *)mem_heap_hi() + 1);
}

// Allocates `size` bytes of a free block.
static char *place(char *bp, size_t size)
{
    size_t rest = block_size(bp) - size;
    list_remove(bp);
    if (rest < MIN_BLOCK_BYTES) {
        make_allocated(bp, block_size(bp));
        return bp;
    }
    if (size >= LARGE_BYTES) {
        char *high = bp + rest;
        *header(high) = 0;
        make_allocated(high, size);
        make_free(bp, rest);
        return high;
    }
    make_free(bp + size, rest); // first: make_allocated changes a flag of its header
    make_allocated(bp, size);
    return bp;
}

// --- The interface --------------------------------------------------------------------------

int mm_init(void)
{
    void *start = mem_sbrk((ptrdiff_t)ARENA_BYTES);
    if (start == (void *)-1)
        return -1;
    arena = start;
    memset(arena, 0, sizeof *arena);
    *header((char *)start + ARENA_BYTES) = ALLOCATED | PREVIOUS_ALLOCATED;
    return 0;
}

void *mm_malloc(size_t payload)
{
    if (payload == 0 || payload > MAX_REQUEST)
        return NULL;
    size_t size = adjust_size(payload);
    char *bp = find_fit(size);
    if (bp == NULL)
        bp = extend_heap(size);
    return bp == NULL ? NULL : place(bp, size);
}

void mm_free(void *ptr)
{
    if (ptr != NULL)
        free_and_merge(ptr, block_size(ptr));
}

// Makes room behind a block; false if it must move.
static bool grow_in_place(char *bp, size_t size)
{
    char *next = next_block(bp);
    size_t room = block_size(bp) + (is_allocated(next) ? 0 : block_size(next));
    if (room < size) {
        size_t missing = size - room;
        if (bp + room != (char *)mem_heap_hi() + 1)
            return false;
        if (!grow(missing < MIN_BLOCK_BYTES ? MIN_BLOCK_BYTES : missing))
            return false;
    }
    list_remove(next);
    make_allocated(bp, block_size(bp) + block_size(next));
    return true;
}

// Gives back what a block has beyond `size` bytes.
static void trim(char *bp, size_t size)
{
    size_t rest = block_size(bp) - size;
    if (rest < MIN_BLOCK_BYTES)
        return;
    *header(bp + size) = 0;
    make_allocated(bp, size);
    free_and_merge(bp + size, rest);
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
    if (size <= old_size || grow_in_place(ptr, size)) {
        trim(ptr, size);
        return ptr;
    }

    void *moved = mm_malloc(payload);
    if (moved == NULL)
        return NULL;
    memcpy(moved, ptr, old_size - TAG_BYTES);
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

// The rules for one block, given what the blocks before it said.
static bool check_block(int line, char *bp, char *end, bool previous_allocated)
{
    size_t size = block_size(bp);
    if (size < MIN_BLOCK_BYTES || size % ALIGNMENT != 0)
        return complain(line, bp, "its size is no possible size of a block");
    if (size > (size_t)(end - bp))
        return complain(line, bp, "reaches past the end of the heap");
    if ((*header(bp) & FLAGS & ~(uint32_t)(ALLOCATED | PREVIOUS_ALLOCATED)) != 0)
        return complain(line, bp, "its header has a bit set that none can have");
    if (previous_is_allocated(bp) != previous_allocated)
        return complain(line, bp, "is wrong about the block before it");
    if (is_allocated(bp))
        return true;
    if (!previous_allocated)
        return complain(line, bp, "free, and so is the one before it: they should be one");
    if (*footer(bp) != size)
        return complain(line, bp, "header and footer differ");
    return true;
}

// Is this offset, found in a list, that of a free block of this class? The walk over all blocks
// came first: whatever looks like a free block here was seen there, or the counts will differ.
static bool check_member(int line, uint32_t offset, uint32_t previous, unsigned class)
{
    char *head = (char *)&arena->heads[class];
    if (offset % ALIGNMENT != 0 || offset < ARENA_BYTES || offset >= mem_heapsize())
        return complain(line, head, "a link in this list leads where no block can be");
    char *bp = at_offset(offset);
    if (is_allocated(bp))
        return complain(line, bp, "allocated, but in a list");
    if (class_of(block_size(bp)) != class)
        return complain(line, bp, "in the list of another class");
    if (links(bp)->previous != previous)
        return complain(line, bp, "its link back is not to the block before it in the list");
    return true;
}

// All lists, which must hold n_free blocks together.
static bool check_lists(int line, size_t n_free)
{
    size_t n_listed = 0;
    for (unsigned class = 0; class < N_CLASSES; class ++) {
        bool mapped = arena->map[class / 32] >> class % 32 & 1;
        uint32_t previous = 0;
        if (mapped != (arena->heads[class] != 0))
            return complain(line, (char *)&arena->heads[class], "the bit map is wrong about it");
        for (uint32_t offset = arena->heads[class]; offset != 0;) {
            if (!check_member(line, offset, previous, class))
                return false;
            if (++n_listed > n_free)
                return complain(line, at_offset(offset), "a list holds what is no free block");
            previous = offset;
            offset = links(at_offset(offset))->next;
        }
    }
    if (n_listed < n_free)
        return complain(line, (char *)arena, "some free block is in no list");
    return true;
}

bool mm_checkheap(int line)
{
    char *end = (char *)mem_heap_hi() + 1;
    bool previous_allocated = true;
    size_t n_free = 0;
    if ((char *)arena != (char *)mem_heap_lo())
        return complain(line, (char *)arena, "the arena is not at the start of the heap");

    for (char *bp = (char *)arena + ARENA_BYTES; bp < end; bp = next_block(bp)) {
        if (!check_block(line, bp, end, previous_allocated))
            return false;
        previous_allocated = is_allocated(bp);
        n_free += !previous_allocated;
    }
    if ((*header(end) & ~(uint32_t)PREVIOUS_ALLOCATED) != ALLOCATED)
        return complain(line, end, "the epilogue was overwritten");
    if (previous_is_allocated(end) != previous_allocated)
        return complain(line, end, "the epilogue is wrong about the last block");
    return check_lists(line, n_free);
}
