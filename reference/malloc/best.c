// SPDX-License-Identifier: MIT
// The allocator that is meant to win: segregated fits (CS:APP, section 9.9.14) with a good fit in
// constant time, blocks of new memory that cost one store, and runs that keep small ones together.
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
//                  a = 1: this block is allocated; p = 1: the block before it is not free
//
//     the heap               run_start   run         run_end                  top       limit
//                                v       v              v                      v          v
//     +-------+------ - - ------+-------+--------------+------ - - -----------+----------+
//     | arena | blocks          | small | rest of run  | blocks               | the top  |
//     +-------+------ - - ------+-------+--------------+------ - - -----------+----------+
//
// The rest of the run and the top are no blocks: they have no header, and the block before either
// is never free, since freeing it gives it back to them. To take a block from there writes one
// header and nothing else. The break is 4 bytes before limit.
// Links are offsets from the heap's start, 4 bytes each on every machine: so the smallest block is
// 16 bytes. The list's head serves as the NEXT of a block before the first, and offset 0 as a
// block behind the last: linking and unlinking need not ask for either end.
// Size classes, in units of ALIGNMENT: one for each size below 16, eight for each power of two
// below 4096, one for each power beyond. A bit map says which lists are not empty.
//
// Policy: the first block of the request's own class if it fits, else the first of the next class
// that is not empty, in which all fit; only then new memory. A request is small if it is less
// than half the running mean of all requests. Small ones get the low end of a free block, or the
// next bytes of the run; others the high end, or the low end of the top. Whatever two sizes a
// program mixes, the small blocks come to lie together, and the large ones, once freed, merge.
// The heap grows by what is missing, not by chunks; a run is 1/32 of it, 4096 bytes at most.
// mm_realloc stays in place when the next block is free, or when the block is the heap's last.
// The last one slides down into a large hole before it rather than have the heap grow, and leaves
// others a part of the hole: they would otherwise come to lie behind it, in its way.
//
// Costs: 4 bytes a block, 404 bytes of arena. Everything is O(1): a request looks at one block of
// its own class, or at COARSE_LIMIT if that is a whole power, and at one of the next. A move
// copies the block; a slide, at most SLIDE_PART times the bytes of the hole that it closes.
#include "mm.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "memlib.h"

#define TAG_BYTES sizeof(uint32_t)
#define MIN_BLOCK_BYTES ((size_t)16)
#define MAX_REQUEST ((size_t)INT32_MAX / 2)
#define N_EXACT 16    // classes of one size each
#define FINE_POWER 12 // from 2^12 units on, a class is a whole power of two
#define N_FINE (N_EXACT + 8 * (FINE_POWER - 4))
#define N_CLASSES 96
#define N_MAP_WORDS (N_CLASSES / 32)
#define COARSE_LIMIT 16 // how many blocks of such a class a request looks at
#define MEAN_WEIGHT 16  // the running mean forgets a request after about so many
#define MAX_SMALL_BYTES ((size_t)512)
#define RUN_PART ((size_t)32) // a run is this part of the heap
#define MAX_RUN_BYTES ((size_t)4096)
#define SLIDE_PART ((size_t)8) // a block slides into a hole of at least this part of it
#define KEEP_PART ((size_t)16) // and leaves this part of the hole

enum { ALLOCATED = 1, PREVIOUS_ALLOCATED = 2, FLAGS = 7 };
enum { NEXT, PREVIOUS };

struct arena {
    uint32_t none[2];          // the links of the block at offset 0, of which there is none
    uint32_t map[N_MAP_WORDS]; // bit c % 32 of word c / 32: list c is not empty
    uint32_t heads[N_CLASSES]; // offset of the first free block, 0 if there is none
};

// Arena and the first block's header, so that the first payload is aligned.
#define ARENA_BYTES ((sizeof(struct arena) + TAG_BYTES + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT)

static struct arena *arena; // at the heap's start
static char *top;           // where the next block of new memory starts
static char *limit;         // where top would be if all of the heap were taken
static char *run;           // the rest of the run, NULL if there is none
static char *run_start;
static char *run_end;
static size_t mean_sum; // MEAN_WEIGHT times the running mean of the requests' block sizes

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

static inline uint32_t *footer(char *bp, size_t size)
{
    return (uint32_t *)(bp + size - 2 * TAG_BYTES);
}

// Only when the block before is free: an allocated one has no footer.
static inline char *previous_block(char *bp)
{
    return bp - *(uint32_t *)(bp - 2 * TAG_BYTES);
}

