// SPDX-License-Identifier: MIT
// Reading CSV as spreadsheets write it (RFC 4180): quotes, line feeds inside quotes, CRLF, a byte
// order mark. The first line names the columns.
#ifndef MMGRADE_GRADING_CSV_H
#define MMGRADE_GRADING_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/error.h"

#define CSV_MAX_BYTES ((size_t)16 << 20)
#define CSV_MAX_COLUMNS 1024 ///< of a file: a course management system writes one an assignment
#define CSV_MAX_KNOWN 16     ///< of a table

/// A column that the reader of a file knows.
struct csv_column {
    const char *name; ///< NULL ends a table
    bool required;
    bool takes_others; ///< of the end: columns that the table lacks are passed over, not refused
};

struct csv_row {
    size_t line;                      ///< where it begins in the file
    const char *cells[CSV_MAX_KNOWN]; ///< in the order of the table of columns; NULL: the file
                                      ///< lacks the column. Bytes, not always UTF-8
};

struct csv {
    char *text;
    struct csv_row *rows; ///< without the header line and empty lines
    size_t n_rows;
};

/// Reads the file. False with *error (file:line), and nothing to free, when it cannot be read, has
/// no header line, has a known column twice, one that is not in the table (unless it takes others)
/// or lacks a required one, or when a row has another number of cells than the header, a NUL, or a
/// quote that stands wrong.
bool csv_read(struct csv *csv, const char *path, const struct csv_column *columns,
              struct error *error);

void csv_free(struct csv *csv);

#endif
