// SPDX-License-Identifier: MIT
// Small input files, read as a whole.
#ifndef MMGRADE_BASE_TEXT_FILE_H
#define MMGRADE_BASE_TEXT_FILE_H

#include <stddef.h>

#include "harness/base/error.h"

/// The file's bytes and a NUL behind them, its length in *n_bytes; the caller frees it. NULL with
/// *error when it cannot be read or is longer than `max_bytes`.
char *text_file_read(const char *path, size_t max_bytes, size_t *n_bytes, struct error *error);

#endif