// Of a free block: links(bp)[NEXT] and links(bp)[PREVIOUS].
static inline uint32_t *links(char *bp)
{
    return (uint32_t *)bp;
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

static inline bool is_small(size_t size)
{
    return size <= MAX_SMALL_BYTES && 2 * MEAN_WEIGHT * size < mean_sum;
}

// --- The lists ------------------------------------------------------------------------------

static inline unsigned class_of(size_t size)
{
    unsigned units = (unsigned)(size / ALIGNMENT);
    if (units < N_EXACT)
        return units;
    unsigned power = 31 - (unsigned)__builtin_clz(units);
    if (power < FINE_POWER)
        return N_EXACT + (power - 4) * 8 + (units >> (power - 3) & 7);
    return N_FINE + power - FINE_POWER;
}

static inline void list_insert(char *bp, size_t size)
{
    unsigned class = class_of(size);
    uint32_t *head = &arena->heads[class];
    uint32_t first = links(bp)[NEXT] = *head;
    links(bp)[PREVIOUS] = offset_of((char *)head);
    links(at_offset(first))[PREVIOUS] = offset_of(bp);
    *head = offset_of(bp);
    arena->map[class / 32] |= UINT32_C(1) << class % 32;
}

static inline void list_remove(char *bp)
{
    uint32_t next = links(bp)[NEXT];
    uint32_t previous = links(bp)[PREVIOUS];
    links(at_offset(next))[PREVIOUS] = previous;
    links(at_offset(previous))[NEXT] = next;
    if (next == 0 && previous < sizeof *arena) { // the list's only block
        size_t class = (previous - offsetof(struct arena, heads)) / sizeof(uint32_t);
        arena->map[class / 32] &= ~(UINT32_C(1) << class % 32);
    }
}

// The first class from `class` on whose list is not empty, or N_CLASSES.
static inline unsigned next_class(unsigned class)
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

static inline char *find_fit(size_t size)
{
    unsigned class = next_class(class_of(size));
    for (; class < N_CLASSES; class = next_class(class + 1)) {
        uint32_t offset = arena->heads[class];
        for (int left = class < N_FINE ? 1 : COARSE_LIMIT; left > 0 && offset != 0; left--) {
            char *bp = at_offset(offset);
            if (block_size(bp) >= size)
                return bp;
            offset = links(bp)[NEXT];
        }
    }
    return NULL;
}

// --- The heap -------------------------------------------------------------------------------

// Makes [bp, bp + size), between two blocks that are not free, a free block.
static inline void make_free(char *bp, size_t size)
{
    *header(bp) = (uint32_t)size | PREVIOUS_ALLOCATED;
    *footer(bp, size) = (uint32_t)size;
    list_insert(bp, size);
}

// Frees [bp, bp + size), merged with its free neighbours or the top. Its header holds the flag p;
// what follows it is not the rest of the run.
static inline void free_and_merge(char *bp, size_t size)
{
    char *next = bp + size;
    if (!previous_is_allocated(bp)) {
        bp = previous_block(bp);
        list_remove(bp);
    }
    if (next == top) {
        top = bp;
        return;
    }
    if (is_allocated(next)) {
        *header(next) &= ~(uint32_t)PREVIOUS_ALLOCATED;
    } else {
        list_remove(next);
        next += block_size(next);
    }
    make_free(bp, (size_t)(next - bp));
}

// Frees the allocated block [bp, bp + size). The rest of the run takes back the block before it,
// unless nothing of the run is in use any more or the rest would begin behind a free block.
static inline void release(char *bp, size_t size)
{
    if (bp + size == run) {
        if (bp > run_start && previous_is_allocated(bp)) {
            run = bp;
            return;
        }
        size = (size_t)(run_end - bp);
        run = NULL;
    }
    free_and_merge(bp, size);
}

// Makes the rest of the run, if there is one, an ordinary free block or a part of the top.
static void drop_run(void)
{
    if (run == NULL)
        return;
    *header(run) = PREVIOUS_ALLOCATED;
    free_and_merge(run, (size_t)(run_end - run));
    run = NULL;
}

// Makes sure that the top has `size` bytes.
static inline bool reserve_top(size_t size)
{
    size_t available = (size_t)(limit - top);
    if (size <= available)
        return true;
    if (mem_sbrk((ptrdiff_t)(size - available)) == (void *)-1)
        return false;
    limit = top + size;
    return true;
}

static inline char *take_top(size_t size)
{
    if (!reserve_top(size))
        return NULL;
    char *bp = top;
    *header(bp) = (uint32_t)size | ALLOCATED | PREVIOUS_ALLOCATED;
    top = bp + size;
    __builtin_prefetch(top, 1); // the next header; no access, even behind the break
    return bp;
}

static inline char *take_run(size_t size)
{
    char *bp = run;
    size_t rest = (size_t)(run_end - run) - size;
    if (rest < MIN_BLOCK_BYTES)
        size += rest;
    run = rest < MIN_BLOCK_BYTES ? NULL : bp + size;
    *header(bp) = (uint32_t)size | ALLOCATED | PREVIOUS_ALLOCATED;
    return bp;
}

// Starts a new run and takes a block from it, or from the top if a run would hold only one.
static char *new_run(size_t size)
{
    size_t bytes = (size_t)(limit - (char *)arena) / RUN_PART / ALIGNMENT * ALIGNMENT;
    if (bytes > MAX_RUN_BYTES)
        bytes = MAX_RUN_BYTES;
    drop_run();
    if (bytes < 2 * size || !reserve_top(bytes))
        return take_top(size);
    run = run_start = top;
    top += bytes;
    run_end = top;
    return take_run(size);
}

// Allocates `size` bytes of a free block. (Behind a free block there always is a block.)
static inline char *place(char *bp, size_t size)
{
    size_t all = block_size(bp);
    size_t rest = all - size;
    list_remove(bp);
    if (rest >= MIN_BLOCK_BYTES && is_small(size)) {
        *header(bp) = (uint32_t)size | ALLOCATED | PREVIOUS_ALLOCATED;
        make_free(bp + size, rest);
        return bp;
    }
    *header(bp + all) |= PREVIOUS_ALLOCATED;
    if (rest < MIN_BLOCK_BYTES) {
        *header(bp) |= ALLOCATED;
        return bp;
    }
    make_free(bp, rest);
    *header(bp + rest) = (uint32_t)size | ALLOCATED;
    return bp + rest;
}

static inline char *allocate(size_t size)
{
    char *bp = find_fit(size);
    if (bp != NULL)
        return place(bp, size);
    if (!is_small(size))
        return take_top(size);
    bool fits = run != NULL && size <= (size_t)(run_end - run);
    return fits ? take_run(size) : new_run(size);
}

// --- The interface --------------------------------------------------------------------------

int mm_init(void)
{
    char *start = mem_sbrk((ptrdiff_t)(ARENA_BYTES - TAG_BYTES));
    if (start == (void *)-1)
        return -1;
    arena = (struct arena *)start;
    memset(arena, 0, sizeof *arena);
    top = limit = start + ARENA_BYTES;
    run = NULL;
    mean_sum = 0;
    return 0;
}

void *mm_malloc(size_t payload)
{
    if (payload - 1 >= MAX_REQUEST) // true for 0, too
        return NULL;
    size_t size = adjust_size(payload);
    mean_sum += size - mean_sum / MEAN_WEIGHT;
    char *bp = allocate(size);
    if (bp == NULL && run != NULL) { // perhaps the rest of the run is in the way
        drop_run();
        bp = allocate(size);
    }
    return bp;
}

void mm_free(void *ptr)
{
    if (ptr != NULL)
        release(ptr, block_size(ptr));
}

// Gives back what a block has beyond `size` bytes.
static void trim(char *bp, size_t size)
{
    size_t rest = block_size(bp) - size;
    if (rest < MIN_BLOCK_BYTES)
        return;
    *header(bp) -= (uint32_t)rest;
    *header(bp + size) = (uint32_t)rest | ALLOCATED | PREVIOUS_ALLOCATED;
    release(bp + size, rest);
}

// How far the last block could slide down into the hole before it: 0 if it is not worth copying.
static size_t slide_bytes(char *bp)
{
    if (previous_is_allocated(bp))
        return 0;
    size_t hole = (size_t)(bp - previous_block(bp));
    size_t keep = MIN_BLOCK_BYTES + hole / KEEP_PART / ALIGNMENT * ALIGNMENT;
    return hole < block_size(bp) / SLIDE_PART || hole <= keep ? 0 : hole - keep;
}

static char *slide(char *bp, size_t n_bytes)
{
    size_t size = block_size(bp);
    char *hole = previous_block(bp);
    char *to = bp - n_bytes;
    list_remove(hole);
    make_free(hole, (size_t)(to - hole));
    memmove(to, bp, size - TAG_BYTES);
    *header(to) = (uint32_t)size | ALLOCATED;
    top = to + size;
    return to;
}

// Grows the heap's last block to `size` bytes; NULL, and nothing has happened, if the heap is full.
static char *grow_last(char *bp, size_t size)
{
    size_t missing = size - block_size(bp);
    if (missing > (size_t)(limit - top)) {
        size_t n_bytes = slide_bytes(bp);
        if (!reserve_top(missing > n_bytes ? missing - n_bytes : 0))
            return NULL;
        if (n_bytes != 0)
            bp = slide(bp, n_bytes);
    }
    top += missing;
    *header(bp) += (uint32_t)missing;
    return bp;
}

// Grows a block without a new one: the block, which may have slid, or NULL if it must move.
static char *grow(char *bp, size_t size)
{
    char *next = bp + block_size(bp);
    if (next == top)
        return grow_last(bp, size);
    if (next == run || is_allocated(next))
        return NULL;
    char *end = next + block_size(next);
    if ((size_t)(end - bp) < size)
        return NULL;
    list_remove(next);
    *header(bp) += (uint32_t)(end - next);
    *header(end) |= PREVIOUS_ALLOCATED;
    trim(bp, size);
    return bp;
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
        trim(ptr, size);
        return ptr;
    }
    char *grown = grow(ptr, size);
    if (grown != NULL)
        return grown;
    void *moved = mm_malloc(payload);
    if (moved != NULL) {
        memcpy(moved, ptr, old_size - TAG_BYTES);
        mm_free(ptr);
    }
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
    printf("mm_checkheap, line %d: block at heap+0x%x: %s\n", line, offset_of(bp), what);
    return false;
}

