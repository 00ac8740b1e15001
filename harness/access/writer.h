// SPDX-License-Identifier: MIT
// Writes records, as they come, in one of the project's own two forms. What is written reads back
// as the same records: the text form's lines anew, the binary form numbered from 1.
#ifndef MMGRADE_ACCESS_WRITER_H
#define MMGRADE_ACCESS_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "harness/access/access.h"

enum access_form {
    ACCESS_TEXT,   ///< for people (dialect_text.c): some 15 bytes a record
    ACCESS_BINARY, ///< for machines (dialect_binary.c): 16 bytes a record, 32 past 255 bytes
};

struct access_writer {
    FILE *file;
    enum access_form form;
    uint64_t n_records; ///< written so far
    uint16_t running;   ///< the process that the last ACCESS_SWITCH named
};

/// Writes what the form begins with. The file stays the caller's. `pages`, of the binary form
/// alone: the addresses are page numbers, to be scaled when they are read.
void access_writer_begin(struct access_writer *writer, FILE *file, enum access_form form,
                         bool pages);

/// A comment for people; nothing in the binary form. May hold several lines.
void access_writer_comment(struct access_writer *writer, const char *comment);

void access_writer_add(struct access_writer *writer, const struct access *records, size_t n);

/// Writes what the form ends with and flushes; false with errno when any of it was not written.
bool access_writer_end(struct access_writer *writer);

#endif
