// SPDX-License-Identifier: MIT
/// The allocator that you write: what it must provide.
///
/// Every pointer is a multiple of ALIGNMENT (config.h) or NULL. A block lies inside the heap
/// (memlib.h) and stays where it is until it is freed or reallocated; two blocks never share a
/// byte. The bytes of a block belong to its user: the allocator may not change them, and may not
/// expect anything of them once the block is free.
///
/// This header includes as little and declares as little as it can, since existing coursework is
/// compiled with it unmodified: it knows both `int mm_init` and `bool mm_init`, and any form of
/// `mm_checkheap`.
#ifndef MM_H
#define MM_H

#include <stddef.h>
#include <stdio.h>

/// A block of at least `size` bytes, or NULL if the heap cannot grow far enough.
/// mm_malloc(0) gives NULL, or a block that may be freed.
void *mm_malloc(size_t size);

/// Gives a block back. `ptr` came from mm_malloc, mm_realloc or mm_calloc and was not given back
/// since. mm_free(NULL) does nothing.
void mm_free(void *ptr);

/// Resizes a block: returns a block of at least `size` bytes whose first bytes, up to the smaller
/// of the old and the new size, are those of the old block. The old block is gone, unless NULL
/// comes back because the heap cannot grow: then it is as it was.
/// mm_realloc(NULL, size) is mm_malloc(size); mm_realloc(ptr, 0) is mm_free(ptr) and gives NULL.
void *mm_realloc(void *ptr, size_t size);

// The functions whose form differs from course to course. When the grader compiles a submission,
// it supplies declarations that agree with the submission's own; otherwise these hold.
#if defined(__has_include)
#if __has_include("mmgrade_prototypes.h")
#include "mmgrade_prototypes.h"
#define MMGRADE_PROTOTYPES
#endif
#endif
#ifndef MMGRADE_PROTOTYPES

/// Builds an empty heap: 0, or -1 if the heap cannot grow. Called once before each trace, and
/// perhaps again after mem_reset_brk: it must set every global variable anew.
/// (`bool mm_init(void)`, true for success, is accepted as well.)
int mm_init(void);

/// A block for an array of `count` members of `size` bytes each, all bytes zero; NULL if the
/// product overflows. Optional.
void *mm_calloc(size_t count, size_t size);

/// Your own check of the heap: false, after printing what is wrong, if the heap is inconsistent.
/// `line` says where it was called from: mm_checkheap(__LINE__). Optional; the grader calls it
/// when the rubric says so. Forms that return void or int, or take no argument, are accepted.
_Bool mm_checkheap(int line);

#endif

/// Who wrote it. Optional: courses with teams define `team_t team` in mm.c.
typedef struct {
    char *teamname;
    char *name1;
    char *id1;
    char *name2;
    char *id2;
} team_t;

extern team_t team;

#endif
