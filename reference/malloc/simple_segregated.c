// SPDX-License-Identifier: MIT
// Simple segregated storage: a list of free blocks for each size, and blocks that are never split
// and never merged (CS:APP, section 9.9.14).
//
// The heap is a row of chunks. A chunk is cut into equal blocks once, for ever; a small block has
// no header, as its address leads to its chunk, and the chunk knows how many blocks it was cut
// into. That number is the size class: class 7 has 7 blocks a chunk, each as large as it can be.
//
//     heap     +---------+---------+---------+-----------------------------+---------+- - -
//              | heads   | chunk   | chunk   | a run of three chunks       | chunk   |
//              +---------+---------+---------+-----------------------------+---------+- - -
//              0         2048      4096      6144                          12288
//
//     a chunk  chunk                                                          chunk + 2048
//     of small +--------+---------+---------+---------+- - - - -+---------+-------+
//     blocks   | header | block 0 | block 1 | block 2 |         |         | unused|
//              +--------+---------+---------+---------+- - - - -+---------+-------+
//                       |<- equal sizes, multiples of ALIGNMENT ->|
//
//     a run    +--------+----------------------------- - - - -------------------+
//              | header | one payload of more than half a chunk                 |
//              +--------+----------------------------- - - - -------------------+
//
//     a header 0               4               ALIGNMENT
//              +---------------+---------------+- - - -+      class: blocks a chunk, from 2 on,
//              | class         | n_chunks      |       |      or LARGE = 0, or FREE_RUN = 1;
//              +---------------+---------------+- - - -+      n_chunks: 1 for small blocks
//
// A free small block starts with the offset of the next one of its class; a free run has the
// offset of the next free run where its payload was. Offsets count from the heap's start, and 0
// ends a list: the heads lie there.
//
// Policy, small requests (up to half a chunk): the first block of the class's list; if it is
// empty, a chunk is cut up and all its blocks enter the list. A freed block becomes the first.
// Policy, large requests: a run of whole chunks of its own, first fit over a list of free runs in
// address order. Runs are split and merged, chunk by chunk, as chunks that nobody needs must come
// from somewhere; a chunk once cut into small blocks stays what it is, even when all are free.
// The heap grows by what is missing, a free run at its end counted in, by 4096 bytes at least.
// mm_realloc stays in place within a block's class; a run shrinks in place, and grows into a free
// run behind it or past the heap's end.
// Costs: malloc and free of small blocks are O(1), a handful of instructions, apart from cutting
// a chunk: O(blocks in it). Large ones: O(free runs). No overhead a block, one header a chunk; but
// memory freed in one class never serves another one, so that a program whose sizes change from
// phase to phase needs the sum of what all its phases need. A large block wastes half a chunk in
// the mean.
#include "mm.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "config.h"
#include "memlib.h"

#define CHUNK_BYTES ((size_t)2048)
#define HEADER_BYTES ((size_t)ALIGNMENT)
#define ROOM_BYTES (CHUNK_BYTES - HEADER_BYTES) // what a chunk has for blocks
#define GROW_CHUNKS ((size_t)2)                 // the heap grows by so many at least
#define N_CLASSES (ROOM_BYTES / ALIGNMENT + 1)  // the smallest blocks are the most a chunk
#define SMALL_BYTES (ROOM_BYTES / 2 / ALIGNMENT * ALIGNMENT) // the size of class 2, the largest
#define MAX_REQUEST ((size_t)INT32_MAX - 2 * CHUNK_BYTES)

enum { LARGE = 0, FREE_RUN = 1, FIRST_CLASS = 2 };

struct header {
    uint32_t class;
    uint32_t n_chunks;
};

struct heads { // the heap's first chunk
    uint32_t free_runs;
    uint32_t blocks[N_CLASSES];
};

static_assert(sizeof(struct header) <= ALIGNMENT, "a chunk's first block is aligned");
static_assert(sizeof(struct heads) <= CHUNK_BYTES, "the heads fit into a chunk");

static struct heads *heads; // at the heap's start

bool mm_checkheap(int line);

