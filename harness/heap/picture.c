// SPDX-License-Identifier: MIT
// Draws rows of the heap on a common scale.
#include "harness/heap/picture.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>

#define COLUMNS 44

void picture_add(struct picture *picture, uint64_t from, uint64_t to, char mark, const char *format,
                 ...)
{
    if (picture->n_rows == PICTURE_ROWS) {
        return;
    }
    struct picture_row *row = &picture->rows[picture->n_rows++];
    row->from = from;
    row->to = to > from ? to : from + 1;
    row->mark = mark;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(row->label, sizeof row->label, format, arguments);
    va_end(arguments);
}

static int by_start(const void *a, const void *b)
{
    const struct picture_row *left = a;
    const struct picture_row *right = b;
    if (left->from != right->from) {
        return left->from < right->from ? -1 : 1;
    }
    return (left->mark == '^') - (right->mark == '^');
}

static void draw_row(const struct picture_row *row, uint64_t low, uint64_t high, FILE *file)
{
    uint64_t span = high - low;
    char bar[COLUMNS + 1];
    uint64_t first = (row->from - low) * COLUMNS / span;
    uint64_t last = (row->to - low) * COLUMNS / span;
    for (uint64_t i = 0; i < COLUMNS; i++) {
        bool inside = i >= first && (i < last || i == first);
        bar[i] = inside ? row->mark : '.';
    }
    bar[COLUMNS] = '\0';
    char place[32];
    snprintf(place, sizeof place, "heap+0x%llx", (unsigned long long)row->from);
    fprintf(file, "  %-14s [%s]  %.35s\n", place, bar, row->label);
}

void picture_draw(struct picture *picture, FILE *file)
{
    if (picture->n_rows == 0) {
        return;
    }
    qsort(picture->rows, picture->n_rows, sizeof *picture->rows, by_start);
    uint64_t low = picture->rows[0].from;
    uint64_t high = low;
    for (size_t i = 0; i < picture->n_rows; i++) {
        high = picture->rows[i].to > high ? picture->rows[i].to : high;
    }
    for (size_t i = 0; i < picture->n_rows; i++) {
        draw_row(&picture->rows[i], low, high, file);
    }
}
