// SPDX-License-Identifier: MIT
// `mmgrade trace gen`: makes a trace from a seed.
#ifndef MMGRADE_CLI_TRACE_GEN_H
#define MMGRADE_CLI_TRACE_GEN_H

#include "harness/cli/subcommand.h"

int trace_gen_run(const struct subcommand *self, int argc, char **argv);

/// Options, kinds, laws and dialects, each from its table.
void trace_gen_help(void);

#endif
