// SPDX-License-Identifier: MIT
// Plain tables of a text file, 80 columns wide: a line of titles, a line a row, no line that ends
// in spaces.
#ifndef MMGRADE_REPORTS_TEXT_TABLE_H
#define MMGRADE_REPORTS_TEXT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#define TEXT_TABLE_WIDTH 80

struct text_column {
    const char *title; ///< NULL ends a list of columns
    bool is_number;    ///< to the right; else to the left, and cut first when the table is too wide
};

struct text_table;

struct text_table *text_table_new(const struct text_column *columns);

/// Appends a row.
void text_table_row(struct text_table *table);

/// The next cell of the last row: a text that is made printable, or a printf.
void text_table_text(struct text_table *table, const char *text);
void text_table_cell(struct text_table *table, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/// Prints the table and frees it.
void text_table_print(struct text_table *table, FILE *stream);

#endif
