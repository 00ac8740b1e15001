// SPDX-License-Identifier: MIT
// Directives of a source file that would make its preprocessed form lie about where code comes
// from: #line, and a line marker (# 1 "stdio.h" 3) written by hand.
#ifndef MMGRADE_SANDBOX_DIRECTIVES_H
#define MMGRADE_SANDBOX_DIRECTIVES_H

#include <stddef.h>

/// What makes a source, as it was handed in, unreliable, with its line in *line; NULL when nothing
/// does: "#line", "# 1" (a line marker), and what compilers read in different ways: "R\"" (a raw
/// string) and "\\r" (a carriage return inside a line). Static. O(length).
const char *directives_find(const char *text, size_t n_bytes, size_t *line);

#endif
