// SPDX-License-Identifier: MIT
// `mmgrade vmtrace gen`: makes a trace of accesses from a seed.
#ifndef MMGRADE_CLI_VMTRACE_GEN_H
#define MMGRADE_CLI_VMTRACE_GEN_H

#include "harness/cli/subcommand.h"

int vmtrace_gen_run(const struct subcommand *self, int argc, char **argv);

/// Parameters and kinds, each from its table.
void vmtrace_gen_help(void);

#endif
