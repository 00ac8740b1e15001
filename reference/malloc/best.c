// SPDX-License-Identifier: MIT
// The allocator that is meant to win: segregated fits (CS:APP, section 9.9.14) with a good fit in
// constant time, freed blocks that wait to be asked for again, and runs that keep small blocks
// together. Each makes good what another loses: hence 600 lines in one file.
//
//     allocated    bp - 4                 bp, a multiple of ALIGNMENT
//                  +----------------------+--------------------------------------------------+
//                  | header               | payload, up to the next block's header           |
//                  +----------------------+---------+- - - - - - - - - - - - - - - - - - - - +
//     waiting      | header               | next    |                                        |
//                  +----------------------+---------+----------+- - - - - - - - - -+---------+
//     free         | header               | next    | previous |                   | footer  |
//                  +----------------------+---------+----------+- - - - - - - - - -+---------+
//                  |<- 4 bytes ->|<- 4 bytes each ->|                              |<-  4  ->|
//
//     a header      31                                       3   2   1   0
//                  +-------------------------------------------+-----------+
//                  | size, the low bits of which are always 0  | w   p   a |
//                  +-------------------------------------------+-----------+
//                  a = 1: allocated or waiting; p = 1: the block before is not free; w = 1: waiting
//
//     the heap               run_start   run         run_end                  top       limit
//                                v       v              v                      v          v
//     +-------+------ - - ------+-------+--------------+------ - - -----------+----------+
//     | arena | blocks          | small | rest of run  | blocks               | the top  |
//     +-------+------ - - ------+-------+--------------+------ - - -----------+----------+
//
// The rest of the run and the top have no header, and the block before either is never free, since
// freeing it gives it back to them. The break is 4 bytes before limit. Links are offsets from the
// heap's start, 4 bytes on every machine: so the smallest block has 16. A list's head serves as
// the NEXT of a block before the first; the arena's own block of no bytes, at offset 0, as the one
// behind the last. Size classes, in units of ALIGNMENT: one for each size below 16, then four for
// each power of two, the last one open. A bit map says which lists are not empty.
//
// Waiting: programs ask again for sizes that they have just freed. mm_free pushes the block on the
// list of a slot, its size modulo N_SLOTS; mm_malloc takes the slot's first block if it has exactly
// the size: neither looks at a neighbour. All that wait are merged before the top gives memory or a
// block moves, when they are MAX_WAITING, and when they have more than 1/WAITING_PART of the heap.
// One taken again adds 1 to `trust`, one merged in vain takes 1; without trust only each PROBE-th
// freed block waits, to see whether the program has changed.
//
// Policy for the other requests: the first block of the class if it fits, else the first of the
// next class that is not empty, in which all fit; only then the run or the top. A request is small
// if it is less than half the running mean of these. Small ones get the low end of a free block, or
// the next bytes of the run; others the high end, or the low end of the top. Whatever two sizes a
// program mixes, the small blocks come to lie together, and the large ones, once freed, merge.
// mm_realloc stays in place when the next block is free, or when the block is the heap's last. The
// last one slides down into a large hole before it rather than have the heap grow, and leaves
// others a part of the hole: they would otherwise come to lie behind it, in its way.
//
// Costs: 4 bytes a block, 332 bytes of arena. Every call is O(1): it looks at three blocks, merges
// MAX_WAITING with their neighbours at most, and then looks at three again, twice at most. A move
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
#define N_EXACT 16 // classes of one size each
#define N_CLASSES 64
#define N_SLOTS 16      // one cache line
#define MAX_WAITING 64  // bounds the work of a call that merges them
#define WAITING_PART 8  // 1/8 of the heap may wait: more could hide the hole that a request needs
#define PROBE 64        // so rare that probes in vain cost next to nothing
#define MEAN_WEIGHT 16  // the running mean forgets a request after about so many
#define GROWTH_PART 256 // fewer calls of mem_sbrk, for 0.4 % of the heap at most
#define MAX_SMALL_BYTES ((size_t)512)
#define RUN_PART ((size_t)32) // a run is this part of the heap
#define MAX_RUN_BYTES ((size_t)4096)
#define SLIDE_PART ((size_t)8)         // a block slides into a hole of at least this part of it
#define KEEP_PART ((size_t)16)         // and leaves this part of the hole
#define SLOW __attribute__((noinline)) // keeps what is rare out of the way of what is not

