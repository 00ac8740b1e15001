// SPDX-License-Identifier: MIT
// An explicit free list as students write it: macros over words of 8 bytes, a header and a footer a
// block, pointers as links, each case of coalescing spelled out. No mm_checkheap: what is wrong
// must be found from outside.
//
//     allocated    bp - 8                bp, a multiple of 16
//                  +---------------------+------------------------------------+-------------+
//                  | size | used         | payload                            | size | used |
//                  +---------------------+--------------+--------------+------+-------------+
//     free         | size                | next         | previous     |      | size        |
//                  +---------------------+--------------+--------------+------+-------------+
#include "mm.h"

#include <stdint.h>
#include <string.h>

#include "memlib.h"

#define WORD ((size_t)8)
#define DOUBLE ((size_t)16)
#define CHUNK ((size_t)4096)
#define MIN_BLOCK ((size_t)32) // header, two links, footer

#define TAG(size, used) ((size) | (used))
#define LOAD(p) (*(size_t *)(p))
#define STORE(p, value) (*(size_t *)(p) = (value))
#define SIZE_AT(p) (LOAD(p) & ~(size_t)15)
#define USED_AT(p) (LOAD(p) & 1)
#define HEADER(bp) ((char *)(bp)-WORD)
#define FOOTER(bp) ((char *)(bp) + SIZE_AT(HEADER(bp)) - DOUBLE)
#define NEXT(bp) ((char *)(bp) + SIZE_AT(HEADER(bp)))
#define PREVIOUS(bp) ((char *)(bp)-SIZE_AT((char *)(bp)-DOUBLE))
#define MAX(x, y) ((x) > (y) ? (x) : (y))

struct links {
    struct links *next, *previous;
};

static struct links *head;

static void list_push(void *bp)
{
    struct links *block = bp;
    block->next = head;
    block->previous = NULL;
    if (head != NULL)
        head->previous = block;
    head = block;
}

static void list_remove(void *bp)
{
    struct links *block = bp;
    if (block->next != NULL)
        block->next->previous = block->previous;
    if (block->previous != NULL)
        block->previous->next = block->next;
    else
        head = block->next;
}

static char *coalesce(char *bp)
{
    size_t previous_used = USED_AT(bp - DOUBLE);
    size_t next_used = USED_AT(HEADER(NEXT(bp)));
    size_t size = SIZE_AT(HEADER(bp));

    if (previous_used && !next_used) {
        list_remove(NEXT(bp));
        size += SIZE_AT(HEADER(NEXT(bp)));
        STORE(HEADER(bp), TAG(size, 0));
        STORE(FOOTER(bp), TAG(size, 0));
    } else if (!previous_used && next_used) {
        list_remove(PREVIOUS(bp));
        size += SIZE_AT(HEADER(PREVIOUS(bp)));
        STORE(FOOTER(bp), TAG(size, 0));
        STORE(HEADER(PREVIOUS(bp)), TAG(size, 0));
        bp = PREVIOUS(bp);
    } else if (!previous_used && !next_used) {
        list_remove(PREVIOUS(bp));
        list_remove(NEXT(bp));
        size += SIZE_AT(HEADER(PREVIOUS(bp))) + SIZE_AT(HEADER(NEXT(bp)));
        STORE(HEADER(PREVIOUS(bp)), TAG(size, 0));
        STORE(FOOTER(NEXT(bp)), TAG(size, 0));
        bp = PREVIOUS(bp);
    }
    list_push(bp);
    return bp;
}

static char *extend_heap(size_t words)
{
    size_t size = words * WORD;
    char *bp = mem_sbrk((ptrdiff_t)size);
    if (bp == (void *)-1)
        return NULL;
    STORE(HEADER(bp), TAG(size, 0)); // where the epilogue was
    STORE(FOOTER(bp), TAG(size, 0));
    STORE(HEADER(NEXT(bp)), TAG(0, 1));
    return coalesce(bp);
}

static void *find_fit(size_t size)
{
    for (struct links *block = head; block != NULL; block = block->next) {
        if (SIZE_AT(HEADER(block)) >= size)
            return block;
    }
    return NULL;
}

static void place(char *bp, size_t size)
{
    size_t whole = SIZE_AT(HEADER(bp));
    list_remove(bp);
    if (whole - size >= MIN_BLOCK) {
        STORE(HEADER(bp), TAG(size, 1));
        STORE(FOOTER(bp), TAG(size, 1));
        bp = NEXT(bp);
        STORE(HEADER(bp), TAG(whole - size, 0));
        STORE(FOOTER(bp), TAG(whole - size, 0));
        list_push(bp);
    } else {
        STORE(HEADER(bp), TAG(whole, 1));
        STORE(FOOTER(bp), TAG(whole, 1));
    }
}

static size_t adjust(size_t payload)
{
    return MAX((payload + DOUBLE + 15) & ~(size_t)15, MIN_BLOCK);
}

int mm_init(void)
{
    char *start = mem_sbrk((ptrdiff_t)(4 * WORD));
    if (start == (void *)-1)
        return -1;
    head = NULL;
    STORE(start, 0);
    STORE(start + WORD, TAG(DOUBLE, 1));
    STORE(start + 2 * WORD, TAG(DOUBLE, 1));
    STORE(start + 3 * WORD, TAG(0, 1));
    return extend_heap(CHUNK / WORD) == NULL ? -1 : 0;
}

void *mm_malloc(size_t payload)
{
    if (payload == 0)
        return NULL;
    size_t size = adjust(payload);
    void *bp = find_fit(size);
    if (bp == NULL)
        bp = extend_heap(MAX(size, CHUNK) / WORD);
    if (bp == NULL)
        return NULL;
    place(bp, size);
    return bp;
}

void mm_free(void *bp)
{
    if (bp == NULL)
        return;
    size_t size = SIZE_AT(HEADER(bp));
    STORE(HEADER(bp), TAG(size, 0));
    STORE(FOOTER(bp), TAG(size, 0));
    coalesce(bp);
}

void *mm_realloc(void *bp, size_t payload)
{
    if (bp == NULL)
        return mm_malloc(payload);
    if (payload == 0) {
        mm_free(bp);
        return NULL;
    }
    size_t old = SIZE_AT(HEADER(bp)) - DOUBLE;
    void *moved = mm_malloc(payload);
    if (moved == NULL)
        return NULL;
    memcpy(moved, bp, old < payload ? old : payload);
    mm_free(bp);
    return moved;
}
