// SPDX-License-Identifier: MIT
// What the command line of `mmgrade batch` asks for.
#ifndef MMGRADE_CLI_BATCH_OPTIONS_H
#define MMGRADE_CLI_BATCH_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/cli/batch_slurm.h"
#include "harness/cli/judge.h"
#include "harness/cli/names.h"

enum batch_engine {
    ENGINE_LOCAL, ///< this machine
    ENGINE_SLURM
};

/// Strings are the command line's.
struct batch_options {
    struct judge_choice choice;
    const char *out;
    const char *extensions; ///< of the rubric's `late: due`; NULL: what the rubric says
    size_t n_jobs;          ///< 0: as many as fit
    struct names regrade;   ///< these once more
    bool failed;            ///< once more what did not pass everything
    bool best;              ///< of all versions handed in, not the latest
    enum batch_engine engine;
    struct batch_slurm_options slurm;
    bool collect;     ///< only what Slurm's tasks have left
    const char *task; ///< grade this chunk of a run, as a task of Slurm; NULL: no task
    const char *submissions;
};

/// Fills *options, which must be zero. A status to exit with, after --help or with a note; or -1:
/// go on. Either way the caller calls batch_options_free.
int batch_options_read(int argc, char **argv, struct batch_options *options);

void batch_options_free(struct batch_options *options);

#endif
