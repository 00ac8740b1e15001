// SPDX-License-Identifier: MIT
// A small drawing of the heap around one place: rows on a common scale.
//
//     heap+0x29e0  [####............]  block 16, freed
//     heap+0x2a10  [.....#######....]  block 17
//     heap+0x2a38  [.........^^.....]  bytes 40..47 changed
#ifndef MMGRADE_HEAP_PICTURE_H
#define MMGRADE_HEAP_PICTURE_H

#include <stdint.h>
#include <stdio.h>

#define PICTURE_ROWS 8

struct picture_row {
    uint64_t from, to; ///< offsets in the heap, [from, to)
    char mark;         ///< '#' a block, '^' the place in question, '|' the break
    char label[80];
};

struct picture {
    struct picture_row rows[PICTURE_ROWS];
    size_t n_rows;
};

/// Adds a row; more than PICTURE_ROWS are dropped. The label is a printf format.
void picture_add(struct picture *picture, uint64_t from, uint64_t to, char mark, const char *format,
                 ...) __attribute__((format(printf, 5, 6)));

/// Draws the rows ordered by their start.
void picture_draw(struct picture *picture, FILE *file);

#endif