// The rules for one block, given what the blocks before it said.
static bool check_block(int line, char *bp, bool previous_allocated)
{
    size_t size = block_size(bp);
    if (size < MIN_BLOCK_BYTES || size % ALIGNMENT != 0)
        return complain(line, bp, "its size is no possible size of a block");
    if (size > (size_t)((bp < run ? run : top) - bp)) // run may be NULL
        return complain(line, bp, "reaches into the top or the rest of the run");
    if (previous_is_allocated(bp) != previous_allocated)
        return complain(line, bp, "is wrong about the block before it");
    if (is_allocated(bp))
        return true;
    if (!previous_allocated)
        return complain(line, bp, "free, and so is the one before it: they should be one");
    if (bp + size == top || bp + size == run)
        return complain(line, bp, "free, but not given back to the top or the run behind it");
    if (*footer(bp, size) != size)
        return complain(line, bp, "header and footer differ");
    return true;
}

// Where the parts of the heap begin and end.
static bool check_bounds(int line)
{
    char *first = (char *)arena + ARENA_BYTES;
    if (limit != (char *)mem_heap_hi() + 1 + TAG_BYTES || top < first || top > limit ||
        (uintptr_t)top % ALIGNMENT != 0)
        return complain(line, top, "the top or its limit is where it cannot be");
    if (run != NULL && (run_start < first || run <= run_start || run_end > top ||
                        run_end < run + MIN_BLOCK_BYTES || (uintptr_t)run_end % ALIGNMENT != 0))
        return complain(line, run, "the run is where it cannot be");
    return true;
}

