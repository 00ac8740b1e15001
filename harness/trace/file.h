// SPDX-License-Identifier: MIT
// A whole input file in memory.
#ifndef MMGRADE_TRACE_FILE_H
#define MMGRADE_TRACE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/base/error.h"

struct file {
    const char *text; ///< n_bytes, and no NUL behind them
    size_t n_bytes;
    char *copy; ///< what `text` points to when it was read instead of mapped
};

/// Maps a file or reads a pipe to its end. False with "file: reason" when it is missing,
/// unreadable, empty, a folder or a device, or larger than 32 GiB. A file must not be cut short
/// by another program before file_close: touching what is gone is a SIGBUS.
bool file_open(struct file *file, const char *path, struct error *error);
void file_close(struct file *file);

#endif
