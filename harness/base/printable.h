// SPDX-License-Identifier: MIT
// Text from a submission, made safe to show: no escape sequence, no control character passes.
#ifndef MMGRADE_BASE_PRINTABLE_H
#define MMGRADE_BASE_PRINTABLE_H

#include <stddef.h>

/// A copy of `n_bytes` bytes as valid UTF-8: line feeds, tabs, printable ASCII and well-formed
/// characters from U+00A0 on stay, each other byte becomes '?'. The caller frees it. O(n).
char *printable(const char *bytes, size_t n_bytes);

/// The same for a string on one line: line feeds and tabs become '?', too.
char *printable_line(const char *string);

/// The string as one word of a shell command: as it is, or in single quotes. The caller frees it.
char *shell_word(const char *string);

#endif