enum { ALLOCATED = 1, PREVIOUS_ALLOCATED = 2, WAITING = 4, FLAGS = 7 };
enum { NEXT, PREVIOUS };

struct arena {
    uint32_t none[3];          // header and links of the block at offset 0
    uint32_t slots[N_SLOTS];   // offset of the first block that waits there, or 0
    uint32_t heads[N_CLASSES]; // offset of the first free block, or 0
};

// Arena and the first block's header, so that the first payload is aligned.
#define ARENA_BYTES ((sizeof(struct arena) + TAG_BYTES + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT)

static struct arena *arena; // at the heap's start
static uint64_t map;        // bit c: list c is not empty
static unsigned slot_map;   // bit s: blocks may wait in slot s
static char *top;           // where the next block of new memory starts
static char *limit;         // where top would be if all of the heap were taken
static char *run;           // the rest of the run, NULL if there is none
static char *run_start, *run_end;
static size_t mean_sum; // MEAN_WEIGHT times the running mean of block sizes
static size_t n_waiting, waiting_bytes, max_waiting_bytes;
static int trust;            // in that a block which waits will be taken again
static unsigned n_untrusted; // blocks freed while there was none

// --- Blocks ---------------------------------------------------------------------------------

static inline uint32_t *header(char *bp)
{
    return (uint32_t *)(bp - TAG_BYTES);
}

static inline size_t block_size(char *bp)
{
    return *header(bp) & ~(uint32_t)FLAGS;
}

// Only when the block before is free: an allocated one has no footer.
static inline char *previous_block(char *bp)
{
    return bp - *(uint32_t *)(bp - 2 * TAG_BYTES);
}

static inline uint32_t *links(char *bp)
{
    return (uint32_t *)bp;
}

// Offsets lead to headers: that of the block at offset 0 is the arena's first word.
static inline char *at_offset(uint32_t offset)
{
    return (char *)arena + TAG_BYTES + offset;
}

static inline uint32_t offset_of(char *bp)
{
    return (uint32_t)(bp - TAG_BYTES - (char *)arena);
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
    unsigned shift = 29 - (unsigned)__builtin_clz(units);
    unsigned class = 4 + shift * 4 + (units >> shift);
    return class < N_CLASSES - 1 ? class : N_CLASSES - 1;
}

static inline void list_insert(char *bp, size_t size)
{
    unsigned class = class_of(size);
    uint32_t *head = &arena->heads[class];
    uint32_t first = links(bp)[NEXT] = *head;
    links(at_offset(first))[PREVIOUS] = offset_of(bp);
    links(bp)[PREVIOUS] = offset_of((char *)head);
    *head = offset_of(bp);
    map |= UINT64_C(1) << class;
}

static inline void list_remove(char *bp)
{
    uint32_t next = links(bp)[NEXT];
    uint32_t previous = links(bp)[PREVIOUS];
    links(at_offset(next))[PREVIOUS] = previous;
    links(at_offset(previous))[NEXT] = next;
    if (next == 0 && previous + TAG_BYTES < sizeof *arena) { // the list's only block
        size_t class = (previous + TAG_BYTES - offsetof(struct arena, heads)) / sizeof(uint32_t);
        map &= ~(UINT64_C(1) << class);
    }
}

static inline char *find_fit(size_t size)
{
    unsigned class = class_of(size);
    char *bp = at_offset(arena->heads[class]);
    if (block_size(bp) >= size)
        return bp;
    uint64_t larger = map >> class >> 1;
    if (larger == 0)
        return NULL;
    return at_offset(arena->heads[class + 1 + (unsigned)__builtin_ctzll(larger)]);
}

// --- The heap -------------------------------------------------------------------------------

// Makes [bp, bp + size), between two blocks that are not free, a free block.
static inline void make_free(char *bp, size_t size)
{
    *header(bp) = (uint32_t)size | PREVIOUS_ALLOCATED;
    *(uint32_t *)(bp + size - 2 * TAG_BYTES) = (uint32_t)size; // the footer
    list_insert(bp, size);
}

// Frees the allocated block [bp, bp + size), merged with its free neighbours or the top. The rest
// of the run takes back the block before it, unless nothing of the run is in use any more or the
// rest would begin behind a free block.
static inline void release(char *bp, size_t size)
{
    char *next = bp + size;
    if (next == run) {
        if (bp > run_start && (*header(bp) & PREVIOUS_ALLOCATED)) {
            run = bp;
            return;
        }
        next = run_end;
        run = NULL;
    }
    if (!(*header(bp) & PREVIOUS_ALLOCATED)) {
        bp = previous_block(bp);
        list_remove(bp);
    }
    if (next == top) {
        top = bp;
        return;
    }
    if (*header(next) & ALLOCATED) {
        *header(next) &= ~(uint32_t)PREVIOUS_ALLOCATED;
    } else {
        list_remove(next);
        next += block_size(next);
    }
    make_free(bp, (size_t)(next - bp));
}

