// SPDX-License-Identifier: MIT
// What the command line of `mmgrade batch` asks for.
#ifndef MMGRADE_CLI_BATCH_OPTIONS_H
#define MMGRADE_CLI_BATCH_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/cli/judge.h"
#include "harness/cli/names.h"

/// Strings are the command line's.
struct batch_options {
    struct judge_choice choice;
    const char *out;
    size_t n_jobs;        ///< 0: as many as fit
    struct names regrade; ///< these once more
    bool failed;          ///< once more what did not pass everything
    bool best;            ///< of all versions handed in, not the latest
    const char *submissions;
};

/// Fills *options, which must be zero. A status to exit with, after --help or with a note; or -1:
/// go on. Either way the caller calls batch_options_free.
int batch_options_read(int argc, char **argv, struct batch_options *options);

void batch_options_free(struct batch_options *options);

#endif
