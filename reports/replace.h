// SPDX-License-Identifier: MIT
// A file that is written beside the one it replaces: readers see the old file or the whole new one,
// also when the program is killed in between. What is no regular file (a device, a pipe, or a link
// such as /dev/stdout) is written directly.
#ifndef MMGRADE_REPORTS_REPLACE_H
#define MMGRADE_REPORTS_REPLACE_H

#include <stdbool.h>
#include <stdio.h>

#include "harness/base/error.h"

struct replacement {
    FILE *stream; ///< to write to
    const char *path;
    char *temporary; ///< NULL: written directly
};

/// Whether `path` holds anything but `text`, or cannot be read.
bool replace_is_needed(const char *path, const char *text);

/// Begins to replace `path`, which must outlive the replacement. False with *error, and nothing to
/// finish. On success the caller calls replace_finish or replace_abandon.
bool replace_begin(struct replacement *replacement, const char *path, struct error *error);

/// Closes the stream and puts the file in its place. False with *error when anything written did
/// not reach the system: `path` is as it was then, unless it is written directly.
bool replace_finish(struct replacement *replacement, struct error *error);

/// Closes the stream and gives up what was written: `path` is as it was, unless it is written
/// directly.
void replace_abandon(struct replacement *replacement);

#endif
