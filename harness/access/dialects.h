// SPDX-License-Identifier: MIT
// The forms in which traces of accesses are written, as one table: recognised, named and listed by
// it. A new dialect is one entry and one function that reads a batch of its records.
#ifndef MMGRADE_ACCESS_DIALECTS_H
#define MMGRADE_ACCESS_DIALECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/access/access.h"
#include "harness/access/cursor.h"

struct access_dialect {
    const char *name;
    const char *form;    ///< for people: what a line looks like
    bool pages;          ///< numbers are page numbers, which the stream scales
    unsigned unit_bytes; ///< of a binary dialect what its records are multiples of; 0: text
    /// Is a file that begins so of this dialect? `sample` ends with a line feed that is not part
    /// of n_bytes. NULL: it is when `read` takes the first record.
    bool (*matches)(const char *sample, size_t n_bytes);
    /// Takes what stands before the first record; false with *cursor->error. NULL: nothing does.
    bool (*begin)(struct cursor *cursor);
    /// Reads up to n records from the cursor's window; fewer at its end or when cursor->failed.
    size_t (*read)(struct cursor *cursor, struct access *records, size_t n);
    /// The file ends here: false with *cursor->error when it must not. NULL: it may anywhere.
    bool (*end)(struct cursor *cursor);
};

/// In the order of recognition, the strictest first.
extern const struct access_dialect access_dialects[];
extern const size_t n_access_dialects;

/// By name; NULL with *error that lists all there are.
const struct access_dialect *access_dialect_find(const char *name, struct error *error);

/// By the first bytes; NULL with *error that quotes the first line.
const struct access_dialect *access_dialect_recognise(const char *path, const char *text,
                                                      size_t n_bytes, struct error *error);

/// Why a record cannot be, for people ("its size is 0"); NULL when it can.
const char *access_fault(const struct access *record);

// The readers, for the table alone.
size_t dialect_read_lackey(struct cursor *cursor, struct access *records, size_t n);
size_t dialect_read_cachelab(struct cursor *cursor, struct access *records, size_t n);
bool dialect_is_cachelab(const char *sample, size_t n_bytes);
size_t dialect_read_din(struct cursor *cursor, struct access *records, size_t n);
size_t dialect_read_addresses(struct cursor *cursor, struct access *records, size_t n);
size_t dialect_read_mixed(struct cursor *cursor, struct access *records, size_t n);
bool dialect_is_mixed(const char *sample, size_t n_bytes);
size_t dialect_read_page_kinds(struct cursor *cursor, struct access *records, size_t n);
size_t dialect_read_pages(struct cursor *cursor, struct access *records, size_t n);
size_t dialect_read_page_list(struct cursor *cursor, struct access *records, size_t n);
size_t dialect_read_text(struct cursor *cursor, struct access *records, size_t n);
bool dialect_is_text(const char *sample, size_t n_bytes);
size_t dialect_read_binary(struct cursor *cursor, struct access *records, size_t n);
bool dialect_is_binary(const char *sample, size_t n_bytes);
bool dialect_begin_binary(struct cursor *cursor);
bool dialect_end_binary(struct cursor *cursor);
size_t dialect_read_objects(struct cursor *cursor, struct access *records, size_t n);
bool dialect_is_objects(const char *sample, size_t n_bytes);

#endif
