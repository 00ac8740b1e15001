// SPDX-License-Identifier: MIT
// Words, numbers and line ends of a .rep file, each refused with its line and a quote. A blank is
// a space, a tab or a carriage return, so CRLF needs no rule of its own.
#ifndef MMGRADE_TRACE_SCANNER_H
#define MMGRADE_TRACE_SCANNER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "harness/base/error.h"

/// Numbers above it (about 2^63) are reported as too large.
#define SCANNER_MAX_NUMBER INT64_C(9223372036854775799)

struct scanner {
    const char *at;
    const char *end; ///< no byte is read here or behind
    size_t line;     ///< that `at` stands on, from 1
    const char *path;
    struct error *error;
};

/// A byte-order mark at the start is skipped.
void scanner_init(struct scanner *scanner, const char *path, const char *text, size_t text_bytes,
                  struct error *error);

/// Goes to the next word, over blank lines; false at the end of the text.
bool scanner_next_line(struct scanner *scanner);

/// Goes to the end of the line; refuses what still stands there.
bool scanner_end_line(struct scanner *scanner);

/// Takes a lone letter; refuses a longer word.
bool scanner_letter(struct scanner *scanner, char *letter);

/// Takes a whole decimal number, which may have a minus. `what` names it in a refusal ("size"). A
/// number past SCANNER_MAX_NUMBER gives SCANNER_MAX_NUMBER + 1 for the caller to refuse.
bool scanner_number(struct scanner *scanner, const char *what, int64_t *number);

/// Refuses the word that stands at `word`: "file:line: reason 'word'more".
bool scanner_refuse_word(const struct scanner *scanner, const char *word, const char *reason,
                         const char *more);

#endif