// Is this offset, found in a list, that of a free block of this class? The walk over all blocks
// came first: whatever looks like a free block here was seen there, or the counts will differ.
static bool check_member(int line, uint32_t offset, uint32_t previous, unsigned class)
{
    if (offset % ALIGNMENT != 0 || offset < ARENA_BYTES || at_offset(offset) >= top)
        return complain(line, at_offset(offset), "a link leads here, where no block can be");
    char *bp = at_offset(offset);
    if (is_allocated(bp) || class_of(block_size(bp)) != class)
        return complain(line, bp, "in a list, but allocated or of another class");
    if (links(bp)[PREVIOUS] != previous)
        return complain(line, bp, "its link back is not to what is before it in the list");
    return true;
}

// All lists, which must hold n_free blocks together.
static bool check_lists(int line, size_t n_free)
{
    size_t n_listed = 0;
    for (unsigned class = 0; class < N_CLASSES; class ++) {
        bool mapped = arena->map[class / 32] >> class % 32 & 1;
        uint32_t previous = offset_of((char *)&arena->heads[class]);
        if (mapped != (arena->heads[class] != 0))
            return complain(line, (char *)&arena->heads[class], "the bit map is wrong about it");
        for (uint32_t offset = arena->heads[class]; offset != 0;) {
            if (!check_member(line, offset, previous, class))
                return false;
            if (++n_listed > n_free)
                return complain(line, at_offset(offset), "a list holds what is no free block");
            previous = offset;
            offset = links(at_offset(offset))[NEXT];
        }
    }
    return n_listed == n_free || complain(line, (char *)arena, "some free block is in no list");
}

// All blocks, which must lead to the rest of the run and to the top.
static bool check_blocks(int line, size_t *n_free)
{
    bool previous_allocated = true;
    bool run_seen = run == NULL;
    for (char *bp = (char *)arena + ARENA_BYTES; bp < top; bp += block_size(bp)) {
        if (bp == run) {
            run_seen = true;
            if ((bp = run_end) == top)
                break;
        }
        if (!check_block(line, bp, previous_allocated))
            return false;
        previous_allocated = is_allocated(bp);
        *n_free += !previous_allocated;
    }
    return run_seen || complain(line, run, "the rest of the run is no block's neighbour");
}

bool mm_checkheap(int line)
{
    size_t n_free = 0;
    return check_bounds(line) && check_blocks(line, &n_free) && check_lists(line, n_free);
}
