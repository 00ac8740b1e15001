// SPDX-License-Identifier: MIT
// From code addresses to source lines, by addr2line in the sandbox: the debug data is the
// submission's.
#ifndef MMGRADE_SANDBOX_LINES_H
#define MMGRADE_SANDBOX_LINES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Where code stems from: of inlined functions the innermost. Not to be trusted: a name that a
/// program opens must be one of the submission's own files.
struct source_line {
    char *file;     ///< as the student knows it, "mm.c"; NULL: unknown
    size_t line;    ///< from 1; 0: unknown
    char *function; ///< "coalesce"; NULL: unknown
};

/// Fills found[0 .. n) for addresses in a shared object, counted from its start. `library` lies in
/// out/ of a build's folder. A return address is that of the next instruction: take 1 off. What
/// cannot be found out, for whatever reason, is unknown. Built with -gdwarf-4: of DWARF 5 addr2line
/// 2.40 takes a header for the file that includes it. About 20 ms for each 64 addresses;
/// lines_free frees it.
void lines_resolve(const char *library, const uint64_t *offsets, size_t n,
                   struct source_line *found);

/// Takes what `addr2line -a -f -i` has printed for these addresses, in their order. For tests, too.
void lines_parse(const char *text, const uint64_t *offsets, size_t n, struct source_line *found);

void lines_free(struct source_line *found, size_t n);

#endif
