// SPDX-License-Identifier: MIT
// Hashes of contents, to tell whether a figure comes from the same source and the same trace. XXH3,
// 64 bits: they find changes, not forgeries.
#ifndef MMGRADE_BASE_CONTENT_HASH_H
#define MMGRADE_BASE_CONTENT_HASH_H

#include <stdint.h>

/// Of a file, or of all regular files below a folder with their paths in it, ordered by path: 16
/// hexadecimal digits, which the caller frees. NULL when it cannot be read.
char *content_hash(const char *path);

/// The same of what may be larger than anybody wants to read: of the files, in their order, that do
/// not fit in what is left of `max_bytes`, and of those that cannot be opened, the size and the
/// time of the last change stand for the bytes.
char *content_hash_bounded(const char *path, uint64_t max_bytes);

/// The same of a text, also to make one hash of several.
char *content_hash_text(const char *text);

#endif
