// SPDX-License-Identifier: MIT
// Reading CSV as spreadsheets write it (RFC 4180): quotes, line feeds inside quotes, CRLF, a byte
// order mark. The first line names the columns.
#ifndef MMGRADE_GRADING_CSV_H
#define MMGRADE_GRADING_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/error.h"

#define CSV_MAX_BYTES ((size_t)16 << 20)
#define CSV_MAX_COLUMNS 64

/// A column that the reader of a file knows.
struct csv_column {
    const char *name; ///< NULL ends a table
    bool required;
};

struct csv_row {
    size_t line;                        ///< where it begins in the file
    const char *cells[CSV_MAX_COLUMNS]; ///< in the order of the table of columns; NULL: the file
                                        ///< lacks the column. Bytes, not always UTF-8
};

struct csv {
    char *text;
    struct csv_row *rows; ///< without the header line and empty lines
    size_t n_rows;
};

/// Reads the file. False with *error (file:line), and nothing to free, when it cannot be read, has
/// no header line, has a column twice, one that is not in the table or lacks a required one, or
/// when a row has another number of cells than the header, a NUL, or a quote that stands wrong.
bool csv_read(struct csv *csv, const char *path, const struct csv_column *columns,
              struct error *error);

void csv_free(struct csv *csv);

#endif