static inline unsigned slot_of(size_t size)
{
    return (unsigned)(size / ALIGNMENT % N_SLOTS);
}

// Releases all blocks that wait.
static SLOW void end_waiting(void)
{
    trust = trust > (int)n_waiting ? trust - (int)n_waiting : 0;
    n_waiting = waiting_bytes = 0;
    for (; slot_map != 0; slot_map &= slot_map - 1) {
        unsigned slot = (unsigned)__builtin_ctz(slot_map);
        uint32_t offset = arena->slots[slot];
        arena->slots[slot] = 0;
        while (offset != 0) {
            char *bp = at_offset(offset);
            offset = links(bp)[NEXT];
            release(bp, block_size(bp));
        }
    }
}

// Makes sure that the top has `size` bytes; false, and nothing has happened, if the heap is full.
static SLOW bool reserve_top(size_t size)
{
    if (size <= (size_t)(limit - top))
        return true;
    size_t missing = size - (size_t)(limit - top);
    size_t step = (size_t)(limit - (char *)arena) / GROWTH_PART / ALIGNMENT * ALIGNMENT;
    if (step < missing || mem_sbrk((ptrdiff_t)step) == (void *)-1)
        step = mem_sbrk((ptrdiff_t)missing) == (void *)-1 ? 0 : missing;
    limit += step;
    max_waiting_bytes = (size_t)(limit - (char *)arena) / WAITING_PART;
    return step != 0;
}

