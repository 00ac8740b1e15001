// SPDX-License-Identifier: MIT
// Taking a submission's files: copied into a private folder, never followed through links.
#ifndef MMGRADE_SANDBOX_COLLECT_H
#define MMGRADE_SANDBOX_COLLECT_H

#include "harness/base/error.h"
#include "harness/sandbox/contract.h"
#include "harness/sandbox/frame.h"

#define COLLECT_MAX_FILES 200
#define COLLECT_MAX_BYTES (8u << 20) ///< all files together

/// What was taken. Names are plain file names in `folder`.
struct collection {
    char *entry;  ///< the file that is compiled first
    char **parts; ///< further files that were looked for and are there; compiled with it
    size_t n_parts;
    char **extras; ///< other .c files that may belong to the answer
    size_t n_extras;
    const struct build_frame *frame;
    char *left_out; ///< "memlib.c (is a memlib), ..." for people; empty when nothing was
    struct contract contract;
};

/// Copies a submission into `folder`, which exists and is empty: one C file, or the .c and .h files
/// of a folder that holds one of `entries`, names separated by spaces (looked for in its only
/// subfolder, too). A memlib, a second allocator or a simulated memory is copied, so that it can be
/// included, but not compiled by itself. False with *error when there is nothing to compile or a
/// limit is passed. With a frame (or NULL), copies of its own files are passed over, and a file
/// beside the entry that defines one of its functions is there to be included, too.
bool collect(struct collection *collection, const char *submission, const char *entries,
             const struct build_frame *frame, const char *folder, struct error *error);

void collection_free(struct collection *collection);

#endif
