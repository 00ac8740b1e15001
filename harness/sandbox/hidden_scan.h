// SPDX-License-Identifier: MIT
// One preprocessed source, searched for what callbacks cannot see and for the places of calls.
#ifndef MMGRADE_SANDBOX_HIDDEN_SCAN_H
#define MMGRADE_SANDBOX_HIDDEN_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/sandbox/hidden_rules.h"

/// One use of something refused.
struct hidden_place {
    const struct hidden_rule *rule; ///< static
    char *file;                     ///< as the student knows it
    size_t line;                    ///< in that file; 0: unknown
    char *token;                    ///< "__asm__"; printable
};

#define HIDDEN_MAX_PLACES 16

struct hidden_places {
    struct hidden_place list[HIDDEN_MAX_PLACES]; ///< the first ones
    size_t n;                                    ///< found, may be more than were kept
};

/// A name to look for: where it stands first outside system headers.
struct hidden_name {
    const char *name;
    const struct hidden_rule *rule;
    bool found;
};

struct hidden_scan {
    struct hidden_places *places; ///< to add to
    struct hidden_name *names;
    size_t n_names;
    const char *const *allowed; ///< functions besides the usual, NULL at the end; or NULL
    char **files;               ///< file names of the submission that were met; hidden_scan_free
    size_t n_files;
    size_t files_capacity;
};

/// Searches one text. O(length).
void hidden_scan_text(struct hidden_scan *scan, const char *text, size_t n_bytes);

void hidden_scan_free(struct hidden_scan *scan);

/// Adds a place; `file` is as the compiler says it.
void hidden_places_add(struct hidden_places *places, const struct hidden_rule *rule,
                       const char *file, size_t file_bytes, size_t line, const char *token,
                       size_t token_bytes);

void hidden_places_free(struct hidden_places *places);

#endif