static inline char *take_top(size_t size)
{
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

// --- The interface --------------------------------------------------------------------------

int mm_init(void)
{
    char *start = mem_sbrk((ptrdiff_t)(ARENA_BYTES - TAG_BYTES));
    if (start == (void *)-1)
        return -1;
    arena = (struct arena *)start;
    memset(arena, 0, sizeof *arena);
    map = slot_map = n_untrusted = 0;
    top = limit = start + ARENA_BYTES;
    run = NULL;
    mean_sum = n_waiting = waiting_bytes = max_waiting_bytes = 0;
    trust = MAX_WAITING;
    return 0;
}

static char *allocate(size_t size);

// When no free block will do, nor the rest of the run or of the top.
static SLOW char *allocate_more(size_t size)
{
    if (n_waiting != 0) {
        end_waiting();
        return allocate(size);
    }
    bool small = is_small(size);
    if (run != NULL && (small || !reserve_top(size))) { // too short for it, or in its way
        char *rest = run;
        run = NULL;
        *header(rest) = PREVIOUS_ALLOCATED;
        release(rest, (size_t)(run_end - rest));
        return allocate(size);
    }
    size_t run_bytes = (size_t)(limit - (char *)arena) / RUN_PART / ALIGNMENT * ALIGNMENT;
    if (run_bytes > MAX_RUN_BYTES)
        run_bytes = MAX_RUN_BYTES;
    if (small && run_bytes >= 2 * size && reserve_top(run_bytes)) {
        run = run_start = top;
        run_end = top += run_bytes;
        return take_run(size);
    }
    return reserve_top(size) ? take_top(size) : NULL;
}

static SLOW char *allocate(size_t size)
{
    char *bp = find_fit(size);
    if (bp != NULL)
        return place(bp, size);
    if (is_small(size)) {
        if (run != NULL && size <= (size_t)(run_end - run))
            return take_run(size);
    } else if (n_waiting == 0 && size <= (size_t)(limit - top)) {
        return take_top(size);
    }
    return allocate_more(size);
}

void *mm_malloc(size_t payload)
{
    if (payload - 1 >= MAX_REQUEST) // true for 0, too
        return NULL;
    size_t size = adjust_size(payload);
    uint32_t *slot = &arena->slots[slot_of(size)];
    char *bp = at_offset(*slot);
    if (block_size(bp) != size) {
        mean_sum += size - mean_sum / MEAN_WEIGHT;
        return allocate(size);
    }
    *slot = links(bp)[NEXT];
    *header(bp) -= WAITING;
    n_waiting--;
    waiting_bytes -= size;
    if (trust < MAX_WAITING)
        trust++;
    return bp;
}

void mm_free(void *ptr)
{
    if (ptr == NULL)
        return;
    size_t size = block_size(ptr);
    char *next = (char *)ptr + size;
    // Before the top or the rest of the run a block does not wait: it would keep them small.
    if ((trust <= 0 && ++n_untrusted % PROBE != 0) || size > max_waiting_bytes || next == top ||
        next == run) {
        release(ptr, size);
        return;
    }
    unsigned slot = slot_of(size);
    *header(ptr) |= WAITING;
    links(ptr)[NEXT] = arena->slots[slot];
    arena->slots[slot] = offset_of(ptr);
    slot_map |= 1u << slot;
    waiting_bytes += size;
    if (++n_waiting == MAX_WAITING || waiting_bytes > max_waiting_bytes)
        end_waiting();
}

// Gives back what a block has beyond `size` bytes.
static char *trim(char *bp, size_t size)
{
    size_t rest = block_size(bp) - size;
    if (rest >= MIN_BLOCK_BYTES) {
        *header(bp) -= (uint32_t)rest;
        *header(bp + size) = (uint32_t)rest | ALLOCATED | PREVIOUS_ALLOCATED;
        release(bp + size, rest);
    }
    return bp;
}

// Grows the heap's last block to `size` bytes; NULL, and nothing has happened, if the heap is full.
static char *grow_last(char *bp, size_t size)
{
    size_t old_size = block_size(bp);
    char *to = bp;
    if (size - old_size > (size_t)(limit - top)) {
        if (waiting_bytes >= old_size / SLIDE_PART) // so they can make a hole
            end_waiting();
        char *hole = *header(bp) & PREVIOUS_ALLOCATED ? bp : previous_block(bp);
        size_t keep = MIN_BLOCK_BYTES + (size_t)(bp - hole) / KEEP_PART / ALIGNMENT * ALIGNMENT;
        if (hole + keep < bp && (size_t)(bp - hole) >= old_size / SLIDE_PART)
            to = hole + keep;
        if (to + size > top && !reserve_top((size_t)(to + size - top)))
            return NULL;
        if (to != bp) {
            list_remove(hole);
            make_free(hole, keep);
            memmove(to, bp, old_size - TAG_BYTES);
        }
    }
    *header(to) = (uint32_t)size | ALLOCATED | (to == bp ? *header(bp) & PREVIOUS_ALLOCATED : 0);
    top = to + size;
    return to;
}

// Grows a block without a new one: the block, which may have slid, or NULL if it must move.
static char *grow(char *bp, size_t size)
{
    char *next = bp + block_size(bp);
    if (next == top)
        return grow_last(bp, size);
    if (next == run || (*header(next) & ALLOCATED))
        return NULL;
    char *end = next + block_size(next);
    if ((size_t)(end - bp) < size)
        return NULL;
    list_remove(next);
    *header(bp) += (uint32_t)(end - next);
    *header(end) |= PREVIOUS_ALLOCATED;
    return trim(bp, size);
}

void *mm_realloc(void *ptr, size_t payload)
{
    if (ptr == NULL)
        return mm_malloc(payload);
    if (payload == 0)
        mm_free(ptr);
    if (payload - 1 >= MAX_REQUEST)
        return NULL;
    size_t size = adjust_size(payload);
    size_t old_size = block_size(ptr);
    if (size <= old_size)
        return trim(ptr, size);
    char *grown = grow(ptr, size);
    if (grown == NULL && n_waiting != 0) {
        end_waiting();
        grown = grow(ptr, size);
    }
    if (grown != NULL)
        return grown;
    void *moved = mm_malloc(payload);
    if (moved != NULL) {
        memcpy(moved, ptr, old_size - TAG_BYTES);
        mm_free(ptr);
    }
    return moved;
}

// --- The check ------------------------------------------------------------------------------

static bool complain(int line, char *bp, const char *what)
{
    size_t offset = (size_t)(bp - (char *)mem_heap_lo());
    printf("mm_checkheap, line %d: block at heap+0x%zx: %s\n", line, offset, what);
    return false;
}

// The rules for one block, given what the block before it said.
static bool check_block(int line, char *bp, bool previous_allocated)
{
    size_t size = block_size(bp);
    uint32_t tag = *header(bp);
    if (size < MIN_BLOCK_BYTES || size % ALIGNMENT != 0 ||
        size > (size_t)((bp < run ? run : top) - bp)) // run may be NULL
        return complain(line, bp, "its size is not possible here");
    if (!(tag & PREVIOUS_ALLOCATED) == previous_allocated)
        return complain(line, bp, "is wrong about the block before it");
    if (tag & ALLOCATED)
        return true;
    char *next = bp + size;
    bool merged = previous_allocated && next != top && next != run;
    return (merged && !(tag & WAITING) && *header(next - TAG_BYTES) == size) ||
           complain(line, bp, "free, but not merged with a neighbour, or its footer is wrong");
}

// All blocks, which lead to the rest of the run and to the top: their sizes cannot reach beyond.
static bool check_blocks(int line, size_t *n_free)
{
    bool previous_allocated = true;
    size_t n_marked = 0;
    size_t marked_bytes = 0;
    for (char *bp = (char *)arena + ARENA_BYTES; bp < top; bp += block_size(bp)) {
        if (bp == run && (bp = run_end) == top)
            break;
        if (!check_block(line, bp, previous_allocated))
            return false;
        previous_allocated = *header(bp) & ALLOCATED;
        *n_free += !previous_allocated;
        n_marked += (*header(bp) & WAITING) != 0;
        marked_bytes += *header(bp) & WAITING ? block_size(bp) : 0;
    }
    return (n_marked == n_waiting && marked_bytes == waiting_bytes) ||
           complain(line, (char *)arena, "other blocks wait than it has counted");
}

static bool check_bounds(int line)
{
    if ((char *)arena != (char *)mem_heap_lo())
        return complain(line, (char *)arena, "the arena is not at the start of the heap");
    char *first = (char *)arena + ARENA_BYTES;
    if (limit != (char *)mem_heap_hi() + 1 + TAG_BYTES || top < first || top > limit ||
        (uintptr_t)top % ALIGNMENT != 0)
        return complain(line, top, "the top or its limit is where it cannot be");
    if (run != NULL && (run_start < first || run <= run_start || run_end <= run || run_end > top ||
                        (size_t)(run_end - run) < MIN_BLOCK_BYTES ||
                        ((uintptr_t)run | (uintptr_t)run_end) % ALIGNMENT != 0))
        return complain(line, run, "the run is where it cannot be");
    return (arena->none[0] == 0 && slot_map >> N_SLOTS == 0) ||
           complain(line, (char *)arena, "knows a slot too many, or its first word is not 0");
}

// The list that starts at `head`, blocks with these flags, each of them in the list of its size,
// and its bit in the map of its kind: a slot's may be set although nothing waits there.
static bool check_list(int line, uint32_t *head, uint32_t flags, bool bit, size_t *n_left)
{
    if (*head == 0 ? bit && flags == 0 : !bit)
        return complain(line, (char *)head, "the bit map is wrong about this list");
    uint32_t previous = offset_of((char *)head);
    for (uint32_t offset = *head; offset != 0; offset = links(at_offset(offset))[NEXT]) {
        if ((offset + TAG_BYTES) % ALIGNMENT != 0 || offset < ARENA_BYTES - TAG_BYTES ||
            offset > offset_of(top) - MIN_BLOCK_BYTES)
            return complain(line, (char *)head, "this list leads where no block can be");
        char *bp = at_offset(offset);
        size_t size = block_size(bp);
        uint32_t *proper = flags ? &arena->slots[slot_of(size)] : &arena->heads[class_of(size)];
        if ((*header(bp) & (ALLOCATED | WAITING)) != flags || head != proper)
            return complain(line, bp, "in the list of another size or state");
        if ((*n_left)-- == 0 || (flags == 0 && links(bp)[PREVIOUS] != previous))
            return complain(line, bp, "in two lists, or no block, or its link back is wrong");
        previous = offset;
    }
    return true;
}

bool mm_checkheap(int line)
{
    size_t n_free = 0;
    if (!check_bounds(line) || !check_blocks(line, &n_free))
        return false;
    size_t n_marked = n_waiting;
    for (unsigned class = 0; class < N_CLASSES; class ++)
        if (!check_list(line, &arena->heads[class], 0, map >> class & 1, &n_free))
            return false;
    for (unsigned slot = 0; slot < N_SLOTS; slot++)
        if (!check_list(line, &arena->slots[slot], ALLOCATED | WAITING, slot_map >> slot & 1,
                        &n_marked))
            return false;
    return (n_free == 0 && n_marked == 0) ||
           complain(line, (char *)arena, "some block is free or waits, but is in no list");
}
