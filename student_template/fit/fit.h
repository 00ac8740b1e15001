// SPDX-License-Identifier: MIT
/// What find_fit and place work with: the implicit free list with boundary tags of CS:APP, section
/// 9.9.12, and the names that the book uses for it.
///
///     one block                   bp, a multiple of ALIGNMENT
///                                 v
///              +-----------------+-----------------------+---------+-----------------+
///              | header: WSIZE   | payload               | padding | footer: WSIZE   |
///              +-----------------+-----------------------+---------+-----------------+
///              |<------------------- size, a multiple of ALIGNMENT ----------------->|
///
///     header and footer hold the same word: the block's size, and in bit 0 whether it is allocated
///
///     the heap  0          4          8          12         16
///              +----------+----------+----------+----------+------ - - - -----+----------+
///              | unused   | prologue: header,   | header   | blocks           | epilogue |
///              |          | footer (8 bytes)    |          |                  | 0 bytes  |
///              +----------+----------+----------+----------+------ - - - -----+----------+
///                                    ^ heap_listp                                        ^ break
///
/// Prologue and epilogue are allocated for ever. The smallest block has 2 * DSIZE bytes.
#ifndef FIT_H
#define FIT_H

#include <stddef.h>
#include <stdint.h>

#include "config.h"
#include "memlib.h"

#define WSIZE 4        ///< bytes of a header or footer
#define DSIZE 8        ///< bytes of both together
#define CHUNKSIZE 4096 ///< bytes by which the heap grows at least

#define MAX(x, y) ((x) < (y) ? (y) : (x))

/// A header or footer word; the word at an address; storing one.
#define PACK(size, alloc) ((uint32_t)(size) | (uint32_t)(alloc))
#define GET(p) (*(uint32_t *)(void *)(p))
#define PUT(p, val) (*(uint32_t *)(void *)(p) = (uint32_t)(val))

/// What the word at an address says: a header's or footer's address, not a block's.
#define GET_SIZE(p) (GET(p) & ~(uint32_t)7)
#define GET_ALLOC(p) (GET(p) & (uint32_t)1)

/// From a block to its header and its footer (found through the header: set the header first).
#define HDRP(bp) ((char *)(bp)-WSIZE)
#define FTRP(bp) ((char *)(bp) + GET_SIZE(HDRP(bp)) - DSIZE)

/// From a block to the blocks beside it: by its own size, and by the size in the footer below it.
#define NEXT_BLKP(bp) ((char *)(bp) + GET_SIZE(HDRP(bp)))
#define PREV_BLKP(bp) ((char *)(bp)-GET_SIZE((char *)(bp)-DSIZE))

/// The prologue block: a walk with NEXT_BLKP from here meets every block and ends at the epilogue,
/// whose size is 0.
extern char *heap_listp;

/// For next fit: where the next search starts. mm_init sets it to heap_listp. When the block that it
/// points into is merged with the one before, coalesce moves it to the merged block's start.
extern char *rover;

/// Prints every block, one a line: for debugging. What you print is never taken for a result.
void fit_show(void);

// What you may hand in. Yours may be static. What your file does not declare is declared here,
// and what it does not define comes from the grader.
#if defined(__has_include)
#if __has_include("mmgrade_parts.h")
#include "mmgrade_parts.h"
#define MMGRADE_PARTS
#endif
#endif

/// A free block of at least `asize` bytes (header and footer included), by the stated policy; NULL
/// if there is none.
#if defined(MMGRADE_CORE) || (defined(MMGRADE_PARTS) && !defined(MMGRADE_DECLARES_find_fit))
void *find_fit(size_t asize) __asm__("mmgrade_find_fit");
#endif

/// Makes the first `asize` bytes of the free block `bp` an allocated block. The rest becomes a free
/// block if it has at least 2 * DSIZE bytes; otherwise the whole block is allocated.
#if defined(MMGRADE_CORE) || (defined(MMGRADE_PARTS) && !defined(MMGRADE_DECLARES_place))
void place(void *bp, size_t asize) __asm__("mmgrade_place");
#endif

/// Merges the free block `bp` with the blocks beside it that are free; returns the merged block.
#if defined(MMGRADE_CORE) || (defined(MMGRADE_PARTS) && !defined(MMGRADE_DECLARES_coalesce))
void *coalesce(void *bp) __asm__("mmgrade_coalesce");
#endif

/// Adds a free block of `words` words, rounded up to an even number, at the heap's end and merges it
/// with a free one before it; returns the merged block, or NULL if the heap cannot grow.
#if defined(MMGRADE_CORE) || (defined(MMGRADE_PARTS) && !defined(MMGRADE_DECLARES_extend_heap))
void *extend_heap(size_t words) __asm__("mmgrade_extend_heap");
#endif

#endif