// --- Addresses ------------------------------------------------------------------------------

static char *at_offset(uint32_t offset)
{
    return (char *)heads + offset;
}

static uint32_t offset_of(char *ptr)
{
    return (uint32_t)(ptr - (char *)heads);
}

static char *heap_end(void)
{
    return (char *)mem_heap_hi() + 1;
}

// The chunk that a block lies in; a large block starts in the first chunk of its run. This is
// what replaces a header on every block: the low bits of an offset lead nowhere but into a chunk.
static char *chunk_of(char *bp)
{
    return at_offset(offset_of(bp) / CHUNK_BYTES * CHUNK_BYTES);
}

static struct header *header(char *chunk)
{
    return (struct header *)chunk;
}

static char *chunk_end(char *chunk)
{
    return chunk + header(chunk)->n_chunks * CHUNK_BYTES;
}

// The link of a free block, or that of a free run, at chunk + HEADER_BYTES.
static uint32_t *link_of(char *bp)
{
    return (uint32_t *)bp;
}

static uint32_t *run_link(char *run)
{
    return link_of(run + HEADER_BYTES);
}

// --- Classes --------------------------------------------------------------------------------

// The class of a small payload: as many blocks of this size as a chunk has room for.
static uint32_t class_of(size_t payload)
{
    uint32_t size = (uint32_t)((payload + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT);
    return (uint32_t)ROOM_BYTES / size;
}

// The largest size that fits `class` times. It is at least what class_of was asked for.
static size_t class_size(uint32_t class)
{
    return (uint32_t)ROOM_BYTES / class / ALIGNMENT * ALIGNMENT;
}

static size_t chunks_for(size_t payload)
{
    return (payload + HEADER_BYTES + CHUNK_BYTES - 1) / CHUNK_BYTES;
}

// How large a payload could be in the block at `bp`.
static size_t capacity(char *bp)
{
    struct header *chunk = header(chunk_of(bp));
    if (chunk->class == LARGE)
        return chunk->n_chunks * CHUNK_BYTES - HEADER_BYTES;
    return class_size(chunk->class);
}

// --- Runs of chunks -------------------------------------------------------------------------

static void set_header(char *chunk, uint32_t class, size_t n_chunks)
{
    header(chunk)->class = class;
    header(chunk)->n_chunks = (uint32_t)n_chunks;
}

// If the free run after `run` in the list is also the next one in the heap, they become one.
static void merge_with_next(char *run)
{
    char *next = at_offset(*run_link(run));
    if (next != chunk_end(run))
        return;
    header(run)->n_chunks += header(next)->n_chunks;
    *run_link(run) = *run_link(next);
}

// Puts [run, run + n_chunks chunks) into the list of free runs, merged with its neighbours there.
static void free_run(char *run, size_t n_chunks)
{
    char *before = NULL;
    uint32_t *link = &heads->free_runs;
    while (*link != 0 && *link < offset_of(run)) {
        before = at_offset(*link);
        link = run_link(before);
    }
    set_header(run, FREE_RUN, n_chunks);
    *run_link(run) = *link;
    *link = offset_of(run);
    merge_with_next(run);
    if (before != NULL)
        merge_with_next(before);
}

// Takes the first `n_chunks` chunks of the free run that *link leads to; the rest of it stays.
static char *take_run(uint32_t *link, size_t n_chunks)
{
    char *run = at_offset(*link);
    uint32_t next = *run_link(run);
    size_t rest = header(run)->n_chunks - n_chunks;
    if (rest > 0) {
        char *remainder = run + n_chunks * CHUNK_BYTES;
        set_header(remainder, FREE_RUN, rest);
        *run_link(remainder) = next;
        next = offset_of(remainder);
    }
    *link = next;
    set_header(run, LARGE, n_chunks);
    return run;
}

// Adds `n_chunks` chunks, or GROW_CHUNKS, as a free run at the heap's end.
static bool grow(size_t n_chunks)
{
    if (n_chunks < GROW_CHUNKS)
        n_chunks = GROW_CHUNKS;
    char *run = mem_sbrk((ptrdiff_t)(n_chunks * CHUNK_BYTES));
    if (run == (void *)-1)
        return false;
    free_run(run, n_chunks);
    return true;
}

// A run of `n_chunks` chunks, from the lowest free run that has as many, or NULL.
static char *allocate_run(size_t n_chunks)
{
    size_t at_end = 0; // chunks of the free run at the heap's end
    uint32_t *link = &heads->free_runs;
    while (*link != 0) {
        char *run = at_offset(*link);
        if (header(run)->n_chunks >= n_chunks)
            return take_run(link, n_chunks);
        at_end = chunk_end(run) == heap_end() ? header(run)->n_chunks : 0;
        link = run_link(run);
    }
    if (!grow(n_chunks - at_end))
        return NULL;
    return allocate_run(n_chunks); // the last free run has them now
}

// --- Small blocks ---------------------------------------------------------------------------

// Cuts a fresh chunk into blocks of a class whose list is empty: they are linked in the order of
// their addresses.
static bool cut_chunk(uint32_t class)
{
    char *chunk = allocate_run(1);
    if (chunk == NULL)
        return false;
    header(chunk)->class = class;
    size_t size = class_size(class);
    uint32_t next = 0;
    for (uint32_t i = class; i-- > 0;) {
        char *bp = chunk + HEADER_BYTES + i * size;
        *link_of(bp) = next;
        next = offset_of(bp);
    }
    heads->blocks[class] = next;
    return true;
}

static void *allocate_small(size_t payload)
{
    uint32_t class = class_of(payload);
    if (heads->blocks[class] == 0 && !cut_chunk(class))
        return NULL;
    char *bp = at_offset(heads->blocks[class]);
    heads->blocks[class] = *link_of(bp);
    return bp;
}

// --- The interface --------------------------------------------------------------------------

int mm_init(void)
{
    void *start = mem_sbrk((ptrdiff_t)CHUNK_BYTES);
    if (start == (void *)-1)
        return -1;
    heads = start;
    memset(heads, 0, sizeof *heads);
    return 0;
}

void *mm_malloc(size_t payload)
{
    if (payload == 0 || payload > MAX_REQUEST)
        return NULL;
    if (payload <= SMALL_BYTES)
        return allocate_small(payload);
    char *run = allocate_run(chunks_for(payload));
    return run == NULL ? NULL : run + HEADER_BYTES;
}

void mm_free(void *ptr)
{
    if (ptr == NULL)
        return;
    char *chunk = chunk_of(ptr);
    uint32_t class = header(chunk)->class;
    if (class == LARGE) {
        free_run(chunk, header(chunk)->n_chunks);
        return;
    }
    *link_of(ptr) = heads->blocks[class];
    heads->blocks[class] = offset_of(ptr);
}

// Makes room behind a run: takes in the free run there, or some of it, after the heap has grown
// if that helps. False if the run must move.
static bool grow_in_place(char *run, size_t n_chunks)
{
    size_t missing = n_chunks - header(run)->n_chunks;
    uint32_t next = offset_of(chunk_end(run));
    uint32_t *link = &heads->free_runs;
    while (*link != 0 && *link < next)
        link = run_link(at_offset(*link));

    size_t available = *link == next ? header(at_offset(next))->n_chunks : 0;
    if (available < missing) {
        if (at_offset(next) + available * CHUNK_BYTES != heap_end() || !grow(missing - available))
            return false;
    }
    take_run(link, missing);
    header(run)->n_chunks = (uint32_t)n_chunks;
    return true;
}

// Gives a large block as many chunks as the payload needs, where it is, if that can be.
static bool resize_run(char *run, size_t payload)
{
    size_t n_chunks = chunks_for(payload);
    size_t old_chunks = header(run)->n_chunks;
    if (n_chunks > old_chunks)
        return grow_in_place(run, n_chunks);
    header(run)->n_chunks = (uint32_t)n_chunks;
    if (n_chunks < old_chunks)
        free_run(chunk_end(run), old_chunks - n_chunks);
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

    char *chunk = chunk_of(ptr);
    size_t old_capacity = capacity(ptr);
    if (header(chunk)->class == LARGE ? resize_run(chunk, payload) : payload <= old_capacity)
        return ptr;

    void *moved = mm_malloc(payload);
    if (moved == NULL)
        return NULL;
    memcpy(moved, ptr, old_capacity); // the block is too small: old_capacity < payload
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

static bool complain(int line, char *ptr, const char *what)
{
    size_t offset = (size_t)(ptr - (char *)mem_heap_lo());
    printf("mm_checkheap, line %d: heap+0x%zx: %s\n", line, offset, what);
    return false;
}

// The header of the chunk or run at `chunk`. A class is possible if it is that of its own size.
static bool check_chunk(int line, char *chunk)
{
    struct header h = *header(chunk);
    if (h.n_chunks == 0 || h.n_chunks > (size_t)(heap_end() - chunk) / CHUNK_BYTES)
        return complain(line, chunk, "a run of no chunk, or past the end of the heap");
    if (h.class < FIRST_CLASS)
        return true;
    if (h.class >= N_CLASSES || class_of(class_size(h.class)) != h.class)
        return complain(line, chunk, "a chunk of a class that does not exist");
    if (h.n_chunks != 1)
        return complain(line, chunk, "small blocks in more than one chunk");
    return true;
}

// All chunks, in the order of the heap. The free runs among them must be those of the list, in
// its order, and none beside another one. Counts the small blocks of each class.
static bool check_chunks(int line, size_t *n_blocks)
{
    uint32_t listed = heads->free_runs;
    bool previous_free = false;
    for (char *chunk = at_offset(CHUNK_BYTES); chunk < heap_end(); chunk = chunk_end(chunk)) {
        if (!check_chunk(line, chunk))
            return false;
        uint32_t class = header(chunk)->class;
        if (class >= FIRST_CLASS)
            n_blocks[class] += class;
        if (class == FREE_RUN && previous_free)
            return complain(line, chunk, "free, and so is the run before it: they should be one");
        previous_free = class == FREE_RUN;
        if (class != FREE_RUN)
            continue;
        if (listed != offset_of(chunk))
            return complain(line, chunk, "the lowest free run that the list has not named yet");
        listed = *run_link(chunk);
    }
    if (listed != 0)
        return complain(line, (char *)&heads->free_runs,
                        "the list goes on after the last free run");
    return true;
}

// The list of one class, whose chunks have n_blocks blocks. (That a block is in it twice shows,
// too: the list never ends then.)
static bool check_class(int line, uint32_t class, size_t n_blocks)
{
    size_t n_listed = 0;
    char *head = (char *)&heads->blocks[class];
    for (uint32_t offset = heads->blocks[class]; offset != 0;
         offset = *link_of(at_offset(offset))) {
        if (offset < CHUNK_BYTES || offset >= mem_heapsize())
            return complain(line, head, "a link in this list leads out of the heap");
        char *bp = at_offset(offset);
        char *chunk = chunk_of(bp);
        if (header(chunk)->class != class)
            return complain(line, bp, "in the list of another class than that of its chunk");
        size_t place = (size_t)(bp - chunk) - HEADER_BYTES;
        if (place % class_size(class) != 0 || place / class_size(class) >= class)
            return complain(line, bp, "in a list, but no block starts here");
        if (++n_listed > n_blocks)
            return complain(line, bp, "a list that never ends");
    }
    return true;
}

bool mm_checkheap(int line)
{
    size_t n_blocks[N_CLASSES] = {0};
    if ((char *)heads != (char *)mem_heap_lo())
        return complain(line, (char *)heads, "the heads are not at the start of the heap");
    if (mem_heapsize() % CHUNK_BYTES != 0)
        return complain(line, heap_end(), "the heap does not end where a chunk does");
    if (!check_chunks(line, n_blocks))
        return false;
    for (uint32_t class = FIRST_CLASS; class < N_CLASSES; class ++) {
        if (!check_class(line, class, n_blocks[class]))
            return false;
    }
    return true;
}
