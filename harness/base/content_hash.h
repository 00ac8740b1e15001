// SPDX-License-Identifier: MIT
// Hashes of contents, to tell whether a figure comes from the same source and the same trace. XXH3,
// 64 bits: they find changes, not forgeries.
#ifndef MMGRADE_BASE_CONTENT_HASH_H
#define MMGRADE_BASE_CONTENT_HASH_H

/// Of a file, or of all regular files below a folder with their paths in it, ordered by path: 16
/// hexadecimal digits, which the caller frees. NULL when it cannot be read.
char *content_hash(const char *path);

/// The same of a text, also to make one hash of several.
char *content_hash_text(const char *text);

#endif
