// SPDX-License-Identifier: MIT
// Taking a submission's files: copied into a private folder, never followed through links.
#ifndef MMGRADE_SANDBOX_COLLECT_H
#define MMGRADE_SANDBOX_COLLECT_H

#include "harness/base/error.h"
#include "harness/sandbox/contract.h"

#define COLLECT_MAX_FILES 200
#define COLLECT_MAX_BYTES (8u << 20) ///< all files together

/// What was taken. Names are plain file names in `folder`.
struct collection {
    char *entry;   ///< the file that is compiled first
    char **extras; ///< other .c files that belong to the answer
    size_t n_extras;
    char *left_out; ///< "memlib.c (is a memlib), ..." for people; empty when nothing was
    struct contract contract;
};

/// Copies a submission into `folder`, which exists and is empty: one C file, or the .c and .h files
/// of a folder that holds `entry` (looked for in its only subfolder, too). A memlib or a second
/// allocator is copied, so that it can be included, but not compiled by itself. False with *error
/// when there is nothing to compile or a limit is passed. `functions` (NULL at the end, or NULL)
/// are those of the answer that the lab needs to know about: a file beside the entry that defines
/// one is there to be included, too.
bool collect(struct collection *collection, const char *submission, const char *entry,
             const char *const *functions, const char *folder, struct error *error);

void collection_free(struct collection *collection);

#endif
